"""The names behind a number: one page of a list, or everyone in pieces for an Excel file; the same rows in both."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from lms.accounts import phones
from lms.accounts.models import Person
from lms.audit.queries import Selection, State, people
from lms.certificates.models import Certificate
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.federations.models import Membership, Unit, UnitClosure
from lms.learning.models import Completion

PAGE = 25
PIECE = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One person of a list; the counts keep to the selection's course."""

    id: int
    public_id: str
    name: str
    phone: str
    places: tuple[str, ...]
    begun: int
    done: int
    hours: float
    last_done_at: datetime | None
    certificates: tuple[str, ...]

    @property
    def state(self) -> State:
        """Where she stands."""
        return State.DONE if self.done else State.LEARNING if self.begun else State.NEW


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list; `number` counts from 1."""

    rows: Sequence[Row]
    total: int
    number: int
    pages: int


def count(selection: Selection) -> int:
    """Return how many people a selection holds."""
    return db.session.scalar(select(func.count()).select_from(people(selection).subquery())) or 0


def _ordered(selection: Selection) -> Select[int]:
    return select(Person.id).where(Person.id.in_(people(selection))).order_by(Person.name_order, Person.id)


def page(selection: Selection, number: int) -> Page:
    """Return one page of the names, by pinyin; a number past the end gives the last page."""
    total = count(selection)
    pages = max(1, -(-total // PAGE))
    number = min(max(1, number), pages)
    ids = db.session.scalars(_ordered(selection).limit(PAGE).offset((number - 1) * PAGE)).all()
    return Page(rows(ids, selection), total, number, pages)


def everyone(selection: Selection) -> Sequence[int]:
    """Return the ids of the whole list in its order."""
    return db.session.scalars(_ordered(selection)).all()


def pieces(ids: Sequence[int], selection: Selection, *, full_phones: bool) -> Iterator[list[Row]]:
    """Yield the rows of these people in pieces, so that a long list needs little memory."""
    for start in range(0, len(ids), PIECE):
        yield rows(ids[start : start + PIECE], selection, full_phones=full_phones)


def rows(ids: Sequence[int], selection: Selection, *, full_phones: bool = False) -> list[Row]:
    """Return the rows of these people in this order: five queries, however many they are."""
    found = {
        row.id: row
        for row in db.session.execute(
            select(Person.id, Person.public_id, Person.name, Person.phone_sealed).where(Person.id.in_(ids))
        )
    }
    places, begun = _places(ids, selection.unit_id), _begun(ids, selection.course_id)
    done, papers = _done(ids, selection.course_id), _papers(ids, selection.course_id)
    show = str if full_phones else phones.masked
    made = []
    for person_id in ids:
        person = found[person_id]
        number, hours, last = done.get(person_id, (0, 0.0, None))
        made.append(
            Row(
                person_id, person.public_id, person.name, show(phones.opened(person.phone_sealed)),
                tuple(places[person_id]), begun.get(person_id, 0), number, hours, last, tuple(papers[person_id]),
            )
        )  # fmt: skip
    return made


def _places(ids: Sequence[int], unit_id: int) -> dict[int, list[str]]:
    """Her units of today below the unit that is looked at, home first; others are not the reader's to know."""
    below = aliased(UnitClosure)
    query = (
        select(Membership.person_id, Unit.name)
        .join(Unit, Unit.id == Membership.unit_id)
        .join(below, below.descendant_id == Unit.id)
        .where(Membership.person_id.in_(ids), Membership.until.is_(None), below.ancestor_id == unit_id)
        .order_by(Membership.is_home.desc(), Membership.id)
    )
    return _grouped(query)


def _papers(ids: Sequence[int], course_id: int | None) -> dict[int, list[str]]:
    """The numbers of her valid certificates."""
    query = (
        select(Certificate.person_id, Certificate.number)
        .join(Completion, Completion.id == Certificate.completion_id)
        .where(Certificate.person_id.in_(ids), Certificate.revoked_at.is_(None))
        .order_by(Certificate.id)
    )
    return _grouped(query.where(Completion.course_id == course_id) if course_id else query)


def _grouped(query: Any) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for person_id, words in db.session.execute(query):
        found[person_id].append(words)
    return found


def _begun(ids: Sequence[int], course_id: int | None) -> dict[int, int]:
    query = select(Enrolment.person_id, func.count()).where(Enrolment.person_id.in_(ids))
    if course_id:
        query = query.where(Enrolment.course_id == course_id)
    rows: Any = db.session.execute(query.group_by(Enrolment.person_id))
    return {person_id: number for person_id, number in rows}


def _done(ids: Sequence[int], course_id: int | None) -> dict[int, tuple[int, float, datetime | None]]:
    query = select(
        Completion.person_id, func.count(), func.sum(Completion.hours), func.max(Completion.at)
    ).where(Completion.person_id.in_(ids))
    if course_id:
        query = query.where(Completion.course_id == course_id)
    rows = db.session.execute(query.group_by(Completion.person_id))
    return {person_id: (number, round(hours, 1), last) for person_id, number, hours, last in rows}
