"""Reading activities, their lists, requests and proofs, inside the units of the organiser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import aliased, joinedload

from lms.extensions import db
from lms.federations import scope
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
