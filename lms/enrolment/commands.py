"""Enrol a learner; take over what a visitor began."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from lms.catalogue.models import Course
from lms.core import clock
from lms.core.database import begin_write
from lms.core.errors import Conflict
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.federations.queries import home_unit_id

# Built once: every page of a course asks one of these.
_IN_COURSE = (
    select(Enrolment).where(Enrolment.course_id == bindparam("course")).options(joinedload(Enrolment.version))
)
OF_PERSON = _IN_COURSE.where(Enrolment.person_id == bindparam("owner"))
OF_VISITOR = _IN_COURSE.where(Enrolment.visitor_id == bindparam("owner"))


@dataclass(frozen=True, slots=True)
class Learner:
    """A person or a visitor: exactly one id."""

    person_id: int | None
    visitor_id: int | None

    @property
    def name(self) -> str:
        """A short text that tells learners apart (never shown)."""
        return f"person:{self.person_id}" if self.person_id else f"visitor:{self.visitor_id}"


def find(learner: Learner, course_id: int) -> Enrolment | None:
    """Return her enrolment in a course, None when there is none."""
    query, owner = (OF_PERSON, learner.person_id) if learner.person_id else (OF_VISITOR, learner.visitor_id)
    return db.session.scalar(query, {"course": course_id, "owner": owner})


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
        unit_id=home_unit_id(learner.person_id) if learner.person_id else None,
        created_at=clock.now(),
    )
    db.session.add(enrolment)
    db.session.flush()  # visits and progress name its id
    return enrolment


def of_visitor(visitor_id: int) -> Sequence[Enrolment]:
    """Return what a visitor began."""
    return db.session.scalars(select(Enrolment).where(Enrolment.visitor_id == visitor_id)).all()
