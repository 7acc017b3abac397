"""Reading Whoosh's posting lists block by block: several times faster than one posting at a time.

This leans on the inside of `whoosh.codec.whoosh3` of the pinned version 2.7.4; tests/lms/search compares it with
plain substring search.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

from whoosh.codec.whoosh3 import W3LeafMatcher
from whoosh.matching import FilterMatcher

Row = tuple[int, float, Any]
"""Number of the passage, times the token stands in it, where (packed)."""


def rows(reader: Any, field: str, text: str | bytes) -> Iterator[Row]:
    """Yield the postings of a token, those of deleted passages included."""
    matcher = _matcher(reader, field, text)
    if not isinstance(matcher, W3LeafMatcher):
        yield from _one_by_one(matcher)
        return
    while matcher.is_active():
        yield from _block(matcher)
        matcher._next_block()


def rows_among(reader: Any, field: str, text: str, among: Sequence[int]) -> Iterator[Row]:
    """Yield the postings of a token near these passages (in order); blocks that hold none are not unpacked."""
    matcher = _matcher(reader, field, text)
    if not isinstance(matcher, W3LeafMatcher):
        yield from _one_by_one(matcher)
        return
    at = 0
    while matcher.is_active() and at < len(among):
        after = bisect_right(among, matcher.block_max_id(), at)
        if after > at:
            yield from _block(matcher)
            at = after
        matcher._next_block()


def _matcher(reader: Any, field: str, text: str | bytes) -> Any:
    matcher = reader.postings(field, text)
    return matcher.child if isinstance(matcher, FilterMatcher) else matcher


def _block(matcher: Any) -> Iterator[Row]:
    matcher.id(), matcher.weight(), matcher.value()  # each unpacks its column
    return zip(matcher._ids, matcher._weights, matcher._values, strict=True)


def _one_by_one(matcher: Any) -> Iterator[Row]:
    while matcher.is_active():
        yield matcher.id(), matcher.weight(), matcher.value()
        matcher.next()
