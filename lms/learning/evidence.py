"""What rooms besides the player and the paper know of a lesson: attendance, and other courses finished."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select

from courses.completion import LessonState
from courses.model import LessonKind
from lms.catalogue.models import Course
from lms.classes import queries as classes
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.learning.models import Completion


def added(enrolment: Enrolment, states: dict[str, LessonState]) -> dict[str, LessonState]:
    """Return the states with what is known besides; a course without such lessons costs no question more."""
    kinds = {lesson.kind for lesson in enrolment.version.content.lessons()}
    if LessonKind.CLASSROOM in kinds and enrolment.person_id is not None:
        for lesson_id in states.keys() & classes.attended(enrolment.person_id, enrolment.course_id):
            states[lesson_id] = replace(states[lesson_id], attended=True)
    return states


def courses_done(person_id: int | None, slugs: Sequence[str]) -> frozenset[str]:
    """Return which of these courses she has finished, whatever version of them."""
    return frozenset(
        db.session.scalars(
            select(Course.slug)
            .join(Completion, Completion.course_id == Course.id)
            .where(Completion.person_id == person_id, Course.slug.in_(slugs))
        )
    )
