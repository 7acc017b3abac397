/* A paper shown one question at a time; every change is kept at once. Without this file it is one long form. ES5 only. */
(function () {
  'use strict';
  var JG = window.JG, FIELDS = 'input:not([type=hidden]),textarea,select';

  function Quiz(form) {
    this.form = form;
    this.attempt = form.getAttribute('data-attempt');
    this.items = [].slice.call(form.querySelectorAll('fieldset[data-item]'));
    this.prev = document.querySelector('[data-quiz-prev]');
    this.next = document.querySelector('[data-quiz-next]');
    this.submit = document.querySelector('[data-quiz-submit]');
    this.left = document.querySelector('[data-quiz-left]');
    if (!this.items.length || !this.prev || !this.next || !this.submit) { return; }
    form.className += ' is-kept';
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
    this.note = document.createElement('div');
    this.note.className = 'notice notice-attention';
    this.note.setAttribute('role', 'alert');
    this.note.hidden = true;
    this.form.insertBefore(this.note, this.items[0]);
    this.review = document.createElement('section');
    this.review.tabIndex = -1;
    this.review.hidden = true;
    this.items[this.items.length - 1].parentNode.appendChild(this.review);
  };

  Quiz.prototype.response = function (item) {
    var out = [], some = false;
    JG.each(item.querySelectorAll(FIELDS), function (input) {
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
        JG.each(item.querySelectorAll(FIELDS), function (input, at) {
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
      item.addEventListener('change', function () { self.mark(item); self.keep(item); });
      /* Long answers are not left to the moment she goes on: two seconds after the last key they are kept. */
      item.addEventListener('input', function (event) {
        if (!/^(text|textarea)$/.test(event.target.type || '')) { return; }
        self.typing = item;
        clearTimeout(self.pause);
        self.pause = setTimeout(function () { self.keep(item); }, 2000);
      });
    });
    window.addEventListener('pagehide', function () { if (self.typing) { self.keep(self.typing); JG.outbox.flush(); } });
    window.addEventListener('pageshow', function () { self.lock(false); });
    JG.outbox.onResult(function (entry, result) { self.heard(entry, result); });
    JG.outbox.onState(function (name) { self.state(name); });
    this.prev.addEventListener('click', function () { self.go(self.at - 1); });
    this.next.addEventListener('click', function () { self.go(self.at + 1); });
    this.form.addEventListener('keydown', function (event) {
      var box = /^(radio|checkbox|text)$/.test(event.target.type || '');
      if (event.keyCode === 13 && box) { event.preventDefault(); }
    });
    this.form.addEventListener('submit', function (event) {
      if (self.typing) { self.keep(self.typing); }
      if (navigator.onLine === false) {
        event.preventDefault();
        self.handing = false;
        self.tell(JG.say('网络断开了，答案都在手机上。联网后再点一次交卷。', 'No network. Your answers are on this phone; hand in again when you are online.'));
      } else if (self.waiting()) {
        event.preventDefault();
        self.handing = true;
        self.tell(JG.say('先把答案存好，存好就交卷。', 'Saving your answers first, then handing in.'));
      } else {
        self.leave();
      }
    });
  };

  Quiz.prototype.keep = function (item) {
    clearTimeout(this.pause);
    this.typing = null;
    JG.outbox.push({ kind: 'answer', attempt: this.attempt, item: item.getAttribute('data-item'), response: this.response(item) });
  };

  Quiz.prototype.waiting = function () {
    var attempt = this.attempt;
    return JG.outbox.pending().some(function (entry) { return entry.kind === 'answer' && entry.attempt === attempt; });
  };

  /* Everything is on the server by now; what an older page shows must not overwrite what another phone saved. */
  Quiz.prototype.leave = function () {
    var self = this;
    this.lock(true);
    this.submit.textContent = JG.say('正在交卷…', 'Handing in…');
    setTimeout(function () { self.submit.textContent = JG.say('交卷', 'Hand in'); }, 8000);
  };

  Quiz.prototype.lock = function (on) {
    JG.each(this.items, function (item) { item.disabled = on; });
  };

  Quiz.prototype.heard = function (entry, result) {
    var left = result.left, minutes;
    if (entry.attempt !== this.attempt) { return; }
    if (result.state === 'refused') { this.handing = false; this.tell(result.reason || JG.say('有一题没存上，请刷新页面再答。', 'An answer was not saved; please reload.')); }
    if (this.left && typeof left === 'number') {
      minutes = Math.floor(left / 60);
      this.left.textContent = left >= 300 ? JG.say('还有 ' + minutes + ' 分钟。', minutes + ' minutes left.') :
        JG.say('只剩不到 ' + (minutes + 1) + ' 分钟了，记得交卷。', 'Less than ' + (minutes + 1) + ' minutes left; remember to hand in.');
    }
  };

  Quiz.prototype.state = function (name) {
    if (!this.handing) { return; }
    if (name === 'saved' && !this.waiting()) {
      this.handing = false;
      this.leave();
      this.form.submit();
    } else if (name === 'offline' || name === 'busy' || name === 'unkept') {
      this.tell(JG.say('网络断开了，答案都在手机上。联网后自动交卷。', 'No network. Your answers are on this phone; they will be handed in when you are online.'));
    }
  };

  Quiz.prototype.tell = function (words) {
    this.note.textContent = words;
    this.note.hidden = false;
  };

  Quiz.prototype.go = function (step) {
    this.at = Math.max(0, Math.min(this.items.length, step));
    this.note.hidden = true;
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
