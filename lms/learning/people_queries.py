"""The trainer's questions about a course: who has not started, who is stuck where, what waits to be marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from courses.completion import Explanation, spoken
from courses.model import Lesson, LessonKind
from courses.state import Handed
from lms.accounts.models import Person, PersonState
from lms.catalogue.models import Course, CourseState
from lms.core import clock
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.federations import scope
from lms.federations.models import Membership
from lms.learning import queries
from lms.learning.models import Completion, HandIn, LessonProgress

PAGE = 50
AWAY = timedelta(days=14)
"""Whoever began a course and was not here for so long may need a call."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """A person on her way: what the judge says is next, how far the film of that lesson has come, when she was here."""

    person: Person
    course: Course
    explanation: Explanation
    lesson: str
    at_second: str
    seen: datetime


@dataclass(frozen=True, slots=True)
class Shelf:
    """One course with its figures over the people of her units."""

    course: Course
    learning: int
    done: int


def _members() -> Select[int]:
    """People whose home lies in the units of the door."""
    return (
        select(Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.is_home,
            Membership.until.is_(None),
            Membership.unit_id.in_(scope.ids()),
            Person.state == PersonState.ACTIVE,
        )
    )


def shelves() -> list[Shelf]:
    """Return the published courses with how many of her people learn them and have finished them."""
    learning = _counts(Enrolment)
    done = _counts(Completion)
    courses = db.session.scalars(
        select(Course).where(Course.state == CourseState.PUBLISHED).order_by(Course.id)
    )
    return [Shelf(one, learning.get(one.id, 0) - done.get(one.id, 0), done.get(one.id, 0)) for one in courses]


def _counts(model: type[Enrolment] | type[Completion]) -> dict[int, int]:
    rows = db.session.execute(
        select(model.course_id, func.count()).where(model.person_id.in_(_members())).group_by(model.course_id)
    )
    return {course_id: count for course_id, count in rows}


def not_started(course_id: int) -> tuple[int, Sequence[Person]]:
    """Return how many of her people have not opened the course, and the first of them."""
    begun = select(Enrolment.person_id).where(
        Enrolment.course_id == course_id, Enrolment.person_id.is_not(None)
    )
    missing = select(Person).where(Person.id.in_(_members()), Person.id.not_in(begun))
    total = db.session.scalar(select(func.count()).select_from(missing.subquery())) or 0
    return total, db.session.scalars(missing.order_by(Person.name_order, Person.id).limit(PAGE)).all()


def finished(course_id: int) -> tuple[int, Sequence[Person]]:
    """Return how many of her people have finished the course, and the first of them by name."""
    done = select(Completion.person_id).where(
        Completion.course_id == course_id, Completion.person_id.in_(_members())
    )
    people = select(Person).where(Person.id.in_(done))
    total = db.session.scalar(select(func.count()).select_from(people.subquery())) or 0
    return total, db.session.scalars(people.order_by(Person.name_order, Person.id).limit(PAGE)).all()


def stuck(course_id: int) -> list[Stuck]:
    """Return her people who began and have not finished, whoever was away longest on top."""
    return _longest_away(_unfinished().where(Enrolment.course_id == course_id))


def away() -> tuple[int, list[Stuck]]:
    """Return how many unfinished courses her people have left alone for AWAY, and whose these are."""
    return away_count(), _longest_away(_away())


def away_count() -> int:
    """Return how many unfinished courses her people have left alone for AWAY."""
    return db.session.scalar(_away().with_only_columns(func.count())) or 0


def _away() -> Select[Enrolment]:
    long_ago = clock.now() - AWAY
    open_courses = select(Course.id).where(Course.state == CourseState.PUBLISHED)
    lately = select(LessonProgress.enrolment_id).where(
        LessonProgress.enrolment_id == Enrolment.id, LessonProgress.updated_at > long_ago
    )
    return _unfinished().where(
        Enrolment.course_id.in_(open_courses), Enrolment.created_at <= long_ago, ~lately.exists()
    )


def _unfinished() -> Select[Enrolment]:
    finished = select(Completion.enrolment_id)
    return select(Enrolment).where(Enrolment.person_id.in_(_members()), Enrolment.id.not_in(finished))


def _longest_away(chosen: Select[Enrolment]) -> list[Stuck]:
    last = (
        select(func.max(LessonProgress.updated_at))
        .where(LessonProgress.enrolment_id == Enrolment.id)
        .scalar_subquery()
    )
    rows = db.session.execute(
        chosen.add_columns(last)
        .options(joinedload(Enrolment.person), joinedload(Enrolment.version), joinedload(Enrolment.course))
        .order_by(func.coalesce(last, Enrolment.created_at), Enrolment.id)
        .limit(PAGE)
    ).all()
    return [_stuck(one, seen or one.created_at) for one, seen in rows if one.person is not None]


def _stuck(enrolment: Enrolment, seen: datetime) -> Stuck:
    assert enrolment.person is not None
    explanation = queries.explain(enrolment)
    content = enrolment.version.content
    lesson_id = explanation.next_lesson
    row = db.session.get(LessonProgress, (enrolment.id, lesson_id)) if lesson_id else None
    return Stuck(
        enrolment.person,
        enrolment.course,
        explanation,
        content.lesson(lesson_id).title if lesson_id else "",
        _place(content.lesson(lesson_id), row.position) if lesson_id and row and row.position else "",
        seen,
    )


def _place(lesson: Lesson, position: float) -> str:
    """Return where in a film, a recording or a document she is."""
    return f"第 {int(position)} 页" if lesson.kind == LessonKind.DOCUMENT else spoken(position)


def waiting_work(course_id: int) -> Sequence[HandIn]:
    """Return the assignments of her people that wait to be marked, the oldest on top."""
    return db.session.scalars(
        select(HandIn)
        .join(Enrolment, Enrolment.id == HandIn.enrolment_id)
        .where(
            Enrolment.course_id == course_id,
            Enrolment.person_id.in_(_members()),
            HandIn.state == Handed.WAITING,
        )
        .order_by(HandIn.id)
        .limit(PAGE)
    ).all()
