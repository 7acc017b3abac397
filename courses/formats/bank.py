"""What reading or writing a file of questions gives: items, pictures, what was left out and why, what is wrong."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from courses.errors import CourseError, Problem
from courses.items import Item
from courses.validation import problems_of_item


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that could not be carried: of which item, and why."""

    item: str
    reason: str

    def as_json(self) -> dict[str, str]:
        """Return the object printed by every command (`left_out`)."""
        return {"item": self.item, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Bank:
    """Questions as read: `problems` keep one out, `left_out` says what got lost on the way."""

    items: tuple[Item, ...]
    left_out: tuple[LeftOut, ...] = ()
    problems: tuple[Problem, ...] = ()
    pictures: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """A file as written, and what it could not hold."""

    data: bytes
    left_out: tuple[LeftOut, ...] = ()


class Ids:
    """Gives ids that are allowed and not yet taken: q1, q2, … where a file has none."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next = 1

    def take(self, wanted: str = "") -> str:
        """Return `wanted` when it can be used, a new id otherwise."""
        good = (
            wanted[:64] == wanted and wanted.isascii() and wanted.replace("-", "").replace("_", "").isalnum()
        )
        if good and wanted[0] not in "-_" and wanted not in self._taken:
            self._taken.add(wanted)
            return wanted
        while f"q{self._next}" in self._taken:
            self._next += 1
        self._taken.add(f"q{self._next}")
        return f"q{self._next}"


def sound(items: Iterable[tuple[Item, int]], file: str) -> tuple[tuple[Item, ...], tuple[Problem, ...]]:
    """Part items (each with its line) into those that can be asked and what is wrong with the others."""
    good: list[Item] = []
    problems: list[Problem] = []
    for item, line in items:
        wrong = problems_of_item(item, file, line)
        problems.extend(wrong)
        if not wrong:
            good.append(item)
    return tuple(good), tuple(problems)


def refuse(file: str, code: str, message: str, line: int = 0, item: str = "") -> CourseError:
    """Return the error of a file that cannot be read at all."""
    return CourseError([Problem(file, line, item, code, message)])
