"""What is known of one person in one course, and what a rule answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from courses.coverage import Stretches


class How(StrEnum):
    """The way a lesson was finished."""

    READ = "read"
    WATCHED = "watched"
    HEARD = "heard"
    TEXT_VERSION = "text_version"
    PASSED = "passed"
    ATTENDED = "attended"
    ACCEPTED = "accepted"
    ANSWERED = "answered"
    TESTED_OUT = "tested_out"
    DECIDED = "decided"


class Handed(StrEnum):
    """Where the evidence of an assignment is."""

    NOTHING = "nothing"
    WAITING = "waiting"
    RETURNED = "returned"
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class LessonState:
    """What is known of one person's lesson; `done` is what was recorded, and recorded stays recorded.

    `test_percent` and `test_try` are of the go at the pre-test that was recorded for this lesson.
    `withdrawn` is why an attendance was taken back, "" while none was or she came another time.
    `pages` is how many her document has, 0 while that is unknown; `pages_as_text` were only read as words.
    """

    done: bool = False
    how: How | None = None
    stretches: Stretches = ()
    duration: float = 0.0
    read_seconds: float = 0.0
    reached_end: bool = False
    pages: int = 0
    pages_read: int = 0
    pages_as_text: int = 0
    checks_right: bool = False
    best_percent: int | None = None
    tries_used: int = 0
    tries_added: int = 0
    awaiting: bool = False
    attended: bool = False
    withdrawn: str = ""
    handed: Handed = Handed.NOTHING
    rubric_points: int | None = None
    answered: bool = False
    test_percent: int | None = None
    test_try: int | None = None


NOTHING = LessonState()


@dataclass(frozen=True, slots=True)
class CourseState:
    """One person's lessons, the slugs of courses she finished, the day she finished this one, today, course titles."""

    lessons: Mapping[str, LessonState] = field(default_factory=dict)
    courses_done: frozenset[str] = frozenset()
    completed_on: date | None = None
    today: date | None = None
    titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RuleState:
    """One rule: its name, whether it holds, the sentence a person reads, the figures behind it."""

    rule: str
    done: bool
    sentence: str
    evidence: Mapping[str, float | int | str]
