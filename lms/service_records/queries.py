"""Reading activities, their lists, requests and proofs, inside the units of the organiser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import aliased, joinedload

from lms.accounts import phones
from lms.accounts.models import Person, PersonState
from lms.core import pinyin
from lms.core.errors import Invalid
from lms.extensions import db
from lms.federations import scope
from lms.federations.models import Membership, Unit
from lms.service_records.models import (
    Activity,
    Correction,
    CorrectionRequest,
    RecordState,
    RequestState,
    ServiceProof,
    ServiceRecord,
)

PAGE = 50
FOUND = 20
UNITS = 300


@dataclass(frozen=True, slots=True)
class Line:
    """One activity in the organiser's list."""

    activity: Activity
    people: int
    pending: int
    quarters: int


def activities(*, pending: bool, page: int) -> tuple[Sequence[Line], bool]:
    """Return a page of the activities of her units, newest first, and whether there are more."""
    waiting = func.sum(case((ServiceRecord.state == RecordState.PENDING, 1), else_=0))
    counts = (
        select(
            ServiceRecord.activity_id,
            func.count().label("people"),
            waiting.label("pending"),
            func.sum(ServiceRecord.quarters).label("quarters"),
        )
        .group_by(ServiceRecord.activity_id)
        .subquery()
    )
    query = (
        select(Activity, counts.c.people, counts.c.pending, counts.c.quarters)
        .outerjoin(counts, counts.c.activity_id == Activity.id)
        .options(joinedload(Activity.unit))
        .where(Activity.unit_id.in_(scope.ids()))
        .order_by(Activity.starts_at.desc(), Activity.id.desc())
    )
    if pending:
        query = query.where(counts.c.pending > 0)
    rows = db.session.execute(query.limit(PAGE + 1).offset((page - 1) * PAGE)).all()
    return [Line(row[0], row[1] or 0, row[2] or 0, row[3] or 0) for row in rows[:PAGE]], len(rows) > PAGE


def records(activity_id: int) -> Sequence[ServiceRecord]:
    """Return the list of an activity: who waits for confirmation first, then by time of entry."""
    return db.session.scalars(
        select(ServiceRecord)
        .options(joinedload(ServiceRecord.person))
        .where(ServiceRecord.activity_id == activity_id)
        .order_by(ServiceRecord.state.desc(), ServiceRecord.id)
    ).all()


def overlaps(activity: Activity) -> Mapping[int, str]:
    """Return person id → her other services at the same time: those inside the scope by name, "" for none of them."""
    here, other = aliased(ServiceRecord), aliased(ServiceRecord)
    inside = set(db.session.scalars(scope.ids()))
    rows = db.session.execute(
        select(other.person_id, Activity.name, Activity.unit_id)
        .join(here, here.person_id == other.person_id)
        .join(Activity, Activity.id == other.activity_id)
        .where(
            here.activity_id == activity.id,
            Activity.id != activity.id,
            Activity.starts_at < activity.ends_at,
            Activity.ends_at > activity.starts_at,
            other.quarters > 0,
        )
        .order_by(Activity.starts_at.desc())
    )
    found: dict[int, list[str]] = {}
    for person_id, name, unit_id in rows:
        found.setdefault(person_id, []).extend([name] if unit_id in inside else [])
    return {person_id: "”、“".join(names) for person_id, names in found.items()}


def corrections(activity_id: int) -> Sequence[Correction]:
    """Return what was corrected in an activity and its records, newest first."""
    return db.session.scalars(
        select(Correction).where(Correction.activity_id == activity_id).order_by(Correction.id.desc())
    ).all()


def units_to_record_for(person_id: int) -> Sequence[Unit]:
    """Return the units she may record for, her own home first, then from the top down."""
    home = select(Membership.unit_id).where(
        Membership.person_id == person_id, Membership.is_home, Membership.until.is_(None)
    )
    first = case((Unit.id.in_(home), 0), else_=1)
    return db.session.scalars(
        select(Unit).where(Unit.id.in_(scope.ids())).order_by(first, Unit.id).limit(UNITS)
    ).all()


