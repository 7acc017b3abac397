/* A paper shown one question at a time; every change is kept at once. Without this file it is one long form. ES5 only. */
(function () {
  'use strict';
  var JG = window.JG;

  function Quiz(form) {
    this.form = form;
    this.attempt = form.getAttribute('data-attempt');
    this.items = [].slice.call(form.querySelectorAll('fieldset[data-item]'));
    this.prev = document.querySelector('[data-quiz-prev]');
    this.next = document.querySelector('[data-quiz-next]');
    this.submit = document.querySelector('[data-quiz-submit]');
    if (!this.items.length || !this.prev || !this.next || !this.submit) { return; }
    this.build();
    this.restore();
    this.listen();
    this.at = this.first();
    this.show(false);
  }

  Quiz.prototype.build = function () {
    this.progress = document.createElement('progress');
    this.progress.max = this.items.length;
    this.progress.className = 'quiz-top';
    this.progress.setAttribute('aria-label', JG.say('答题进度', 'Progress'));
    this.form.insertBefore(this.progress, this.items[0]);
    this.review = document.createElement('section');
    this.review.tabIndex = -1;
    this.review.hidden = true;
    this.items[this.items.length - 1].parentNode.appendChild(this.review);
  };

  Quiz.prototype.response = function (item) {
    var out = [], some = false;
    JG.each(item.querySelectorAll('input,textarea,select'), function (input) {
      var left = input.getAttribute('data-left'), tick = input.type === 'radio' || input.type === 'checkbox';
      if (tick && !input.checked) { return; }
      some = some || input.value !== '';
      out.push(left ? [left, input.value] : input.value);
    });
    return some ? out : [];
  };

  /* Answers still waiting on this phone are newer than what the page came with. */
  Quiz.prototype.restore = function () {
    var self = this;
    JG.each(JG.outbox.pending(), function (entry) {
      if (entry.kind !== 'answer' || entry.attempt !== self.attempt) { return; }
      JG.each(self.items, function (item) {
        if (item.getAttribute('data-item') !== entry.item) { return; }
        JG.each(item.querySelectorAll('input,textarea,select'), function (input, at) {
          var one = entry.response[at];
          if (input.type === 'radio' || input.type === 'checkbox') {
            input.checked = entry.response.indexOf(input.value) >= 0;
          } else {
            input.value = (input.getAttribute('data-left') ? one && one[1] : one) || '';
          }
        });
      });
    });
    JG.each(this.items, function (item) { self.mark(item); });
  };

  Quiz.prototype.mark = function (item) {
    JG.each(item.querySelectorAll('.option'), function (option) {
      var input = option.querySelector('input');
      option.className = input && input.checked ? 'option chosen' : 'option';
    });
  };

  Quiz.prototype.open = function () {
    var self = this;
    return this.items.filter(function (item) { return !self.response(item).length; });
  };

  Quiz.prototype.first = function () {
    var open = this.open();
    return open.length && open.length < this.items.length ? this.items.indexOf(open[0]) : 0;
  };

  Quiz.prototype.listen = function () {
    var self = this;
    JG.each(this.items, function (item) {
      item.addEventListener('change', function () {
        self.mark(item);
        JG.outbox.push({ kind: 'answer', attempt: self.attempt, item: item.getAttribute('data-item'), response: self.response(item) });
      });
    });
    this.prev.addEventListener('click', function () { self.go(self.at - 1); });
    this.next.addEventListener('click', function () { self.go(self.at + 1); });
    this.form.addEventListener('keydown', function (event) {
      var box = /^(radio|checkbox|text)$/.test(event.target.type || '');
      if (event.keyCode === 13 && box) { event.preventDefault(); }
    });
    this.form.addEventListener('submit', function (event) {
      if (navigator.onLine === false) {
        event.preventDefault();
        self.tell(JG.say('网络断开了，答案都在手机上。联网后再点一次交卷。', 'No network. Your answers are on this phone; hand in again when you are online.'));
      } else {
        self.submit.textContent = JG.say('正在交卷…', 'Handing in…');
        setTimeout(function () { self.submit.textContent = JG.say('交卷', 'Hand in'); }, 8000);
      }
    });
  };

  Quiz.prototype.tell = function (words) {
    var note = document.createElement('div');
    note.className = 'notice notice-attention';
    note.setAttribute('role', 'alert');
    note.textContent = words;
    this.review.insertBefore(note, this.review.firstChild);
    this.review.hidden = false;
  };

  Quiz.prototype.go = function (step) {
    this.at = Math.max(0, Math.min(this.items.length, step));
    this.show(true);
  };

  Quiz.prototype.show = function (moved) {
    var at = this.at, last = at === this.items.length, target;
    JG.each(this.items, function (item, i) { item.hidden = i !== at; });
    this.review.hidden = !last;
    this.prev.hidden = at === 0;
    this.next.hidden = last;
    this.submit.hidden = !last;
    this.progress.value = Math.min(at + 1, this.items.length);
    this.next.textContent = at === this.items.length - 1 ? JG.say('答完了，检查一遍', 'Check my answers') : JG.say('下一题', 'Next question');
    if (last) { this.list(); }
    if (!moved) { return; }
    target = last ? this.review : this.items[at];
    target.tabIndex = -1;
    window.scrollTo(0, 0);
    target.focus();
  };

  Quiz.prototype.list = function () {
    var self = this, open = this.open(), title = document.createElement('h2'), text = document.createElement('p'), list = document.createElement('ul');
    while (this.review.firstChild) { this.review.removeChild(this.review.firstChild); }
    title.textContent = open.length ? JG.say('还有 ' + open.length + ' 题没答', open.length + ' not answered yet') : JG.say(this.items.length + ' 题都答好了', 'All ' + this.items.length + ' answered');
    text.textContent = open.length ? JG.say('点一下就能回去补上，也可以现在交卷。', 'Tap one to go back to it, or hand in now.') : JG.say('想改的话点上一题，没问题就交卷。', 'Go back to change an answer, or hand in.');
    list.className = 'unanswered';
    JG.each(open, function (item) {
      var row = document.createElement('li'), button = document.createElement('button'), n = self.items.indexOf(item);
      button.type = 'button';
      button.className = 'btn btn-quiet';
      button.textContent = JG.say('第 ' + (n + 1) + ' 题', 'Question ' + (n + 1));
      button.addEventListener('click', function () { self.go(n); });
      row.appendChild(button);
      list.appendChild(row);
    });
    this.review.appendChild(title);
    this.review.appendChild(text);
    this.review.appendChild(list);
  };

  JG.each(document.querySelectorAll('form[data-behaviour="quiz"]'), function (form) { new Quiz(form); });
}());
