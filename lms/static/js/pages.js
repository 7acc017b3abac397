/* A document page by page: the arrow keys turn it as the two buttons below do. ES5 only. */
(function () {
  'use strict';
  document.addEventListener('keydown', function (event) {
    var rel = { ArrowLeft: 'prev', ArrowRight: 'next' }[event.key], link;
    if (!rel || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) { return; }
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) { return; }
    link = document.querySelector('a[rel="' + rel + '"]');
    if (link) { event.preventDefault(); link.click(); }
  });
}());
