"""Her own file: training and service on one line of time, each with its totals, never added together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager, joinedload

from lms.extensions import db
from lms.service_records import hours, training
from lms.service_records.models import Activity, Correction, CorrectionRequest, RecordState, ServiceRecord
from lms.service_records.training import Training

SHOWN = 30


@dataclass(frozen=True, slots=True)
class Service:
    """One service of hers with everything said about it."""

    record: ServiceRecord
    corrections: Sequence[Correction]
    request: CorrectionRequest | None
    same_time: Sequence[str]

    @property
    def at(self) -> datetime:
        """When it was."""
        return self.record.activity.starts_at


@dataclass(frozen=True, slots=True)
class File:
    """The whole file: both kinds, newest first, with the totals of each."""

    trainings: Sequence[Training]
    services: Sequence[Service]

    @property
    def training_hours(self) -> str:
        """学时 of all training."""
        return training.total(self.trainings)

    @property
    def service_hours(self) -> str:
        """Confirmed hours, each moment counted once."""
        return hours.words(sum(one.record.counted_quarters for one in self.services))

    @property
    def confirmed(self) -> int:
        """How many services are confirmed and count."""
        return sum(1 for one in self.services if one.record.counted_quarters)

    @property
    def waiting_hours(self) -> str:
        """Hours that wait for confirmation."""
        waiting = (one.record for one in self.services if one.record.state == RecordState.PENDING)
        return hours.words(sum(record.quarters for record in waiting))

    def entries(self, show: str) -> Sequence[Training | Service]:
        """Return both kinds on one line of time, or one of them."""
        chosen: list[Training | Service] = []
        chosen += self.trainings if show != "service" else ()
        chosen += self.services if show != "training" else ()
        return sorted(chosen, key=lambda one: one.at, reverse=True)


def of_person(person_id: int) -> File:
    """Return the file of a person."""
    rows = db.session.scalars(
        select(ServiceRecord)
        .join(ServiceRecord.activity)
        .options(contains_eager(ServiceRecord.activity).joinedload(Activity.unit))
        .where(ServiceRecord.person_id == person_id)
        .order_by(Activity.starts_at.desc(), ServiceRecord.id.desc())
    ).all()
    corrected, asked, same = _corrections(rows), _requests(person_id), _same_time(rows)
    services = [
        Service(row, corrected.get(row.id, ()), asked.get(row.id), same.get(row.id, ())) for row in rows
    ]
    return File(training.of_person(person_id), services)


def _corrections(rows: Sequence[ServiceRecord]) -> Mapping[int, list[Correction]]:
    activities = {row.activity_id: row for row in rows if row.state == RecordState.CONFIRMED}
    mine = or_(Correction.record_id.in_([row.id for row in rows]), Correction.record_id.is_(None))
    found: dict[int, list[Correction]] = {}
    query = select(Correction).where(Correction.activity_id.in_(activities), mine).order_by(Correction.id)
    for one in db.session.scalars(query):
        found.setdefault(one.record_id or activities[one.activity_id].id, []).append(one)
    return found


def _requests(person_id: int) -> Mapping[int, CorrectionRequest]:
    newest = (
        select(CorrectionRequest)
        .options(joinedload(CorrectionRequest.record))
        .where(CorrectionRequest.person_id == person_id)
        .order_by(CorrectionRequest.id)
    )
    return {one.record_id: one for one in db.session.scalars(newest)}


def _same_time(rows: Sequence[ServiceRecord]) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = {}
    by_start = sorted((row for row in rows if row.quarters), key=lambda row: row.activity.starts_at)
    for place, one in enumerate(by_start):
        for other in by_start[place + 1 :]:
            if other.activity.starts_at >= one.activity.ends_at:
                break
            found.setdefault(one.id, []).append(other.activity.name)
            found.setdefault(other.id, []).append(one.activity.name)
    return found
