"""Record activities, take people onto their lists, confirm hours, correct by appending."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from lms.accounts.models import Person
from lms.certificates.commands import revoke
from lms.certificates.models import Certificate
from lms.core import audit_log, clock, working_days
from lms.core.database import begin_write
from lms.core.errors import Conflict, Invalid
from lms.extensions import db
from lms.federations.models import Unit
from lms.federations.queries import home_unit_id
from lms.service_records import days, hours
from lms.service_records.models import Activity, Correction, ProofRecord, RecordState, ServiceRecord

RECORD_WITHIN_DAYS = 10
CORRECTED = "服务记录已更正，请本人重新开具。"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is recorded of an activity."""

    name: str
    category: str
    place: str
    content: str
    leader: str
    starts_at: datetime
    ends_at: datetime


def record_activity(facts: Facts, unit: Unit, *, form_id: str, actor_id: int | None) -> Activity:
    """Return the activity of this form, written now unless the same form was sent before."""
    begin_write(db.session)
    values = {
        **asdict(facts), "unit_id": unit.id, "form_id": form_id, "created_at": clock.now(), "created_by_id": actor_id,
    }  # fmt: skip
    row = _insert(Activity).values(**values)
    made = db.session.scalar(row.on_conflict_do_nothing(index_elements=["form_id"]).returning(Activity.id))
    activity = db.session.scalars(select(Activity).where(Activity.form_id == form_id)).one()
    if activity.created_by_id != actor_id:
        raise Conflict("这张表别人已经用过了。请重新打开“记一次活动”。")
    if made:
        audit_log.record(actor_id, "activity.recorded", "activity", activity.id)
    return activity


def _insert(model: type[Any]) -> Any:
    return (sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert)(model)


def add_people(activity: Activity, people: Iterable[Person], *, quarters: int, actor_id: int | None) -> int:
    """Take people onto the list with the same hours; whoever is on it already stays as she is. Returns how many came."""
    hours.check_within(activity, quarters)
    begin_write(db.session)
    now, term = clock.now(), due(activity)
    added = 0
    for person in people:
        values = {
            "activity_id": activity.id, "person_id": person.id, "unit_id": activity.unit_id,
            "home_unit_id": home_unit_id(person.id), "quarters": quarters, "counted_quarters": 0,
            "state": RecordState.PENDING, "due_on": term.day, "due_by_weekdays": term.weekdays_only,
            "late": days.day_of(now) > term.day, "created_at": now, "created_by_id": actor_id,
        }  # fmt: skip
        row = _insert(ServiceRecord).values(**values)
        row = row.on_conflict_do_nothing(index_elements=["activity_id", "person_id"])
        if made := db.session.scalar(row.returning(ServiceRecord.id)):
            added += 1
            audit_log.record(actor_id, "service.recorded", "service_record", made)
    return added


def due(activity: Activity) -> working_days.Deadline:
    """Return the last day on which service in this activity is recorded in time (Order 67 Art. 11)."""
    return working_days.after(days.day_of(activity.ends_at), RECORD_WITHIN_DAYS)


def set_hours(activity: Activity, wanted: Mapping[int, int], *, actor_id: int | None) -> None:
    """Change hours that are still unconfirmed; raises Conflict for one confirmed meanwhile."""
    for record in _pending(activity, wanted):
        hours.check_within(activity, wanted[record.id])
        if record.quarters != wanted[record.id]:
            change = {"old": hours.words(record.quarters), "new": hours.words(wanted[record.id])}
            record.quarters = wanted[record.id]
            audit_log.record(actor_id, "service.changed", "service_record", record.id, change)


