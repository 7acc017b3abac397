/* Answers and watched stretches are kept on the phone first, then sent to /api/outbox. ES5 only. */
(function () {
  'use strict';
  var KEY = 'jg.outbox', DAYS_KEPT = 14, BATCH = 40, FIRST_WAIT = 2000, LONGEST_WAIT = 60000;
  var JG = window.JG = window.JG || {};
  var english = /^en/.test(document.documentElement.lang);
  var memory = [], kept = true, busy = false, timer = null, wait = FIRST_WAIT, size = BATCH, failing = false, refused = false, shown = '';
  var changed = [], answered = [];

  JG.say = function (zh, en) { return english ? en : zh; };
  JG.each = function (list, fn) { for (var i = 0; i < list.length; i += 1) { fn(list[i], i); } };

  function meta(name) {
    var node = document.querySelector('meta[name="' + name + '"]');
    return node ? node.getAttribute('content') || '' : '';
  }

  JG.id = function () {
    var bytes = new Uint8Array(16), text = '', i;
    (window.crypto || window.msCrypto).getRandomValues(bytes);
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    for (i = 0; i < 16; i += 1) {
      text += (bytes[i] + 256).toString(16).slice(1) + (i === 3 || i === 5 || i === 7 || i === 9 ? '-' : '');
    }
    return text;
  };

  /* A phone is shared in some families: each entry remembers whose it is and is sent under that name only. */
  function all() {
    if (!kept) { return memory; }
    try {
      var found = JSON.parse(localStorage.getItem(KEY) || '[]'), oldest = Date.now() - DAYS_KEPT * 86400000;
      if (!(found instanceof Array)) { return []; }
      return found.filter(function (box) { return box && box.entry && box.at > oldest; });
    } catch (problem) { return memory; }
  }

  function store(boxes) {
    memory = boxes;
    try { localStorage.setItem(KEY, JSON.stringify(boxes)); kept = true; } catch (problem) { kept = false; }
  }

  function mine() {
    var me = meta('learner');
    return all().filter(function (box) { return box.who === me || box.who === ''; });
  }

  function clock() {
    var now = new Date();
    return ('0' + now.getHours()).slice(-2) + ':' + ('0' + now.getMinutes()).slice(-2);
  }

  function words(name) {
    switch (name) {
    case 'saving': return JG.say('正在保存…', 'Saving…');
    case 'saved': return JG.say('已保存 ', 'Saved ') + clock();
    case 'offline': return JG.say('网络断开了，已保存在手机上，联网后自动提交。', 'No network. Kept on this phone; it will be sent when you are back online.');
    case 'busy': return JG.say('网站现在有点忙。已保存在手机上，过一会儿自动提交。', 'The site is busy. Kept on this phone; it will be sent in a moment.');
    case 'unkept': return JG.say('网络断开了，请先不要关掉这一页。', 'No network. Please keep this page open.');
    case 'signed-out': return JG.say('已保存在手机上。请重新登录，登录后自动提交。', 'Kept on this phone. Please sign in again and it will be sent.');
    case 'stale': return JG.say('已保存在手机上。请刷新这一页，刷新后自动提交。', 'Kept on this phone. Please reload this page and it will be sent.');
    case 'refused': return JG.say('有一处没存上，请看提示。', 'Something was not saved; please read the note.');
    default: return '';
    }
  }

  function show(name) {
    if ((name === 'offline' || name === 'busy') && !kept) { name = 'unkept'; }
    shown = name;
    JG.each(document.querySelectorAll('[data-behaviour="saved"]'), function (line) {
      line.setAttribute('data-state', name);
      line.textContent = words(name);
    });
    JG.each(document.querySelectorAll('[data-offline]'), function (strip) {
      strip.hidden = name !== 'offline' && name !== 'unkept';
      if (!strip.hidden) { strip.textContent = words(name); }
    });
    JG.each(changed, function (fn) { fn(name); });
  }

  function settle(results) {
    var byId = {}, sent = [];
    refused = false;
    JG.each(results, function (result) { byId[result.id] = result; });
    store(all().filter(function (box) {
      if (!byId[box.entry.id]) { return true; }
      sent.push(box.entry);
      return false;
    }));
    JG.each(sent, function (entry) {
      refused = refused || (entry.kind === 'answer' && byId[entry.id].state === 'refused');
      JG.each(answered, function (fn) { fn(entry, byId[entry.id]); });
    });
    return sent.length;
  }

  function later(pause) {
    clearTimeout(timer);
    timer = setTimeout(send, pause);
  }

  function fail(request) {
    var after = request.status && parseInt(request.getResponseHeader('Retry-After'), 10);
    failing = true;
    show(request.status ? 'busy' : 'offline');
    later(after ? after * 1000 : wait + Math.random() * 1000);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }

  function done(request, sent) {
    var reply = null;
    busy = false;
    if (request.status === 200) {
      try { reply = JSON.parse(request.responseText); } catch (problem) { reply = null; }
    }
    if (reply && reply.results && settle(reply.results)) {
      wait = FIRST_WAIT;
      failing = false;
      size = BATCH;
      if (mine().length) { later(50); } else { show(refused ? 'refused' : 'saved'); }
    } else if (request.status === 401) {
      show('signed-out');
    } else if (request.status === 400) {
      show('stale');
    } else if (request.status === 413 || request.status === 422) {
      split(sent);
    } else {
      fail(request);
    }
  }

  /* A batch the server cannot read is halved until the one bad entry is found; that one alone is given up. */
  function split(sent) {
    if (sent.length > 1) {
      size = Math.ceil(sent.length / 2);
    } else {
      settle([{ id: sent[0].id, state: 'refused', reason: null }]);
    }
    later(50);
  }

  /* Another page of hers has sent what this one was waiting for: only an answer of the server takes a thing off the phone. */
  function elsewhere() {
    if (navigator.onLine === false) { return; }
    wait = FIRST_WAIT;
    failing = false;
    if (/^(saving|busy|offline)$/.test(shown)) { show('saved'); }
  }

  function send() {
    var waiting = mine().slice(0, size).map(function (box) { return box.entry; }), request;
    if (busy) { return; }
    if (!waiting.length) { elsewhere(); return; }
    if (navigator.onLine === false) { show('offline'); return; }
    busy = true;
    request = new XMLHttpRequest();
    request.open('POST', '/api/outbox');
    request.timeout = 20000;
    request.setRequestHeader('Content-Type', 'application/json');
    request.setRequestHeader('X-CSRFToken', meta('csrf-token'));
    request.onload = function () { done(request, waiting); };
    request.onerror = request.ontimeout = request.onabort = function () { busy = false; fail(request); };
    request.send(JSON.stringify({ entries: waiting }));
  }

  /* Leaving: what remains goes with the page; nothing is struck out, repeats are harmless. */
  function leave() {
    var waiting = mine().slice(0, BATCH).map(function (box) { return box.entry; });
    if (!waiting.length || !window.fetch) { return; }
    try {
      window.fetch('/api/outbox', {
        method: 'POST', keepalive: true, credentials: 'same-origin',
        headers: { 'Content-Type': 'application/json', 'X-CSRFToken': meta('csrf-token') },
        body: JSON.stringify({ entries: waiting })
      }).then(function () { return null; }, function () { return null; });
    } catch (problem) { later(FIRST_WAIT); }
  }

  JG.outbox = {
    push: function (entry) {
      var boxes;
      entry.id = entry.id || JG.id();
      boxes = all();
      if (entry.kind === 'answer') {
        boxes = boxes.filter(function (box) {
          return busy || box.entry.attempt !== entry.attempt || box.entry.item !== entry.item;
        });
      }
      boxes.push({ who: meta('learner'), at: Date.now(), entry: entry });
      store(boxes);
      if (navigator.onLine === false || failing) { show('offline'); } else { show('saving'); later(200); }
      return entry.id;
    },
    pending: function () { return mine().map(function (box) { return box.entry; }); },
    onState: function (fn) { changed.push(fn); },
    onResult: function (fn) { answered.push(fn); },
    flush: leave
  };

  window.addEventListener('online', function () { wait = FIRST_WAIT; later(100); if (!mine().length) { show('saved'); } });
  window.addEventListener('offline', function () { if (mine().length || document.querySelector('[data-behaviour="saved"]')) { show('offline'); } });
  /* What cannot be kept on the phone is not sent into nothing: the page stays, and says so. */
  document.addEventListener('submit', function (event) {
    if (navigator.onLine !== false || !event.target.hasAttribute('data-online')) { return; }
    event.preventDefault();
    JG.each(document.querySelectorAll('[data-offline]'), function (strip) {
      strip.hidden = false;
      strip.textContent = JG.say('网络断开了，还没有交上去。联网后再点一次。', 'No network; not handed in yet. Tap again when you are online.');
    });
  });
  window.addEventListener('pagehide', leave);
  if (mine().length) { later(300); }
  if (navigator.serviceWorker) { navigator.serviceWorker.register('/sw.js').then(function () { return null; }, function () { return null; }); }
}());
