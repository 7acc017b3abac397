"""Service-record proofs (Order 67 Art. 14): the unit that recorded proves, free, on the volunteer's request.

Each recording unit proves what it recorded itself, so service recorded by two units gives two proofs.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from lms.accounts.models import Person
from lms.certificates import commands as papers
from lms.certificates.models import Certificate, PaperKind
from lms.core import clock
from lms.core.errors import Invalid, TooMany
from lms.extensions import db
from lms.federations import queries as units
from lms.federations.models import UnitKind
from lms.service_records import days, hours, training
from lms.service_records.commands import lock
from lms.service_records.models import Activity, ProofRecord, RecordState, ServiceProof, ServiceRecord

NOTE = (
    "本证明按照《志愿服务记录与证明出具办法（试行）》免费开具，只证明本单位记录并确认的志愿服务；"
    "服务时间以小时计，同一段时间只算一次，不含培训学时。"
)
A_DAY = 30


def issue(
    person: Person, *, since: date | None, until: date | None, with_training: bool, form_id: str
) -> Sequence[Certificate]:
    """Return the proofs of this form, one for each recording unit, written now unless the form was sent before."""
    lock([person.id])
    if sent_before := _of_form(person.id, form_id):
        return sent_before
    _check_not_too_many(person.id)
    rows = _rows(person.id, since, until)
    if not rows:
        raise Invalid("这段时间里没有已经确认的服务时间，开不了证明。可以换一段时间，或等单位确认以后再来。")
    learned = training.of_person(person.id, since, until) if with_training else ()
    made = []
    for unit_id, records in groupby(rows, key=lambda row: row.unit_id):
        stated = list(records)
        content = _content(person, unit_id, stated, (since, until), learned)
        made.append(_keep(person, unit_id, content, stated, form_id))
    return made


def _of_form(person_id: int, form_id: str) -> Sequence[Certificate]:
    return db.session.scalars(
        select(Certificate)
        .join(ServiceProof, ServiceProof.certificate_id == Certificate.id)
        .where(ServiceProof.person_id == person_id, ServiceProof.form_id == form_id)
        .order_by(Certificate.id)
    ).all()


def _check_not_too_many(person_id: int) -> None:
    made = db.session.scalar(
        select(func.count())
        .select_from(Certificate)
        .where(
            Certificate.person_id == person_id,
            Certificate.kind == PaperKind.SERVICE,
            Certificate.issued_at > clock.now() - timedelta(days=1),
        )
    )
    if (made or 0) >= A_DAY:
        raise TooMany(f"一天最多开 {A_DAY} 份证明。已经开好的可以反复打印。")


def _rows(person_id: int, since: date | None, until: date | None) -> Sequence[ServiceRecord]:
    query = (
        select(ServiceRecord)
        .join(ServiceRecord.activity)
        .options(contains_eager(ServiceRecord.activity))
        .where(
            ServiceRecord.person_id == person_id,
            ServiceRecord.state == RecordState.CONFIRMED,
            ServiceRecord.counted_quarters > 0,
        )
        .order_by(ServiceRecord.unit_id, Activity.starts_at, ServiceRecord.id)
        .execution_options(populate_existing=True)
    )
    if since:
        query = query.where(Activity.starts_at >= days.bounds(since)[0])
    if until:
        query = query.where(Activity.starts_at < days.bounds(until)[1])
    return db.session.scalars(query).all()


def _content(
    person: Person,
    unit_id: int,
    records: Sequence[ServiceRecord],
    asked: tuple[date | None, date | None],
    learned: Iterable[training.Training],
) -> Mapping[str, Any]:
    unit, today = units.by_id(unit_id), days.day_of(clock.now())
    first, last = (days.day_of(one.activity.starts_at) for one in (records[0], records[-1]))
    done = list(learned)
    return {
        "name": person.name,
        "phone": person.masked_phone,
        "issuer": unit.full_name,
        "guided_by": _guide(unit.parent_id) if unit.kind == UnitKind.TEAM else "",
        "contact": units.help_phone(unit_id) or "",
        "from": (asked[0] or first).isoformat(),
        "to": min(asked[1] or last, today).isoformat(),
        "hours": hours.words(sum(one.counted_quarters for one in records)),
        "rows": [_row(one) for one in records],
        "training": [one.on_paper() for one in done],
        "training_hours": training.total(done),
        "date": today.isoformat(),
        "note": NOTE,
    }


def _guide(unit_id: int | None) -> str:
    """Return the unit under which an unregistered team records (Order 67 Art. 26)."""
    return units.by_id(unit_id).full_name if unit_id else ""


def _row(record: ServiceRecord) -> Mapping[str, str]:
    activity = record.activity
    return {
        "day": days.day_of(activity.starts_at).isoformat(),
        "start": days.clock_of(activity.starts_at),
        "end": days.clock_of(activity.ends_at),
        "name": activity.name,
        "content": activity.content,
        "place": activity.place,
        "leader": activity.leader,
        "hours": hours.words(record.counted_quarters),
    }


def _keep(
    person: Person, unit_id: int, content: Mapping[str, Any], records: Iterable[ServiceRecord], form_id: str
) -> Certificate:
    paper = papers.Paper(PaperKind.SERVICE, person.id, unit_id, content, clock.now())
    made = papers.issue(paper, actor_id=person.id)
    db.session.add(
        ServiceProof(certificate_id=made.id, person_id=person.id, unit_id=unit_id, form_id=form_id)
    )
    db.session.flush()  # the records name the proof
    db.session.add_all(ProofRecord(certificate_id=made.id, record_id=one.id) for one in records)
    return made
