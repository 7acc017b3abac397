"""How a unit is doing: numbers of distinct people, live, over the closure table; no loop over children.

A person counts in every unit to which she belongs today, and in each unit above it once. What she learned is
hers: it moves with her when she moves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person, PersonState
from lms.catalogue.models import Course, CourseState
from lms.core import pinyin
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.federations.models import Membership, Unit, UnitClosure, UnitCode
from lms.learning.models import Completion

FEW = 5
"""With fewer people a rate says little, so larger units draw attention first."""


class State(StrEnum):
    """Which of the people: everyone, not finished, and the three states a person can be in."""

    ALL = "all"
    UNFINISHED = "unfinished"
    NEW = "new"
    LEARNING = "learning"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Selection:
    """The people behind a number: a unit with everything below, a course or all, a state, words of a name."""

    unit_id: int
    course_id: int | None = None
    state: State = State.ALL
    words: str = ""
    direct: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return what an export keeps of it."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Selection":
        """Return the selection an export kept."""
        return cls(**{**kept, "state": State(kept["state"])})


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of a unit; registered = done + learning + new."""

    registered: int = 0
    done: int = 0
    learning: int = 0

    @property
    def new(self) -> int:
        """How many have begun nothing."""
        return self.registered - self.done - self.learning

    @property
    def unfinished(self) -> int:
        """How many have finished nothing yet."""
        return self.registered - self.done

    def percent(self, part: int) -> int:
        """Whole percent of the registered; 0 only for none and 100 only for all."""
        if not self.registered or part in (0, self.registered):
            return 100 if part else 0
        return min(99, max(1, round(100 * part / self.registered)))

    @property
    def rate(self) -> int:
        """Percent of the registered who are done."""
        return self.percent(self.done)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table of a unit: a unit right below, or the people who belong to the unit itself."""

    code: str
    name: str
    direct: bool
    figures: Figures


def has_done(person_id: Any, course_id: int | None) -> ColumnElement[bool]:
    """Say of a person column whether she finished the course, or any course."""
    query = select(Completion.person_id).where(Completion.person_id == person_id)
    return (query.where(Completion.course_id == course_id) if course_id else query).exists()


def has_begun(person_id: Any, course_id: int | None) -> ColumnElement[bool]:
    """Say of a person column whether she opened the course, or any course."""
    query = select(Enrolment.person_id).where(Enrolment.person_id == person_id)
    return (query.where(Enrolment.course_id == course_id) if course_id else query).exists()


def _here(query: Select[Any], unit_id: int, *, direct: bool) -> Select[Any]:
    """Narrow a query over memberships to those open today in a unit, or in it and below."""
    closed = select(Person.id).where(Person.state == PersonState.CLOSED)
    query = query.where(Membership.until.is_(None), Membership.person_id.not_in(closed))
    if direct:
        return query.where(Membership.unit_id == unit_id)
    below = aliased(UnitClosure)
    return query.join(below, below.descendant_id == Membership.unit_id).where(below.ancestor_id == unit_id)


def people(selection: Selection) -> Select[int]:
    """Return a select of the ids of the people of a selection, each once."""
    query = _here(select(Membership.person_id).distinct(), selection.unit_id, direct=selection.direct)
    query = _in_state(query, selection)
    if selection.words:
        query = query.where(Membership.person_id.in_(select(Person.id).where(_named(selection))))
    return query


def _in_state(query: Select[Any], selection: Selection) -> Select[Any]:
    if selection.state == State.ALL:
        return query
    done = has_done(Membership.person_id, selection.course_id)
    begun = has_begun(Membership.person_id, selection.course_id)
    return {
        State.DONE: query.where(done),
        State.UNFINISHED: query.where(~done),
        State.LEARNING: query.where(~done, begun),
        State.NEW: query.where(~done, ~begun),
    }[selection.state]


def _named(selection: Selection) -> ColumnElement[bool]:
    if not pinyin.looks_like(selection.words):
        return Person.name.contains("".join(selection.words.split()), autoescape=True)
    here = _here(select(Membership.person_id), selection.unit_id, direct=selection.direct)
    names = db.session.scalars(select(Person.name).where(Person.id.in_(here)).distinct())
    return Person.name.in_([name for name in names if pinyin.matches(selection.words, name)])


def _state(person_id: Any, course_id: int | None) -> ColumnElement[int]:
    """2 for done, 1 for begun, 0 for neither; whether she began is only asked of those not done."""
    return case((has_done(person_id, course_id), 2), (has_begun(person_id, course_id), 1), else_=0).label(
        "state"
    )


def figures(selection: Selection) -> Figures:
    """Return the numbers of a unit (the state and words of the selection are not asked)."""
    someone = _here(select(Membership.person_id).distinct(), selection.unit_id, direct=selection.direct)
    person = someone.subquery()
    states = select(_state(person.c.person_id, selection.course_id)).select_from(person).subquery()
    row = db.session.execute(select(*_sums(states.c.state))).one()
    return Figures(row.registered, row.done or 0, row.learning or 0)


def _sums(state: Any) -> tuple[Any, ...]:
    return (
        func.count().label("registered"),
        func.sum(case((state == 2, 1), else_=0)).label("done"),
        func.sum(case((state == 1, 1), else_=0)).label("learning"),
    )


def lines(unit: Unit, course_id: int | None) -> list[Line]:
    """Return the units right below with their numbers, worst first, empty ones last; then the unit's own people."""
    counted = _by_child(unit.id, course_id)
    known = db.session.execute(
        select(Unit.id, Unit.name, UnitCode.code)
        .join(UnitCode, (UnitCode.unit_id == Unit.id) & UnitCode.valid_to.is_(None))
        .where(Unit.parent_id == unit.id)
    ).all()
    found = [Line(row.code, row.name, False, counted.get(row.id, Figures())) for row in known]
    found.sort(key=lambda line: _worst_first(line.figures))
    own = figures(Selection(unit.id, course_id, direct=True))
    return [*found, Line("", unit.name, True, own)] if own.registered and found else found


