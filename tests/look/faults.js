// What a machine can see of an ugly page, as sentences; `floor` is the smallest a thing to tap may be.
(floor) => {
  const seen = e => e.getClientRects().length && getComputedStyle(e).visibility !== 'hidden' && !e.closest('.visually-hidden, .skip');
  const name = e => e.tagName.toLowerCase() + ' “' + (e.textContent.trim() || e.getAttribute('name') || '').slice(0, 20) + '”';
  const all = [...document.querySelectorAll('body *')].filter(seen);
  const words = all.filter(e => !e.closest('svg, select') && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()));
  const staff = document.documentElement.dataset.surface === 'staff';
  const faults = [];

  for (const e of all) {
    const box = e.getBoundingClientRect(), own = e.closest('.table-wrap, .prose table, pre');
    if ((!own || own === e) && !e.closest('svg') && box.width && (box.right > innerWidth + 0.5 || box.left < -0.5))
      faults.push('beyond the screen: ' + name(e));
  }

  for (const e of all.filter(one => one.tagName === 'LI' && getComputedStyle(one).listStyleType !== 'none'))
    if (e.getBoundingClientRect().left - e.closest('main').getBoundingClientRect().left < 26) faults.push('its dot has no room: ' + name(e));

  const inWords = e => { const around = e.closest('p, li, td, th, dd, caption'); return e.tagName === 'A' && around && around.textContent.trim() !== e.textContent.trim(); };
  const whole = e => { const after = getComputedStyle(e, '::after'); return after.position === 'absolute' && after.content !== 'none'; };
  for (const e of document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, summary, label.option')) {
    if (!seen(e) || whole(e)) continue;
    const box = (e.matches('[type=checkbox], [type=radio]') && e.closest('label') || e).getBoundingClientRect();
    const small = staff || inWords(e) || e.closest('td, th') ? box.height < 19.5 : box.height < floor - 0.5 || box.width < 43.5;
    if (small) faults.push('too small to tap: ' + name(e) + ' ' + Math.round(box.width) + '×' + Math.round(box.height));
  }

  const parts = colour => { const found = colour.match(/[\d.]+/g).map(Number); return found.length > 3 ? found : [...found, 1]; };
  const light = c => { const f = x => (x /= 255) <= 0.03928 ? x / 12.92 : Math.pow((x + 0.055) / 1.055, 2.4); return 0.2126 * f(c[0]) + 0.7152 * f(c[1]) + 0.0722 * f(c[2]); };
  const ground = e => { for (; e; e = e.parentElement) { const c = parts(getComputedStyle(e).backgroundColor); if (c[3] > 0.9) return c; } return [255, 255, 255]; };
  for (const e of words.filter(one => !one.disabled)) {
    const [a, b] = [light(parts(getComputedStyle(e).color)), light(ground(e))];
    if ((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5) faults.push('too faint: ' + name(e));
    if (parseFloat(getComputedStyle(e).fontSize) < (staff ? 13.9 : 14.9)) faults.push('too fine: ' + name(e));
  }

  for (const e of words) {  // one sign to a line: a column too narrow for its words
    const range = document.createRange(), text = [...e.childNodes].find(n => n.nodeType === 3 && n.data.trim().length > 3);
    if (!text) continue;
    range.selectNodeContents(text);
    const lines = new Set([...range.getClientRects()].map(box => Math.round(box.top)));
    if (lines.size > 3 && lines.size >= text.data.trim().length / 1.5) faults.push('one sign to a line: ' + name(e));
  }

  const levels = [...document.querySelectorAll('h1, h2, h3, h4')].map(e => Number(e.tagName[1]));
  if (levels.filter(one => one === 1).length !== 1) faults.push('headings of the first level: ' + levels.filter(one => one === 1).length);
  if (levels.some((one, i) => i && one > levels[i - 1] + 1)) faults.push('a level of headings is left out: ' + levels.join(' '));
  const mains = [...document.querySelectorAll('.btn-main')].filter(seen).length;
  if (mains > 1 && !staff) faults.push('main buttons: ' + mains);

  for (const e of document.querySelectorAll('input:not([type=hidden]), select, textarea'))
    if (seen(e) && !(e.labels && e.labels.length) && !e.getAttribute('aria-label')) faults.push('without a label: ' + name(e));
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  for (const id of new Set(ids.filter((one, i) => ids.indexOf(one) !== i))) faults.push('twice on the page: #' + id);
  return faults;
}
