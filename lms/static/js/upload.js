/* A video sent in parts (tus 1.0): goes on after a broken line or a closed page. Without this file the form sends it whole. */
(function () {
  'use strict';
  var form = document.querySelector('form[data-behaviour="upload"]');
  if (!form || !window.tus || !tus.isSupported) { return; }
  var english = /^en/.test(document.documentElement.lang);
  var input = form.querySelector('input[type=file]');
  var panel = form.querySelector('[data-upload]');
  var bar = panel.querySelector('progress');
  var words = panel.querySelector('[data-upload-words]');
  var pause = panel.querySelector('[data-upload-pause]');
  var problem = form.querySelector('[data-upload-problem]');
  var phone = window.matchMedia('(max-width: 599px)').matches;
  var PART = (phone ? 1 : 5) * 1024 * 1024;
  var current = null, paused = false, began = 0, beganAt = 0;

  function say(zh, en) { return english ? en : zh; }
  function csrf() { return document.querySelector('meta[name="csrf-token"]').getAttribute('content'); }
  function size(bytes) { return bytes >= 1e9 ? (bytes / 1e9).toFixed(2) + ' GB' : Math.max(bytes / 1e6, 0.1).toFixed(bytes < 1e7 ? 1 : 0) + ' MB'; }
  function plain(shown) { form.querySelectorAll('[data-plain]').forEach(function (part) { part.hidden = !shown; }); }

  function fail(text) {
    problem.hidden = false;
    problem.firstElementChild.textContent = text;
    panel.hidden = true;
    input.disabled = false;
  }

  function left(sent, total) {
    var seconds = (Date.now() - beganAt) / 1000, speed = (sent - began) / seconds, minutes;
    if (seconds < 2 || speed <= 0) { return ''; }
    minutes = Math.ceil((total - sent) / speed / 60);
    return ' · ' + say('约 ' + minutes + ' 分钟', 'about ' + minutes + ' min');
  }

  function progress(sent, total) {
    if (!beganAt) { beganAt = Date.now(); began = sent; }
    bar.value = Math.floor(100 * sent / total);
    words.textContent = size(sent) + ' / ' + size(total) + left(sent, total);
  }

  function sentence(error) {
    var answer = error.originalResponse, body;
    if (!answer) { return say('网络断开太久了。联网后再选同一个文件，会接着传。', 'The network was away too long. Choose the same file again to go on.'); }
    try { body = JSON.parse(answer.getBody()); } catch (unreadable) { body = {}; }
    if (answer.getStatus() === 401) { return say('请重新登录，再选同一个文件，会接着传。', 'Please sign in again and choose the same file to go on.'); }
    return body.error || say('没有传成。请再选一次文件。', 'The upload did not work. Please choose the file again.');
  }

  function start(file) {
    problem.hidden = true;
    if (file.size > Number(form.getAttribute('data-most'))) {
      fail(form.getAttribute('data-too-large'));
      return;
    }
    panel.hidden = false;
    input.disabled = true;
    plain(false);
    beganAt = 0;
    panel.querySelector('[data-upload-name]').textContent = say('正在上传 ', 'Uploading ') + file.name;
    current = new tus.Upload(file, {
      endpoint: form.getAttribute('data-uploads'),
      chunkSize: PART,
      retryDelays: [0, 1000, 3000, 5000, 10000, 20000, 30000, 60000, 60000, 60000],
      metadata: { filename: file.name, lesson: form.getAttribute('data-lesson') },
      headers: { 'X-CSRFToken': csrf() },
      removeFingerprintOnSuccess: true,
      fingerprint: function (chosen) {
        return Promise.resolve(['jg', form.getAttribute('data-lesson'), chosen.name, chosen.size, chosen.lastModified].join('-'));
      },
      onShouldRetry: function (error) {
        var status = error.originalResponse ? error.originalResponse.getStatus() : 0;
        return status === 0 || status === 409 || status === 423 || status >= 500 && status !== 507;
      },
      onProgress: progress,
      onError: function (error) { fail(sentence(error)); },
      onSuccess: function () { window.location.hash = ''; window.location.reload(); }
    });
    current.findPreviousUploads().then(function (earlier) {
      if (earlier.length) { current.resumeFromPreviousUpload(earlier[0]); }
      current.start();
    });
  }

  pause.addEventListener('click', function () {
    paused = !paused;
    beganAt = 0;
    pause.textContent = paused ? say('接着传', 'Go on') : say('暂停', 'Pause');
    if (paused) { current.abort(); } else { current.start(); }
  });
  form.addEventListener('submit', function (event) {
    if (input.files.length) { event.preventDefault(); start(input.files[0]); }
  });
  /* Choosing the file is enough; captions have a form of their own below. */
  form.querySelectorAll('[data-plain]').forEach(function (part) { part.hidden = true; });
  input.addEventListener('change', function () { if (input.files.length) { start(input.files[0]); } });
  /* On a slow line she may have chosen before this file came. */
  if (input.files.length) { start(input.files[0]); }
}());
