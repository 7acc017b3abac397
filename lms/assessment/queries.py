"""Reading attempts for staff: who is on which paper, what happened on each, who did it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from courses.items import Item
from lms.accounts.models import Person
from lms.assessment import event_log, papers
from lms.assessment.models import Allowance, Attempt, AttemptEvent, Response
from lms.assessment.words import answer_in_words
from lms.catalogue.models import Course
from lms.core.errors import Missing
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.federations import scope

PAGE = 50


@dataclass(frozen=True, slots=True)
class Answered:
    """One item of an attempt with what she answered, in words."""

    number: int
    item: Item
    words: Sequence[str]
    row: Response | None


@dataclass(frozen=True, slots=True)
class Told:
    """An attempt with its log and its answers."""

    attempt: Attempt
    events: Sequence[AttemptEvent]
    answers: Sequence[Answered]


def enrolment_or_404(enrolment_id: int) -> Enrolment:
    """Return an enrolment of a person of the scope; raises Missing."""
    row = db.session.scalar(
        select(Enrolment)
        .where(Enrolment.id == enrolment_id, Enrolment.unit_id.in_(scope.ids()))
        .options(joinedload(Enrolment.person), joinedload(Enrolment.course), joinedload(Enrolment.version))
    )
    if row is None or row.person is None:
        raise Missing
    return row


def in_scope(course: Course) -> bool:
    """Say whether a course belongs to a unit of the scope."""
    mine = select(Course.id).where(Course.id == course.id, Course.unit_id.in_(scope.ids()))
    return db.session.scalar(mine) is not None


def papers_of_scope(name: str, page: int) -> tuple[int, Sequence[Attempt]]:
    """Return how many papers people of the scope began, and the newest attempt of each, a page of them."""
    newest = (
        select(func.max(Attempt.id))
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.unit_id.in_(scope.ids()))
        .group_by(Attempt.enrolment_id, Attempt.lesson_id)
    )
    if name:
        newest = newest.where(Person.name.contains(name, autoescape=True))
    count = db.session.scalar(select(func.count()).select_from(newest.subquery())) or 0
    rows = db.session.scalars(
        select(Attempt)
        .where(Attempt.id.in_(newest))
        .options(
            joinedload(Attempt.enrolment).joinedload(Enrolment.person),
            joinedload(Attempt.enrolment).joinedload(Enrolment.course),
            joinedload(Attempt.enrolment).joinedload(Enrolment.version),
        )
        .order_by(Attempt.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return count, rows.all()


def told(enrolment: Enrolment, lesson_id: str) -> Sequence[Told]:
    """Return her attempts at one paper with log and answers, the newest first."""
    attempts = db.session.scalars(
        select(Attempt)
        .where(Attempt.enrolment_id == enrolment.id, Attempt.lesson_id == lesson_id)
        .options(joinedload(Attempt.enrolment))
        .order_by(Attempt.number.desc())
    ).all()
    logs = event_log.of_attempts([one.id for one in attempts])
    return [Told(one, logs[one.id], _answers(one)) for one in attempts]


def _answers(attempt: Attempt) -> Sequence[Answered]:
    rows = {
        row.item_id: row
        for row in db.session.scalars(select(Response).where(Response.attempt_id == attempt.id))
    }
    return [
        Answered(
            number, item, answer_in_words(item, rows[item.id].response) if item.id in rows else (), rows.get(item.id)
        )
        for number, item in enumerate(papers.items_of(attempt), start=1)
    ]  # fmt: skip


def allowances(enrolment_id: int, lesson_id: str) -> Sequence[Allowance]:
    """Return what staff gave her on one paper, newest first."""
    query = select(Allowance).where(Allowance.enrolment_id == enrolment_id, Allowance.lesson_id == lesson_id)
    return db.session.scalars(query.order_by(Allowance.id.desc())).all()


def names(ids: Sequence[int | None]) -> Mapping[int, str]:
    """Return person id → name, for the people who acted."""
    wanted = {one for one in ids if one is not None}
    rows = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def names_in_scope(ids: Sequence[int | None]) -> Mapping[int, str]:
    """Return person id → name, only of those who learn in a unit of the scope."""
    wanted = {one for one in ids if one is not None}
    here = select(Enrolment.person_id).where(Enrolment.unit_id.in_(scope.ids()))
    rows = db.session.execute(
        select(Person.id, Person.name).where(Person.id.in_(wanted), Person.id.in_(here))
    )
    return {row.id: row.name for row in rows}
