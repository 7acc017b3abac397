"""Who is learning here, and what of a course is open to her now."""

from dataclasses import dataclass

from flask_login import current_user

from courses.completion import Explanation
from courses.model import Course as CourseDocument
from courses.model import Lesson
from lms.accounts.login import visitor_id
from lms.catalogue.models import Course
from lms.catalogue.queries import by_slug
from lms.core.errors import Missing
from lms.enrolment.commands import Learner, find
from lms.enrolment.models import Enrolment
from lms.learning import queries


@dataclass(frozen=True, slots=True)
class Place:
    """A lesson of a course as this learner meets it; the content is her pinned version, or the present one."""

    course: Course
    content: CourseDocument
    enrolment: Enrolment | None
    number: int
    lesson: Lesson

    @property
    def is_first(self) -> bool:
        """Whether this lesson is open to everyone."""
        return self.number == 1


def learner(*, create: bool = False) -> Learner | None:
    """Return who is learning: the signed-in person, else the visitor (made now with `create`), else None."""
    if current_user.is_authenticated:
        return Learner(current_user.id, None)
    visitor = visitor_id(create=create)
    return Learner(None, visitor) if visitor else None


def enrolment_of(course: Course) -> Enrolment | None:
    """Return the present learner's enrolment in a course, None when there is none."""
    who = learner()
    return find(who, course.id) if who else None


def place(slug: str, number: int) -> Place:
    """Return lesson `number` (from 1) of a course; raises Missing."""
    course = by_slug(slug)
    enrolment = enrolment_of(course)
    version = enrolment.version if enrolment else course.version
    if version is None:
        raise Missing
    lessons = version.content.lessons()
    if not 1 <= number <= len(lessons):
        raise Missing("这门课没有这一课。请回到课程目录。")
    return Place(course, version.content, enrolment, number, lessons[number - 1])


def explanation_of(enrolment: Enrolment | None) -> Explanation | None:
    """Return the state of her course, None before she began."""
    return queries.explain(enrolment) if enrolment else None
