"""Bringing the index up to the database: whatever differs is written in one commit. For workers and called commands."""

from collections.abc import Iterator, Mapping

from lms.search import passages
from lms.search.engine import Passage, Source
from lms.search.finder import finder, folder
from lms.search.whoosh_writer import WhooshWriter


def update() -> int:
    """Write what differs between database and index; a missing or older index is built anew. Returns changes."""
    wanted = passages.sources()
    kept = finder().kept()
    if kept is None:
        return rebuild()
    gone = {key for key, stamp in kept.items() if key not in wanted or wanted[key].stamp != stamp}
    come = {key: source for key, source in wanted.items() if kept.get(key) != source.stamp}
    if gone or come:
        WhooshWriter(folder()).change(gone, _passages(come))
    return len(gone | come.keys())


def rebuild() -> int:
    """Build the whole index from the database; the old one answers until the new one is whole."""
    wanted = passages.sources()
    WhooshWriter(folder()).rebuild(_passages(wanted))
    return len(wanted)


def _passages(sources: Mapping[str, Source]) -> Iterator[Passage]:
    for source in sources.values():
        yield from passages.of(source)
