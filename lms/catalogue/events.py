"""Facts of the catalogue."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CoursePublished:
    """A new version of a course is in the catalogue."""

    course_id: int
    version_id: int


@dataclass(frozen=True, slots=True)
class CourseWithdrawn:
    """A course is no longer in the catalogue."""

    course_id: int
