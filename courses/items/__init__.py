"""The kinds of items (QTI: item) and their parts; what each kind can do stands in courses.items.kinds."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class ItemKind(StrEnum):
    """Kinds of items."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUEFALSE = "truefalse"
    TEXT = "text"
    NUMBER = "number"
    CLOZE = "cloze"
    ORDER = "order"
    MATCH = "match"
    HOTSPOT = "hotspot"
    ESSAY = "essay"
    CASE = "case"


EARNS_BY_PART = frozenset({ItemKind.CLOZE, ItemKind.MATCH})
"""Kinds that give part of the points for part of the answer unless the item says otherwise."""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice; its id is permanent."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number that is right, and how far off an answer may be."""

    value: float
    tolerance: float = 0


class Shape(StrEnum):
    """Shapes of regions."""

    RECT = "rect"
    CIRCLE = "circle"


@dataclass(frozen=True, slots=True)
class Region:
    """A place on a picture in percent of it: (x, y, width, height) or (x, y, radius); its label is read aloud."""

    id: str
    label: str
    shape: Shape
    at: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of a rubric and the points it is worth."""

    id: str
    text: str
    points: int


@dataclass(frozen=True, slots=True)
class Remark:
    """What one answer (option id or accepted text, `*` for any other) earns in percent and is told.

    `percent` None leaves the points to the key.
    """

    answer: str
    percent: float | None = None
    words: str = ""


KeyPart = str | Number | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One question; `lesson` is the one to revisit after a miss.

    `key` holds option ids, "true"/"false", accepted texts, one Number, ids in order, region ids, for a cloze one
    part a gap (accepted texts or a Number), for a match (left id, right id) pairs.
    """

    id: str
    kind: ItemKind
    stem: str
    options: tuple[Option, ...]
    key: tuple[KeyPart, ...]
    explanation: str
    lesson: str
    points: int = 1
    difficulty: int = 0
    tags: tuple[str, ...] = ()
    partial: bool = False
    pattern: str = ""
    unit: str = ""
    choices_of_gaps: tuple[tuple[str, ...], ...] = ()
    left: tuple[Option, ...] = ()
    right: tuple[Option, ...] = ()
    picture: str = ""
    alt: str = ""
    regions: tuple[Region, ...] = ()
    rubric: tuple[Criterion, ...] = ()
    items: tuple["Item", ...] = ()
    remarks: tuple[Remark, ...] = ()
    name: str = ""

    def choices(self) -> tuple[Option, ...]:
        """Return what may be chosen; true/false items get their two words."""
        if self.kind == ItemKind.TRUEFALSE:
            return (Option("true", "对"), Option("false", "错"))
        return self.options

    @property
    def marked_by_person(self) -> bool:
        """Whether a person has to read the answer."""
        return self.kind == ItemKind.ESSAY


@dataclass(frozen=True, slots=True)
class Leaf:
    """An item that is answered, with the story of the case it belongs to ("" when it stands alone)."""

    item: Item
    story: str


def leaves(items: Iterable[Item]) -> Iterator[Leaf]:
    """Yield the items that are answered, in order: a case gives way to its parts."""
    for item in items:
        if item.kind == ItemKind.CASE:
            yield from (Leaf(one, item.stem) for one in item.items)
        else:
            yield Leaf(item, "")
