"""What can be wrong with a course, said with its place."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: file and line (1-based, 0 unknown), item id, stable code, sentence in Chinese."""

    file: str
    line: int
    item: str
    code: str
    message: str

    def as_json(self) -> dict[str, object]:
        """Return the object printed by every command (`problems`)."""
        return {
            "file": self.file,
            "line": self.line,
            "item": self.item,
            "code": self.code,
            "message": self.message,
        }


class CourseError(Exception):
    """A course that cannot be read; `problems` says where and why."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("；".join(problem.message for problem in self.problems))
