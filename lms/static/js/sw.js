/* The service worker: style and scripts from the phone, the lessons she opened and a page for when there is no network.
   It keeps no answers (the outbox does) and forgets its pages whenever somebody signs in or out. ES5 only. */
(function () {
  'use strict';
  var SHELL = 'jg-shell-1', PAGES = 'jg-pages-1', OFFLINE = '/offline', LONGEST = 30;
  var LESSON = /^\/c\/[^/]+\/\d+(\/(text|words)\/\d+)?$/;

  function path(request) { return new URL(request.url).pathname; }

  function ours(request) { return new URL(request.url).origin === self.location.origin; }

  function forget() { return self.caches['delete'](PAGES); }

  function keep(name, request, answer) {
    return self.caches.open(name).then(function (cache) {
      return cache.put(request, answer).then(function () { return trim(cache); });
    });
  }

  /* The oldest go first. */
  function trim(cache) {
    return cache.keys().then(function (keys) {
      return Promise.all(keys.slice(0, Math.max(0, keys.length - LONGEST)).map(function (key) { return cache['delete'](key); }));
    });
  }

  function fromNetwork(event, request) {
    return self.fetch(request).then(function (answer) {
      if (answer.ok && !answer.redirected && LESSON.test(path(request))) {
        event.waitUntil(keep(PAGES, path(request), answer.clone()));
      }
      return answer;
    }, function () {
      return self.caches.match(path(request)).then(function (kept) {
        return kept || self.caches.match(OFFLINE);
      }).then(function (kept) { return kept || self.Response.error(); });
    });
  }

  function fromPhone(event, request) {
    return self.caches.match(request).then(function (kept) {
      return kept || self.fetch(request).then(function (answer) {
        if (answer.ok) { event.waitUntil(keep(SHELL, request, answer.clone())); }
        return answer;
      });
    });
  }

  self.addEventListener('install', function (event) {
    event.waitUntil(self.caches.open(SHELL).then(function (cache) {
      return self.fetch(OFFLINE, { credentials: 'omit' }).then(function (answer) {
        return answer.clone().text().then(function (html) {
          var needed = (html.match(/\/static\/[^"]+\.(css|js|svg)\?v=[0-9a-f]+/g) || []);
          return Promise.all([cache.put(OFFLINE, answer), cache.addAll(needed)]);
        });
      });
    }).then(function () { return self.skipWaiting(); }));
  });

  self.addEventListener('activate', function (event) {
    event.waitUntil(self.caches.keys().then(function (names) {
      return Promise.all(names.map(function (name) {
        return name === SHELL || name === PAGES ? null : self.caches['delete'](name);
      }));
    }).then(function () { return self.clients.claim(); }));
  });

  self.addEventListener('fetch', function (event) {
    var request = event.request;
    if (!ours(request)) { return; }
    if (request.method === 'POST') {
      if (/^\/(login|logout|join|reset)$/.test(path(request))) { event.waitUntil(forget()); }
    } else if (request.mode === 'navigate') {
      event.respondWith(fromNetwork(event, request));
    } else if (request.method === 'GET' && /^\/static\/(css|js)\/.*\?v=/.test(request.url.slice(self.location.origin.length))) {
      event.respondWith(fromPhone(event, request));
    }
  });
}());