def _worst_first(numbers: Figures) -> tuple[bool, float, int]:
    share = numbers.done / numbers.registered if numbers.registered else 1.0
    return (not numbers.registered, share, -numbers.unfinished)


def _by_child(unit_id: int, course_id: int | None) -> dict[int, Figures]:
    below = aliased(UnitClosure)
    closed = select(Person.id).where(Person.state == PersonState.CLOSED)
    pair = (
        select(Unit.id.label("child_id"), Membership.person_id)
        .join(below, below.ancestor_id == Unit.id)
        .join(Membership, Membership.unit_id == below.descendant_id)
        .where(Unit.parent_id == unit_id, Membership.until.is_(None), Membership.person_id.not_in(closed))
        .distinct()
        .subquery()
    )
    states = select(pair.c.child_id, _state(pair.c.person_id, course_id)).select_from(pair).subquery()
    rows = db.session.execute(select(states.c.child_id, *_sums(states.c.state)).group_by(states.c.child_id))
    return {row.child_id: Figures(row.registered, row.done, row.learning) for row in rows}


@dataclass(frozen=True, slots=True)
class Attention:
    """The unit below that stands lowest, and how many percentage points under the whole."""

    line: Line
    points: int


def attention(whole: Figures, found: Sequence[Line]) -> Attention | None:
    """Return the unit below to look at first, None when none stands below the whole; tiny ones come last."""
    below = [one for one in found if not one.direct and one.figures.registered]
    below = [one for one in below if one.figures.rate < whole.rate]
    large = [one for one in below if one.figures.registered >= FEW]
    worst = min(large or below, key=lambda one: _worst_first(one.figures), default=None)
    return Attention(worst, whole.rate - worst.figures.rate) if worst else None


def trail(unit_id: int, top_ids: Sequence[int]) -> list[tuple[str, str]]:
    """Return (name, code) of the way down to a unit, from the highest unit of the scope on it."""
    tops = db.session.execute(
        select(UnitClosure.depth).where(
            UnitClosure.descendant_id == unit_id, UnitClosure.ancestor_id.in_(top_ids)
        )
    )
    highest = max(row.depth for row in tops)
    rows = db.session.execute(
        select(Unit.name, UnitCode.code)
        .join(UnitClosure, UnitClosure.ancestor_id == Unit.id)
        .join(UnitCode, (UnitCode.unit_id == Unit.id) & UnitCode.valid_to.is_(None))
        .where(UnitClosure.descendant_id == unit_id, UnitClosure.depth <= highest)
        .order_by(UnitClosure.depth.desc())
    )
    return [(row.name, row.code) for row in rows]


def units_of(unit_ids: Sequence[int]) -> list[tuple[str, str]]:
    """Return (name, code) of the units of a scope."""
    rows = db.session.execute(
        select(Unit.name, UnitCode.code)
        .join(UnitCode, (UnitCode.unit_id == Unit.id) & UnitCode.valid_to.is_(None))
        .where(Unit.id.in_(unit_ids))
        .order_by(Unit.id)
    )
    return [(row.name, row.code) for row in rows]


def courses() -> Sequence[Course]:
    """Return the courses that were ever published, in a steady order."""
    return db.session.scalars(
        select(Course).where(Course.state != CourseState.DRAFT).order_by(Course.id)
    ).all()
