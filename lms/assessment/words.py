"""The words of this room: what happened to an attempt, and an answer as a person can read it."""

from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _l

from courses.items import Item, ItemKind
from courses.items.words import without_pictures
from lms.assessment.models import EventKind

EVENTS = {
    EventKind.BEGUN: _l("开始答题"),
    EventKind.SAVED: _l("保存答案"),
    EventKind.SUBMITTED: _l("交卷"),
    EventKind.TIMED_OUT: _l("时间到，自动交卷"),
    EventKind.EXTENDED: _l("加了时间"),
    EventKind.REOPENED: _l("重新打开"),
    EventKind.MARKED: _l("批改"),
    EventKind.REGRADED: _l("重新判分"),
}


def answer_in_words(item: Item, response: Sequence[object]) -> tuple[str, ...]:
    """Return the parts of a response as she saw them: the texts of options, pairs with an arrow, typed words."""
    if item.kind == ItemKind.MATCH:
        return tuple(_pair(item, one) for one in response if isinstance(one, list | tuple) and len(one) == 2)
    known = _texts(item)
    return tuple(
        known.get(str(one).lower() if isinstance(one, bool) else str(one), str(one)) for one in response
    )


def _texts(item: Item) -> Mapping[str, str]:
    if item.kind == ItemKind.HOTSPOT:
        return {one.id: one.label for one in item.regions}
    return {one.id: without_pictures(one.text) for one in item.choices()}


def _pair(item: Item, pair: Sequence[object]) -> str:
    left = {one.id: without_pictures(one.text) for one in item.left}
    right = {one.id: without_pictures(one.text) for one in item.right}
    return f"{left.get(str(pair[0]), pair[0])} → {right.get(str(pair[1]), pair[1]) or '—'}"
