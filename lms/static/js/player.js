/* The video or recording of a lesson: what was really played, the four buttons, the strip of what is missing. ES5 only. */
(function () {
  'use strict';
  var JG = window.JG, RATES = [1, 1.25, 1.5, 2], EVERY = 15, SHORTEST = 0.3;

  function recall(name) { try { return localStorage.getItem('jg.' + name); } catch (problem) { return null; } }
  function remember(name, value) { try { localStorage.setItem('jg.' + name, value); } catch (problem) { return false; } return true; }

  function spoken(seconds) {
    var whole = Math.round(seconds), m = Math.floor(whole / 60), s = whole % 60;
    if (m) { return JG.say(m + '分' + ('0' + s).slice(-2) + '秒', m + ' min ' + s + ' s'); }
    return JG.say(s + '秒', s + ' s');
  }

  function merge(parts) {
    var sorted = parts.slice().sort(function (a, b) { return a[0] - b[0]; }), out = [], last;
    JG.each(sorted, function (part) {
      last = out[out.length - 1];
      if (last && part[0] <= last[1] + 0.25) { last[1] = Math.max(last[1], part[1]); } else { out.push([part[0], part[1]]); }
    });
    return out;
  }

  function Player(video) {
    this.video = video;
    this.box = video.parentNode;
    this.visit = video.getAttribute('data-visit');
    this.length = parseFloat(video.getAttribute('data-duration')) || 0;
    this.resume = parseFloat(video.getAttribute('data-resume')) || 0;
    this.sound = video.tagName === 'AUDIO';
    this.open = null;
    this.parts = [];
    this.known = this.drawn();
    this.rate = 1;
    this.seq = parseInt(recall('seq.' + this.visit), 10) || 0;
    this.begin = video.hasAttribute('data-start') ? parseFloat(video.getAttribute('data-start')) : null;
    this.listen();
    this.buttons();
    this.gapButtons();
    if (this.sound) { this.say(); }
    if (video.getAttribute('data-machine-voice') === 'true') { this.mute(); }
  }

  Player.prototype.find = function (selector) { return document.querySelector(selector); };

  Player.prototype.drawn = function () {
    var out = [], length = this.length;
    JG.each(document.querySelectorAll('[data-strip] rect'), function (rect) {
      var x = parseFloat(rect.getAttribute('x')), w = parseFloat(rect.getAttribute('width'));
      out.push([x * length / 1000, (x + w) * length / 1000]);
    });
    return out;
  };

  /* A stretch grows with each tick; a jump, a pause or another speed closes it. */
  Player.prototype.tick = function () {
    var now = this.video.currentTime, step;
    if (this.video.seeking || this.video.paused) { return; }
    if (this.open === null) { this.open = [now, now]; return; }
    step = now - this.open[1];
    if (step < 0 || step > 2.5 * this.rate) {
      this.close();
      this.open = [now, now];
    } else {
      this.open[1] = now;
    }
    if (this.amount() >= EVERY) { this.push(); }
    this.ask(step);
  };

  /* Some courses ask now and then whether she is still there: the video pauses, a button goes on. */
  Player.prototype.ask = function (step) {
    var every = parseFloat(this.video.getAttribute('data-presence')) * 60, box = this.find('[data-present]');
    if (!every || !box) { return; }
    this.unasked = (this.unasked || 0) + Math.max(0, Math.min(step, 2.5));
    if (this.unasked < every) { return; }
    this.unasked = 0;
    this.video.pause();
    box.hidden = false;
  };

  Player.prototype.reached = function () {
    var seen = merge(this.known.concat(this.parts, this.open ? [this.open] : []));
    return seen.length && seen[0][0] <= 2 ? seen[0][1] : 0;
  };

  Player.prototype.close = function () {
    if (this.open && this.open[1] - this.open[0] >= SHORTEST) { this.parts.push(this.open); }
    this.open = null;
  };

  Player.prototype.amount = function () {
    var total = this.open ? this.open[1] - this.open[0] : 0;
    JG.each(this.parts, function (part) { total += part[1] - part[0]; });
    return total;
  };

  Player.prototype.push = function () {
    var again = this.open && !this.video.paused ? this.open[1] : null, parts;
    this.close();
    if (again !== null) { this.open = [again, again]; }
    if (!this.parts.length || !this.visit) { return; }
    parts = merge(this.parts).map(function (part) { return [Math.round(part[0] * 100) / 100, Math.round(part[1] * 100) / 100]; });
    this.parts = [];
    this.seq += 1;
    remember('seq.' + this.visit, this.seq);
    JG.outbox.push({ kind: 'watched', visit: this.visit, seq: this.seq, stretches: parts, rate: this.rate });
  };

  Player.prototype.listen = function () {
    var self = this, video = this.video;
    video.addEventListener('timeupdate', function () { self.tick(); });
    video.addEventListener('play', function () { self.failed(false); self.labelPlay(); });
    /* The first tick comes a quarter of a second late: what was played before it counts too. */
    video.addEventListener('playing', function () {
      if (self.open === null) { self.open = [video.currentTime, video.currentTime]; }
    });
    video.addEventListener('seeking', function () {
      self.close();
      if (video.hasAttribute('data-no-skip') && video.currentTime > self.reached() + 1) { video.currentTime = self.reached(); }
    });
    /* Without a network nothing may be left in the page alone: it goes to the phone at the cut and when the film stalls. */
    window.addEventListener('offline', function () { self.last(); self.push(); });
    video.addEventListener('waiting', function () { if (navigator.onLine === false) { self.last(); self.push(); } });
    video.addEventListener('ratechange', function () {
      self.push();
      self.rate = Math.max(1, Math.min(2, video.playbackRate));
      if (video.playbackRate > 2) { video.playbackRate = 2; }
    });
    video.addEventListener('pause', function () { self.last(); self.push(); self.labelPlay(); });
    video.addEventListener('ended', function () { self.last(); self.push(); });
    video.addEventListener('loadedmetadata', function () { self.ready(); });
    video.addEventListener('error', function (event) {
      var sources = video.querySelectorAll('source');
      if (event.target === video || event.target === sources[sources.length - 1]) { self.failed(true); }
    }, true);
    window.addEventListener('pagehide', function () { self.last(); self.push(); JG.outbox.flush(); });
    JG.outbox.onResult(function (entry, result) { self.credit(entry, result); });
  };

  /* The seconds between the last tick and a pause count too. */
  Player.prototype.last = function () {
    var now = this.video.currentTime;
    if (this.open && now > this.open[1] && now - this.open[1] < 2) { this.open[1] = now; }
  };

  Player.prototype.ready = function () {
    var start = this.begin, saved = parseFloat(recall('rate'));
    if (start === null && this.video.getAttribute('data-done') !== 'true') { start = this.resume; }
    if (start && start < (this.length || this.video.duration) - 2) { this.video.currentTime = start; }
    this.begin = null;
    this.resume = 0;
    if (RATES.indexOf(saved) > 0) { this.video.playbackRate = saved; }
    this.labelRate();
  };

  Player.prototype.play = function () {
    var promise = this.video.play();
    if (promise && promise.then) { promise.then(null, function () { return null; }); }
  };

  Player.prototype.seek = function (second) {
    if (this.video.readyState > 0) { this.video.currentTime = second; } else { this.begin = second; }
    this.play();
    if (this.box.scrollIntoView) { this.box.scrollIntoView(); }
  };

  /* A cut is told as a cut; what fails with a network is told as the page came with it. */
  Player.prototype.failed = function (is) {
    var cut = is && navigator.onLine === false, sound = this.sound, words;
    if (is) { this.video.pause(); }
    JG.each(document.querySelectorAll('[data-video-failed]'), function (node) {
      var lines = node.querySelectorAll('p');
      node.hidden = !is;
      if (!is) { return; }
      node.words = words = node.words || [lines[0].textContent, lines[1].textContent];
      if (cut) {
        words = [
          JG.say('网络断开了，' + (sound ? '录音' : '视频') + '停在这里', 'No network. The ' + (sound ? 'recording' : 'video') + ' has stopped here'),
          JG.say('联网后点“再试一次”，从停下的地方接着放。' + (sound ? '听过' : '看过') + '的已保存在手机上。', 'Back online, tap Try again and it goes on from here. What you ' + (sound ? 'heard' : 'watched') + ' is kept on this phone.')
        ];
      }
      lines[0].textContent = words[0];
      lines[1].textContent = words[1];
    });
  };

  Player.prototype.mute = function () {
    var self = this, button = this.box.querySelector('[data-do="voice"]');
    this.video.muted = true;
    if (!button) { return; }
    button.hidden = false;
    button.addEventListener('click', function () {
      self.video.muted = !self.video.muted;
      button.textContent = self.video.muted ? JG.say('打开电脑配音', 'Turn on the computer voice') : JG.say('关掉电脑配音', 'Turn off the computer voice');
    });
  };

  Player.prototype.labelRate = function () {
    var button = this.box.querySelector('[data-do="rate"]');
    if (button) { button.textContent = JG.say('语速 ' + this.video.playbackRate + ' 倍', 'Speed ×' + this.video.playbackRate); }
  };

  Player.prototype.buttons = function () {
    var self = this, row = this.box.querySelector('[data-player-buttons]'), acts;
    acts = {
      play: function () { if (self.video.error || self.video.networkState === 3) { acts.retry(); } else if (self.video.paused) { self.play(); } else { self.video.pause(); } },
      back: function () { self.video.currentTime = Math.max(0, self.video.currentTime - 15); },
      rate: function () {
        var next = RATES[(RATES.indexOf(self.video.playbackRate) + 1) % RATES.length];
        self.video.playbackRate = next;
        remember('rate', next);
        self.labelRate();
      },
      captions: function (button) {
        var track = self.video.textTracks && self.video.textTracks[0], on;
        if (!track) { return; }
        on = track.mode !== 'showing';
        track.mode = on ? 'showing' : 'hidden';
        remember('captions', on ? 'on' : 'off');
        button.setAttribute('aria-pressed', String(on));
      },
      present: function () {
        self.find('[data-present]').hidden = true;
        JG.outbox.push({ kind: 'present', visit: self.visit });
        self.play();
      },
      low: function (button) { self.source(button.getAttribute('aria-pressed') !== 'true', true); },
      retry: function () { self.begin = self.video.currentTime || self.resume || null; self.failed(false); self.video.load(); self.play(); }
    };
    JG.each(this.box.querySelectorAll('[data-do]'), function (button) {
      var act = acts[button.getAttribute('data-do')];
      if (act) { button.addEventListener('click', function () { act(button); }); }
    });
    if (row) { row.hidden = false; }
    if (!this.sound && recall('captions') === 'off' && this.video.textTracks && this.video.textTracks[0] && row) {
      this.video.textTracks[0].mode = 'showing';
      acts.captions(row.querySelector('[data-do="captions"]'));
    }
    this.first();
    if (recall('low') === 'yes' || (navigator.connection && navigator.connection.saveData && recall('low') !== 'no')) { this.source(true, false); }
    if (recall('low') === 'no') { this.source(false, false); }
  };

  /* The button tells which of the two the page came with. */
  Player.prototype.first = function () {
    var button = this.box.querySelector('[data-do="low"]'), source = this.box.querySelector('source');
    if (button && source) { button.setAttribute('aria-pressed', String(source.getAttribute('data-role') === '360p')); }
  };

  Player.prototype.source = function (low, asked) {
    var button = this.box.querySelector('[data-do="low"]'), playing = !this.video.paused;
    var wanted = this.box.querySelector('source[data-role="' + (low ? '360p' : '720p') + '"]');
    if (!button || !wanted) { return; }
    button.setAttribute('aria-pressed', String(low));
    if (asked) { remember('low', low ? 'yes' : 'no'); }
    this.begin = this.video.readyState > 0 ? this.video.currentTime : null;
    this.push();
    this.video.src = wanted.src;
    if (playing) { this.play(); }
  };

  Player.prototype.credit = function (entry, result) {
    if (entry.kind !== 'watched' || entry.visit !== this.visit) { return; }
    if (result.watched) { this.known = result.watched; } else if (result.state === 'kept') { this.known = merge(this.known.concat(entry.stretches)); }
    if (result.state !== 'refused') { this.draw(result.share); this.goal(this.unfinished()); }
    if (result.lesson_done || result.done) { this.finish(); }
    if (result.pause && !this.video.paused) { this.elsewhere(result.pause); }
  };

  /* She plays on another device: this one stops and says so. */
  Player.prototype.elsewhere = function (words) {
    var box = this.find('[data-elsewhere]');
    this.video.pause();
    if (box) {
      box.querySelector('p').textContent = words;
      box.hidden = false;
    }
  };

  /* Done: the way on is shown, and becomes the one red button. */
  Player.prototype.finish = function () {
    var last = document.querySelector('.bar-in > a.btn-quiet:last-child');
    if (last) { last.className = 'btn btn-main'; }
    this.goal(JG.say('✓ 这一课您学完了', '✓ You have finished this lesson'));
    JG.each(document.querySelectorAll('[data-next]'), function (node) { node.hidden = false; });
  };

  /* The sentence under the strip is about the page as it came; from now on it says what is still true. */
  Player.prototype.goal = function (words) {
    var line = this.find('[data-goal]');
    if (line && words) { line.textContent = words; }
  };

  Player.prototype.unfinished = function () {
    var line = this.find('[data-goal]'), percent = line ? line.getAttribute('data-goal') : '';
    return JG.say((this.sound ? '听到 ' : '看到 ') + percent + '% 就算学完。', 'At ' + percent + '% the lesson is finished.');
  };

  Player.prototype.draw = function (share) {
    var strip = this.find('[data-strip]'), words = this.find('[data-watched]'), list = this.find('[data-gaps]');
    var length = this.length, seen = 0, at = 0, gaps = [], sound = this.sound, percent;
    if (!strip || !length) { return; }
    while (strip.firstChild) { strip.removeChild(strip.firstChild); }
    JG.each(this.known, function (part) {
      var rect = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
      rect.setAttribute('x', 1000 * part[0] / length);
      rect.setAttribute('y', 0);
      rect.setAttribute('width', 1000 * (part[1] - part[0]) / length);
      rect.setAttribute('height', 12);
      strip.appendChild(rect);
      if (part[0] - at >= 1) { gaps.push([at, part[0]]); }
      seen += part[1] - part[0];
      at = part[1];
    });
    if (length - at >= 1) { gaps.push([at, length]); }
    percent = Math.min(100, Math.floor(typeof share === 'number' ? 100 * share + 0.001 : 100 * seen / length));
    strip.setAttribute('aria-label', this.sound ? JG.say('已听 ' + percent + '%', percent + '% heard') : JG.say('已看 ' + percent + '%', percent + '% watched'));
    if (words) {
      words.textContent = strip.getAttribute('aria-label') + (gaps.length ? JG.say(' · 还有 ' + gaps.length + (sound ? ' 段没听，点下面补听' : ' 段没看，点下面补看'), ' · ' + gaps.length + (sound ? ' left to hear; tap below' : ' left to watch; tap below')) : '');
    }
    if (!list) { return; }
    while (list.firstChild) { list.removeChild(list.firstChild); }
    JG.each(gaps.slice(0, 3), function (gap) {
      var item = document.createElement('li'), button = document.createElement('button');
      button.type = 'button';
      button.className = 'btn btn-quiet btn-small';
      button.setAttribute('data-seek', gap[0]);
      button.textContent = JG.say(spoken(gap[0]) + '到' + spoken(gap[1]) + (sound ? '还没听' : '还没看'), spoken(gap[0]) + ' to ' + spoken(gap[1]) + (sound ? ' not heard yet' : ' not watched yet'));
      item.appendChild(button);
      list.appendChild(item);
    });
  };

  Player.prototype.gapButtons = function () {
    var self = this;
    document.addEventListener('click', function (event) {
      var second = event.target.getAttribute && event.target.getAttribute('data-seek');
      if (second !== null && second !== undefined) { event.preventDefault(); self.seek(parseFloat(second)); }
    });
  };

  /* A recording shows no captions by itself: the line said now stands under it. */
  Player.prototype.say = function () {
    var track = this.video.textTracks && this.video.textTracks[0], line = this.box.querySelector('[data-spoken]');
    if (!track || !line) { return; }
    track.mode = 'hidden';
    line.hidden = false;
    track.addEventListener('cuechange', function () {
      var cue = track.activeCues && track.activeCues[0];
      if (cue) { line.textContent = cue.text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&'); }
    });
  };

  Player.prototype.labelPlay = function () {
    var button = this.box.querySelector('[data-do="play"]');
    if (button) { button.textContent = this.video.paused ? JG.say('播放', 'Play') : JG.say('暂停', 'Pause'); }
  };

  JG.each(document.querySelectorAll('[data-behaviour="player"]'), function (video) { new Player(video); });
}());
