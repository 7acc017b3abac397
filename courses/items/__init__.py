"""The kinds of items (QTI: item), and what each can do: check itself, grade a response."""

from dataclasses import dataclass
from enum import StrEnum


class ItemKind(StrEnum):
    """Kinds of items of this document version."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUEFALSE = "truefalse"


@dataclass(frozen=True, slots=True)
class Option:
    """One choice; its id is permanent."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """One question: `key` holds option ids, or "true"/"false"; `lesson` is the one to revisit after a miss."""

    id: str
    kind: ItemKind
    stem: str
    options: tuple[Option, ...]
    key: tuple[str, ...]
    explanation: str
    lesson: str
    points: int = 1

    def choices(self) -> tuple[Option, ...]:
        """Return what may be chosen; true/false items get their two words."""
        if self.kind == ItemKind.TRUEFALSE:
            return (Option("true", "对"), Option("false", "错"))
        return self.options
