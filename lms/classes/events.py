"""Facts of face-to-face sessions."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attended:
    """A person was at a session of a classroom lesson."""

    session_id: int
    person_id: int
    course_id: int
    lesson_id: str