def _pending(activity: Activity, record_ids: Iterable[int]) -> Sequence[ServiceRecord]:
    begin_write(db.session)
    wanted = set(record_ids)
    rows = db.session.scalars(
        select(ServiceRecord)
        .where(ServiceRecord.activity_id == activity.id, ServiceRecord.id.in_(wanted))
        .order_by(ServiceRecord.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if len(rows) < len(wanted) or any(row.state != RecordState.PENDING for row in rows):
        raise Conflict("名单刚刚变过：有人的时长已经确认，或已经移除。请看看现在的名单再做。")
    return rows


def remove(activity: Activity, record_ids: Iterable[int], *, actor_id: int | None) -> None:
    """Take people off the list whose hours nobody has confirmed."""
    for record in _pending(activity, record_ids):
        audit_log.record(
            actor_id, "service.removed", "service_record", record.id, {"activity": activity.id, "person": record.person_id}
        )  # fmt: skip
        db.session.delete(record)


def confirm(activity: Activity, record_ids: Iterable[int], *, actor_id: int | None) -> int:
    """Say that these hours are right: 待确认 → 已确认. Returns how many."""
    rows = _pending(activity, record_ids)
    lock(row.person_id for row in rows)
    for record in rows:
        record.state, record.confirmed_at, record.confirmed_by_id = (
            RecordState.CONFIRMED,
            clock.now(),
            actor_id,
        )
        audit_log.record(actor_id, "service.confirmed", "service_record", record.id)
    for record in rows:
        recount(record.person_id, days.day_of(activity.starts_at))
    return len(rows)


def lock(person_ids: Iterable[int]) -> None:
    """Let one transaction at a time change or prove the records of these people."""
    begin_write(db.session)
    wanted = select(Person.id).where(Person.id.in_(set(person_ids))).order_by(Person.id)
    db.session.execute(wanted.with_for_update()).all()


def recount(person_id: int, day: date) -> None:
    """Count the hours of a day once: what was confirmed first comes first."""
    db.session.flush()  # what was just confirmed or corrected is counted too
    start, end = days.bounds(day)
    rows = db.session.scalars(
        select(ServiceRecord)
        .join(ServiceRecord.activity)
        .where(
            ServiceRecord.person_id == person_id,
            ServiceRecord.state == RecordState.CONFIRMED,
            Activity.starts_at >= start,
            Activity.starts_at < end,
        )
        .order_by(ServiceRecord.confirmed_at, ServiceRecord.id)
    ).all()
    given = [hours.Service(row.activity.starts_at, row.activity.ends_at, row.quarters) for row in rows]
    for row, counted in zip(rows, hours.counted(given), strict=True):
        row.counted_quarters = counted


def correct_record(record: ServiceRecord, quarters: int, *, reason: str, actor_id: int | None) -> None:
    """Append other hours to a confirmed record (0: she was not there); proofs that state the old ones become void."""
    lock([record.person_id])
    db.session.refresh(record, with_for_update=True)
    if record.state != RecordState.CONFIRMED:
        raise Conflict("这条时长还没有确认，直接在名单里改就行。")
    if quarters == record.quarters:
        raise Invalid(f"现在就是 {hours.words(quarters)} 小时，没有要更正的。")
    hours.check_within(record.activity, quarters)
    _append(
        record.activity_id,
        record.id,
        "hours",
        hours.words(record.quarters),
        hours.words(quarters),
        reason,
        actor_id,
    )
    record.quarters, record.counted_quarters = quarters, 0
    recount(record.person_id, days.day_of(record.activity.starts_at))
    audit_log.record(actor_id, "service.corrected", "service_record", record.id)
    void_proofs([record.id], actor_id=actor_id)


def _append(
    activity_id: int, record_id: int | None, field: str, old: str, new: str, reason: str, actor_id: int | None
) -> None:
    db.session.add(
        Correction(
            activity_id=activity_id, record_id=record_id, field=field, old=old, new=new, reason=reason,
            at=clock.now(), by_id=actor_id,
        )
    )  # fmt: skip


def void_proofs(record_ids: Iterable[int], *, actor_id: int | None) -> None:
    """Make the valid proofs void that state these records: they say what the unit no longer says."""
    db.session.flush()
    for paper in proofs_of(record_ids):
        revoke(paper, reason=CORRECTED, actor_id=actor_id)


def proofs_of(record_ids: Iterable[int]) -> Sequence[Certificate]:
    """Return the valid proofs that state any of these records."""
    stated = select(ProofRecord.certificate_id).where(ProofRecord.record_id.in_(set(record_ids)))
    return db.session.scalars(
        select(Certificate)
        .where(Certificate.id.in_(stated), Certificate.revoked_at.is_(None))
        .order_by(Certificate.id)
    ).all()
