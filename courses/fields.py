"""Reading the fields of a JSON object: each wrong one is noted with a sentence and gives its default."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

E = TypeVar("E", bound=StrEnum)
Note = Callable[[str, str], None]
"""Takes (code, sentence) of something wrong."""


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one object, and where to say what is wrong with them."""

    data: Mapping[str, Any]
    note: Note

    def words(self, name: str, *, needed: bool = False) -> str:
        """Return a text, "" when there is none."""
        value = self.data.get(name, "")
        if value is None and not needed:
            return ""
        if not isinstance(value, str) or (needed and not value.strip()):
            self.note("field", f"缺少“{name}”，或它不是文字。")
            return ""
        return value

    def number(self, name: str, default: float, low: float, high: float) -> float:
        """Return a number between two bounds."""
        value = self.data.get(name, default)
        if not is_number(value) or not low <= value <= high:
            self.note("field", f"“{name}”应该是 {low:g} 到 {high:g} 的数。")
            return default
        return float(value)

    def whole(self, name: str, default: int, low: int, high: int) -> int:
        """Return a whole number between two bounds."""
        value = self.number(name, default, low, high)
        if value != int(value):
            self.note("field", f"“{name}”应该是整数。")
        return int(value)

    def flag(self, name: str, default: bool = False) -> bool:
        """Return true or false."""
        value = self.data.get(name, default)
        if not isinstance(value, bool):
            self.note("field", f"“{name}”应该是 true 或 false。")
            return default
        return value

    def strings(self, name: str) -> tuple[str, ...]:
        """Return a list of texts."""
        value = self.data.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.note("field", f"“{name}”应该是方括号里的几段文字。")
            return ()
        return tuple(value)

    def objects(self, name: str) -> Sequence["Fields"]:
        """Return a list of objects."""
        value = self.data.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.note("field", f"“{name}”应该是方括号里的几项，每项一对花括号。")
            return ()
        return [Fields(one, self.note) for one in value]

    def object(self, name: str) -> "Fields | None":
        """Return one object, None when there is none."""
        value = self.data.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.note("field", f"“{name}”应该是一对花括号。")
            return None
        return Fields(value, self.note)

    def choice(self, enum: type[E], name: str, default: str = "") -> E:
        """Return one of the words of an enum."""
        value = self.data.get(name, default)
        if isinstance(value, str) and value in set(enum):
            return enum(value)
        allowed = "、".join(one.value for one in enum)
        self.note("field", f"“{name}”不认识“{_short(value)}”，可以写 {allowed}。")
        return next(iter(enum))


def is_number(value: object) -> bool:
    """Say whether a value is a usable number: neither a truth value nor infinite."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < 10**300 if isinstance(value, int) else math.isfinite(value)


def _short(value: object) -> str:
    return str(value)[:40] if value is not None else ""