def _volunteers() -> Select[int, str]:
    """People whose home lies in her units."""
    return (
        select(Person.id, Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.is_home,
            Membership.until.is_(None),
            Membership.unit_id.in_(scope.ids()),
            Person.state == PersonState.ACTIVE,
        )
        .order_by(Person.name, Person.id)
    )


def find_people(typed: str) -> tuple[Sequence[tuple[Person, Unit]], bool]:
    """Return people by name, pinyin or whole phone number, and whether there are more than shown. Raises Invalid."""
    typed = typed.strip()
    if any(char.isdigit() for char in typed):
        matching = _volunteers().where(Person.phone_index == phones.index(phones.normal(typed)))
        ids = [person_id for person_id, _ in db.session.execute(matching)]
    elif pinyin.looks_like(typed):
        everyone = db.session.execute(_volunteers())
        ids = [person_id for person_id, name in everyone if pinyin.matches(typed, name)]
    elif typed:
        named = _volunteers().where(Person.name.contains(typed[:40].replace("\0", ""), autoescape=True))
        ids = [person_id for person_id, _ in db.session.execute(named.limit(FOUND + 1))]
    else:
        raise Invalid("请写姓名、拼音或手机号。")
    return _with_homes(ids[:FOUND]), len(ids) > FOUND


def _with_homes(ids: Sequence[int]) -> Sequence[tuple[Person, Unit]]:
    rows = db.session.execute(
        select(Person, Unit)
        .join(Membership, Membership.person_id == Person.id)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(Person.id.in_(ids), Membership.is_home, Membership.until.is_(None))
        .order_by(Person.name, Person.id)
    )
    return [(person, unit) for person, unit in rows]


def people_of(public_ids: Sequence[str]) -> Sequence[Person]:
    """Return the people of these public ids; raises Invalid when one is not in her units."""
    inside = _volunteers().where(Person.public_id.in_(public_ids)).subquery()
    found = db.session.scalars(select(Person).where(Person.id.in_(select(inside.c.id)))).all()
    if len(found) < len(set(public_ids)):
        raise Invalid("选的人里有人不在您管的单位里，或者账号已经停用。请重新查找。")
    return found


def requests(*, open_only: bool) -> Sequence[CorrectionRequest]:
    """Return the requests to her units, those that wait first, newest first."""
    waiting = case((CorrectionRequest.state == RequestState.OPEN, 0), else_=1)
    query = (
        select(CorrectionRequest)
        .options(
            joinedload(CorrectionRequest.person),
            joinedload(CorrectionRequest.record).joinedload(ServiceRecord.activity),
        )
        .where(CorrectionRequest.unit_id.in_(scope.ids()))
        .order_by(waiting, CorrectionRequest.id.desc())
    )
    if open_only:
        query = query.where(CorrectionRequest.state == RequestState.OPEN)
    return db.session.scalars(query.limit(PAGE)).all()


def waiting_requests() -> int:
    """Return how many requests wait for an answer of her units."""
    waiting = select(func.count()).where(
        CorrectionRequest.unit_id.in_(scope.ids()), CorrectionRequest.state == RequestState.OPEN
    )
    return int(db.session.scalar(waiting) or 0)


def proofs(number: str) -> Sequence[ServiceProof]:
    """Return the newest proofs of her units, or the one of a number."""
    query = (
        select(ServiceProof)
        .options(joinedload(ServiceProof.certificate))
        .where(ServiceProof.unit_id.in_(scope.ids()))
        .order_by(ServiceProof.certificate_id.desc())
    )
    if number:
        query = query.where(ServiceProof.certificate.has(number=number))
    return db.session.scalars(query.limit(PAGE)).all()
