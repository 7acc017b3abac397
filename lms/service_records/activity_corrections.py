"""Correct what is recorded of an activity: freely before anything is confirmed, by appending afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import select

from lms.core import audit_log, clock
from lms.core.errors import Invalid
from lms.extensions import db
from lms.service_records import days, hours
from lms.service_records.commands import Facts, due, lock, recount, void_proofs
from lms.service_records.models import Activity, Correction, RecordState, ServiceRecord


def correct(activity: Activity, facts: Facts, *, reason: str, actor_id: int | None) -> bool:
    """Set what differs and return whether anything did; with confirmed records the old values are kept, with why."""
    records = _records(activity)
    changes = _changes(activity, facts)
    if not changes:
        return False
    confirmed = [one for one in records if one.state == RecordState.CONFIRMED]
    if confirmed and not reason:
        raise Invalid("已经有人的时长确认过了。请写明更正原因，志愿者本人会看到。")
    before = days.day_of(activity.starts_at)
    for name, value in asdict(facts).items():
        setattr(activity, name, value)
    _check_fit(activity, records)
    for field, (old, new) in changes.items() if confirmed else ():
        db.session.add(
            Correction(
                activity_id=activity.id, field=field, old=old, new=new, reason=reason, at=clock.now(), by_id=actor_id
            )
        )  # fmt: skip
    _recount(activity, records, before)
    audit_log.record(actor_id, "activity.corrected", "activity", activity.id, {"fields": sorted(changes)})
    void_proofs([one.id for one in confirmed], actor_id=actor_id)
    return True


def _records(activity: Activity) -> Sequence[ServiceRecord]:
    of_it = select(ServiceRecord).where(ServiceRecord.activity_id == activity.id).order_by(ServiceRecord.id)
    lock(one.person_id for one in db.session.scalars(of_it))
    db.session.refresh(activity, with_for_update=True)
    return db.session.scalars(of_it.with_for_update().execution_options(populate_existing=True)).all()


def _changes(activity: Activity, facts: Facts) -> Mapping[str, tuple[str, str]]:
    pairs = ((name, getattr(activity, name), value) for name, value in asdict(facts).items())
    return {name: (_words(old), _words(new)) for name, old, new in pairs if old != new}


def _words(value: object) -> str:
    if isinstance(value, datetime):
        return f"{days.day_of(value).isoformat()} {days.clock_of(value)}"
    return str(value)


def _check_fit(activity: Activity, records: Sequence[ServiceRecord]) -> None:
    too_long = sum(1 for one in records if one.quarters > hours.span(activity))
    if too_long:
        raise Invalid(
            f"活动改成 {hours.words(hours.span(activity))} 小时，可是有 {too_long} 位记的时长比这还多。"
            "请先更正她们的时长。"
        )


def _recount(activity: Activity, records: Sequence[ServiceRecord], before: date) -> None:
    db.session.flush()
    term = due(activity)
    for one in records:
        one.due_on, one.due_by_weekdays = term.day, term.weekdays_only
        one.late = days.day_of(one.created_at) > term.day
    for one in records:
        for day in {before, days.day_of(activity.starts_at)}:
            recount(one.person_id, day)
