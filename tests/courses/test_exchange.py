"""Other people's formats: what they carry comes back equal, and what they write is read as they mean it."""

import json

from hypothesis import given, settings

from courses.fields import Fields
from courses.formats import gift_reader, gift_writer, moodle_reader, moodle_writer
from courses.items import Item, ItemKind, codec
from tests.courses.depth import EXAMPLES
from tests.courses.made import items

IN_GIFT = tuple(gift_writer.CARRIED - {ItemKind.ESSAY})
IN_MOODLE = tuple(kind for kind in ItemKind if kind not in (ItemKind.HOTSPOT, ItemKind.CASE))


def refuse(code: str, message: str) -> None:
    raise AssertionError((code, message))


@given(items())
@settings(max_examples=EXAMPLES, deadline=None)
def test_every_item_comes_back_equal_from_json(item: Item) -> None:
    assert codec.from_json(Fields(json.loads(json.dumps(codec.to_json(item))), refuse)) == item


@given(items(IN_GIFT))
@settings(max_examples=EXAMPLES, deadline=None)
def test_what_gift_carries_comes_back_equal(item: Item) -> None:
    written = gift_writer.write([item])
    bank = gift_reader.read(written.data)
    assert not bank.problems and not written.left_out
    assert bank.items == (item,)


@given(items(IN_MOODLE))
@settings(max_examples=EXAMPLES, deadline=None)
def test_what_moodle_carries_comes_back_equal(item: Item) -> None:
    written = moodle_writer.write([item])
    bank = moodle_reader.read(written.data)
    assert not bank.problems and not written.left_out
    assert bank.items == (item,)
