"""What search asks of an engine, so that another can take its place; the web processes know only Finder."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from lms.search.asking import Term


class Kind(StrEnum):
    """What a hit opens."""

    COURSE = "course"
    LESSON = "lesson"
    CAPTION = "caption"
    PAGE = "page"
    MATERIAL = "material"


@dataclass(frozen=True, slots=True)
class Source:
    """One thing that is indexed whole: `key` names it in its present version, `stamp` changes with its text."""

    key: str
    stamp: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of text that a hit opens: `place` is a lesson's id, `n` a page; `marks` are (offset, second)."""

    source: Source
    kind: Kind
    title: str
    text: str
    place: str = ""
    n: int = 0
    heading: str = ""
    marks: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """How many passages hold the terms, and the best of them; `loose` when they hold only parts of them."""

    total: int
    passages: Sequence[Passage]
    loose: bool = False


class NotReady(Exception):
    """There is no index that this version of the site can read; a worker makes one."""


class Finder(Protocol):
    """Finds terms in the passages kept."""

    def kept(self) -> Mapping[str, str] | None:
        """Return key → stamp of the sources kept; None when the index must be rebuilt."""

    def find(self, terms: Sequence[Term], allowed: Collection[str], limit: int) -> Found:
        """Return the passages of allowed source keys that hold every term; raises NotReady."""


class Keeper(Protocol):
    """Changes what is kept; for workers and called commands."""

    def change(self, gone: Collection[str], come: Iterable[Passage]) -> None:
        """Forget the sources of these keys and take in passages, all at once."""

    def rebuild(self, passages: Iterable[Passage]) -> None:
        """Start anew with these passages; the old index answers until the new one is whole."""
