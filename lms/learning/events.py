"""Facts of learning."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CourseCompleted:
    """A person finished a course; carries what a certificate prints."""

    completion_id: int
    person_id: int
    person_name: str
    course_id: int
    course_title: str
    version_number: int
    lessons: int
    seconds: float
    hours: float
    hours_rule: str
    unit_id: int | None
    issuer_unit_id: int
    at: datetime
