/* A question shows only the fields of its kind; a single choice keeps one tick. Without this file all fields show. */
(function () {
  'use strict';
  var form = document.querySelector('form[data-behaviour="question"]');
  if (!form) { return; }
  var kind = form.querySelector('[name=kind]');

  function show() {
    form.querySelectorAll('[data-for]').forEach(function (part) {
      part.hidden = part.getAttribute('data-for').split(' ').indexOf(kind.value) < 0;
    });
  }

  form.addEventListener('change', function (event) {
    if (event.target === kind) { show(); }
    if (event.target.name === 'right' && event.target.checked && kind.value === 'single') {
      form.querySelectorAll('[name=right]').forEach(function (tick) { tick.checked = tick === event.target; });
    }
  });
  show();
}());
