"""The one clock of the house: aware UTC; tests move it, nothing else does."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_shift = timedelta(0)


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC) + _shift


@contextmanager
def travel(**by: float) -> Iterator[None]:
    """Move the clock for the length of a `with` block; the words of timedelta, adding up when nested."""
    global _shift
    before = _shift
    _shift = before + timedelta(**by)
    try:
        yield
    finally:
        _shift = before


def parse(text: str) -> datetime:
    """Return a moment written with isoformat(); aware."""
    return datetime.fromisoformat(text)
