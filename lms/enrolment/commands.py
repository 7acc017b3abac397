"""Enrol a learner; take over what a visitor began."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lms.catalogue.models import Course
from lms.core import clock
from lms.core.database import begin_write
from lms.core.errors import Conflict
from lms.enrolment.models import Enrolment
from lms.extensions import db


@dataclass(frozen=True, slots=True)
class Learner:
    """A person or a visitor (exactly one id), with the person's unit of today."""

    person_id: int | None
    visitor_id: int | None
    unit_id: int | None = None

    @property
    def name(self) -> str:
        """A short text that tells learners apart (never shown)."""
        return f"person:{self.person_id}" if self.person_id else f"visitor:{self.visitor_id}"


def find(learner: Learner, course_id: int) -> Enrolment | None:
    """Return her enrolment in a course, None when there is none."""
    return db.session.scalar(
        select(Enrolment).where(
            Enrolment.course_id == course_id,
            Enrolment.person_id == learner.person_id
            if learner.person_id
            else Enrolment.visitor_id == learner.visitor_id,
        )
    )


def enrol(learner: Learner, course: Course) -> Enrolment:
    """Return her enrolment, made now on the present version if there was none."""
    if found := find(learner, course.id):
        return found
    if course.version_id is None:
        raise Conflict("这门课还没有发布。")
    begin_write(db.session, learner.name)
    if found := find(learner, course.id):
        return found
    enrolment = Enrolment(
        person_id=learner.person_id,
        visitor_id=None if learner.person_id else learner.visitor_id,
        course_id=course.id,
        version_id=course.version_id,
        unit_id=learner.unit_id,
        created_at=clock.now(),
    )
    db.session.add(enrolment)
    db.session.flush()  # visits and progress name its id
    return enrolment


def of_visitor(visitor_id: int) -> Sequence[Enrolment]:
    """Return what a visitor began."""
    return db.session.scalars(select(Enrolment).where(Enrolment.visitor_id == visitor_id)).all()
