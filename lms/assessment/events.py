"""Facts of assessment."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AttemptGraded:
    """A paper was submitted and graded."""

    attempt_id: int
    enrolment_id: int
    lesson_id: str
    percent: int
    passed: bool
