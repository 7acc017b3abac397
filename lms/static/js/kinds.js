/* Ordering by buttons and pointing at a picture; both only set the fields of the plain form. ES5 only. */
(function () {
  'use strict';
  var JG = window.JG, STEP = 2, NEAR = 24;

  function changed(field) {
    var event = document.createEvent('Event');
    event.initEvent('change', true, false);
    field.dispatchEvent(event);
  }

  function all(node, query) { return [].slice.call(node.querySelectorAll(query)); }

  /* Order: rows with ↑ ↓ stand for the selects, which keep what is sent. */
  function Order(item) {
    var self = this;
    this.list = item.querySelector('[data-order]');
    this.fields = all(item, 'select');
    this.told = item.querySelector('[data-told]');
    this.told.className += ' told-live';
    this.sure = item.querySelector('[data-order-sure]');
    this.arrange();
    this.list.hidden = false;
    item.querySelector('[data-order-plain]').hidden = true;
    item.addEventListener('click', function (event) {
      var button = event.target;
      if (button === self.sure) { self.keep(); self.tell(JG.say('这个顺序记下了。', 'This order is noted.')); }
      if (button.hasAttribute('data-move')) { self.move(button.parentNode, Number(button.getAttribute('data-move')), button); }
    });
    this.number();
  }

  Order.prototype.rows = function () { return all(this.list, 'li[data-id]'); };

  Order.prototype.answered = function () { return this.fields.every(function (field) { return field.value !== ''; }); };

  Order.prototype.arrange = function () {
    var list = this.list, rows = this.rows();
    this.fields.slice().reverse().forEach(function (field) {
      rows.forEach(function (row) {
        if (row.getAttribute('data-id') === field.value) { list.insertBefore(row, list.firstChild); }
      });
    });
  };

  Order.prototype.number = function () {
    var rows = this.rows();
    rows.forEach(function (row, at) {
      row.querySelector('.order-n').textContent = at + 1;
      row.querySelector('[data-move="-1"]').disabled = at === 0;
      row.querySelector('[data-move="1"]').disabled = at === rows.length - 1;
    });
    this.sure.parentNode.hidden = this.answered();
  };

  Order.prototype.move = function (row, by, button) {
    var rows = this.rows(), at = rows.indexOf(row), other = rows[at + by];
    if (!other) { return; }
    this.list.insertBefore(by < 0 ? row : other, by < 0 ? other : row);
    this.keep();
    (button.disabled ? row.querySelector('button:not([disabled])') : button).focus();
    this.tell(JG.say('“' + this.words(row) + '”现在是第 ' + (at + by + 1) + ' 个，共 ' + rows.length + ' 个。',
      '“' + this.words(row) + '” is now number ' + (at + by + 1) + ' of ' + rows.length + '.'));
  };

  Order.prototype.words = function (row) { return row.getAttribute('data-words'); };

  Order.prototype.keep = function () {
    var fields = this.fields;
    this.rows().forEach(function (row, at) { fields[at].value = row.getAttribute('data-id'); });
    this.number();
    changed(fields[0]);
  };

  Order.prototype.tell = function (words) { this.told.textContent = words; };

  /* Spot: a tap, or the arrow keys and the space bar, choose the area under the marker. */
  function Spot(item) {
    var self = this;
    this.item = item;
    this.area = item.querySelector('[data-spot]');
    this.svg = this.area.querySelector('svg');
    this.told = item.querySelector('[data-told]');
    this.told.className += ' told-live';
    this.most = Number(this.area.getAttribute('data-spot'));
    this.tall = this.svg.viewBox.baseVal.height;
    this.regions = all(this.svg, '[data-region]').map(function (node) {
      return {
        node: node, at: node.getAttribute('data-at').split(' ').map(Number), words: node.getAttribute('data-words'),
        field: item.querySelector('input[value="' + node.getAttribute('data-region') + '"]')
      };
    });
    this.pin = document.createElementNS('http://www.w3.org/2000/svg', 'circle');
    this.pin.setAttribute('class', 'spot-pin');
    this.pin.setAttribute('r', 2.2);
    this.svg.appendChild(this.pin);
    this.place(50, this.tall / 2);
    this.tell(JG.say('也可以直接点图上的位置。', 'You may also tap the picture.'));
    this.area.tabIndex = 0;
    this.area.setAttribute('role', 'application');
    this.area.setAttribute('aria-label', JG.say('在图上选：方向键移动，空格键选', 'Choose on the picture: arrow keys move, the space bar chooses'));
    this.area.addEventListener('click', function (event) { self.tap(event); });
    this.area.addEventListener('keydown', function (event) { self.key(event); });
    /* Before the paper keeps the answer: one tick too many would be refused. */
    item.addEventListener('change', function (event) { self.limit(event.target); self.show(); }, true);
    this.show();
  }

  Spot.prototype.place = function (x, y) {
    this.x = Math.max(0, Math.min(100, x));
    this.y = Math.max(0, Math.min(this.tall, y));
    this.pin.setAttribute('cx', this.x);
    this.pin.setAttribute('cy', this.y);
  };

  Spot.prototype.tap = function (event) {
    var box = this.svg.getBoundingClientRect();
    this.place((event.clientX - box.left) / box.width * 100, (event.clientY - box.top) / box.height * this.tall);
    this.choose(NEAR / box.width * 100);
  };

  Spot.prototype.key = function (event) {
    var moves = { 37: [-1, 0], 38: [0, -1], 39: [1, 0], 40: [0, 1] }, move = moves[event.keyCode], under;
    if (event.keyCode === 13 || event.keyCode === 32) {
      event.preventDefault();
      this.choose(0);
    } else if (move) {
      event.preventDefault();
      this.place(this.x + move[0] * STEP, this.y + move[1] * STEP);
      under = this.under(0);
      this.tell(under ? JG.say('在“' + under.words + '”上，按空格键选。', 'On “' + under.words + '”; the space bar chooses it.') : '');
    }
  };

  /* How far the marker lies from an area, 0 inside it. */
  Spot.prototype.far = function (at) {
    var across, down;
    if (at.length === 3) { return Math.max(0, Math.sqrt(Math.pow(this.x - at[0], 2) + Math.pow(this.y - at[1], 2)) - at[2]); }
    across = Math.max(at[0] - this.x, 0, this.x - at[0] - at[2]);
    down = Math.max(at[1] - this.y, 0, this.y - at[1] - at[3]);
    return Math.sqrt(across * across + down * down);
  };

  Spot.prototype.under = function (near) {
    var self = this, found = null, best = near;
    this.regions.forEach(function (one) {
      var far = self.far(one.at);
      if (far <= best && (far < best || !found || size(one.at) < size(found.at))) { found = one; best = far; }
    });
    return found;
  };

  function size(at) { return at.length === 3 ? 3.14 * at[2] * at[2] : at[2] * at[3]; }

  Spot.prototype.choose = function (near) {
    var one = this.under(near);
    if (!one) {
      this.tell(JG.say('这里没有可以选的地方，换个位置试试。', 'There is nothing to choose here; try another place.'));
      return;
    }
    one.field.checked = one.field.type === 'radio' || !one.field.checked;
    this.tell(one.field.checked ? JG.say('选了“' + one.words + '”。', 'Chosen: “' + one.words + '”.') :
      JG.say('去掉了“' + one.words + '”。', 'No longer chosen: “' + one.words + '”.'));
    changed(one.field);
  };

  /* One tick more than asked for takes the earliest one back. */
  Spot.prototype.limit = function (field) {
    var order = (this.order || []).filter(function (one) { return one.checked && one !== field; });
    this.regions.forEach(function (one) {
      if (one.field.checked && one.field !== field && order.indexOf(one.field) < 0) { order.unshift(one.field); }
    });
    if (field.checked) { order.push(field); }
    while (order.length > this.most) { order.shift().checked = false; }
    this.order = order;
  };

  Spot.prototype.show = function () {
    this.regions.forEach(function (one) {
      one.node.setAttribute('class', one.field.checked ? 'chosen' : '');
      one.field.parentNode.className = one.field.checked ? 'option chosen' : 'option';
    });
  };

  Spot.prototype.tell = function (words) { this.told.textContent = words; };

  JG.each(document.querySelectorAll('fieldset[data-kind=order]'), function (item) { new Order(item); });
  JG.each(document.querySelectorAll('fieldset[data-kind=hotspot]'), function (item) {
    if (item.querySelector('[data-spot]')) { new Spot(item); }
  });
}());
