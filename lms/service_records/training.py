"""Training as Order 67 Art. 8 asks for it: 培训名称, 主要内容, 学习时长, 培训举办单位, 日期; kept apart from service."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.federations.models import Unit
from lms.learning.models import Completion
from lms.service_records import days


@dataclass(frozen=True, slots=True)
class Training:
    """One finished course, in the words of Art. 8."""

    at: datetime
    title: str
    content: str
    hours: float
    minutes: int
    rule: str
    host: str
    slug: str

    def on_paper(self) -> Mapping[str, str]:
        """Return what a proof prints of it."""
        return {
            "day": days.day_of(self.at).isoformat(),
            "title": self.title,
            "content": self.content,
            "hours": f"{self.hours:g}",
            "minutes": str(self.minutes),
            "host": self.host,
        }


def of_person(person_id: int, since: date | None = None, until: date | None = None) -> Sequence[Training]:
    """Return what she finished, newest last, between two days when given."""
    query = (
        select(Completion)
        .where(Completion.person_id == person_id)
        .options(
            joinedload(Completion.enrolment).joinedload(Enrolment.version),
            joinedload(Completion.enrolment).joinedload(Enrolment.course),
        )
        .order_by(Completion.at, Completion.id)
    )
    if since:
        query = query.where(Completion.at >= days.bounds(since)[0])
    if until:
        query = query.where(Completion.at < days.bounds(until)[1])
    rows = db.session.scalars(query).all()
    hosts = _hosts(rows)
    return [_training(row, hosts) for row in rows]


def _hosts(rows: Iterable[Completion]) -> Mapping[int, str]:
    wanted = {row.enrolment.course.unit_id for row in rows}
    found = db.session.execute(select(Unit.id, Unit.full_name).where(Unit.id.in_(wanted)))
    return {unit_id: name for unit_id, name in found}


def _training(row: Completion, hosts: Mapping[int, str]) -> Training:
    content = row.enrolment.version.content
    return Training(
        at=row.at,
        title=content.title,
        content=content.summary,
        hours=row.hours,
        minutes=max(1, round(row.seconds / 60)),
        rule=row.hours_rule,
        host=hosts[row.enrolment.course.unit_id],
        slug=content.slug,
    )


def total(trainings: Iterable[Training]) -> str:
    """Return the 学时 of several, added exactly."""
    return f"{sum((Decimal(str(one.hours)) for one in trainings), Decimal(0)):f}"
