"""What the outbox's `watched` entries are believed to be worth (design.md 4, the hot path: Core statements only)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update

from courses import coverage
from courses.coverage import Stretches
from lms.assets.models import MediaAsset
from lms.core import clock
from lms.enrolment.commands import Learner
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.learning.commands import insert, table
from lms.learning.models import LessonProgress, Visit, WatchClock

TOLERANCE_SECONDS = 2.0
"""Per person and day: clocks, buffers and rounding; never more in all."""
VISIT_GOOD_FOR = timedelta(days=14)
MAX_STRETCHES = 500
OVERSHOOT = 1.5
"""Seconds: players report an end a little past the probed duration."""


@dataclass(frozen=True, slots=True)
class Watched:
    """One entry: stretches in seconds of the medium, played at `rate`."""

    visit: str
    seq: int
    stretches: Sequence[Sequence[float]]
    rate: float


@dataclass(frozen=True, slots=True)
class OpenVisit:
    """A visit with what judging an entry needs."""

    id: int
    enrolment_id: int
    lesson_id: str
    duration: float
    fetched_at: datetime | None
    started_at: datetime
    last_seq: int
    version_id: int


# Built once and run on the connection itself, without the ORM: this is the busiest address of the site.
_VISITS = (
    select(
        Visit.token, Visit.id, Visit.enrolment_id, Visit.lesson_id, MediaAsset.duration, Visit.fetched_at,
        Visit.started_at, Visit.last_seq, Enrolment.version_id,
    )
    .join(Enrolment, Enrolment.id == Visit.enrolment_id)
    .join(MediaAsset, MediaAsset.id == Visit.asset_id)
    .where(Visit.token.in_(bindparam("tokens", expanding=True)))
)  # fmt: skip
_VISITS_OF_PERSON = _VISITS.where(Enrolment.person_id == bindparam("owner"))
_VISITS_OF_VISITOR = _VISITS.where(Enrolment.visitor_id == bindparam("owner"))
_CLOCK = select(
    WatchClock.id, WatchClock.spent, WatchClock.lent_day, WatchClock.lent_seconds
).with_for_update()
_CLOCK_OF_PERSON = _CLOCK.where(WatchClock.person_id == bindparam("owner"))
_CLOCK_OF_VISITOR = _CLOCK.where(WatchClock.visitor_id == bindparam("owner"))
_clocks, _rows, _visits = (table(model) for model in (WatchClock, LessonProgress, Visit))
_SPEND = (
    update(_clocks)
    .where(_clocks.c.id == bindparam("clock"))
    .values(spent=bindparam("spent"), lent_day=bindparam("day"), lent_seconds=bindparam("lent"))
)
_WATCHED = (
    select(LessonProgress.stretches, LessonProgress.position)
    .where(
        LessonProgress.enrolment_id == bindparam("enrolment"), LessonProgress.lesson_id == bindparam("lesson")
    )
    .with_for_update()
)
_ADD = (
    update(_rows)
    .where(_rows.c.enrolment_id == bindparam("enrolment"), _rows.c.lesson_id == bindparam("lesson"))
    .values(
        stretches=bindparam("stretches"), watched_seconds=bindparam("seconds"), position=bindparam("at"),
        updated_at=bindparam("now"),
    )
)  # fmt: skip
_HEARD = (
    update(_visits)
    .where(_visits.c.id == bindparam("visit"))
    .values(heard_at=bindparam("now"), last_seq=bindparam("seq"))
)


def visits_of(learner: Learner, tokens: Sequence[str]) -> Mapping[str, OpenVisit]:
    """Return token → visit, only those of this learner."""
    if not tokens:
        return {}
    query = _VISITS_OF_PERSON if learner.person_id else _VISITS_OF_VISITOR
    owner = learner.person_id or learner.visitor_id
    rows = db.session.connection().execute(query, {"tokens": list(tokens), "owner": owner})
    return {row[0]: OpenVisit(row[1], row[2], row[3], row[4] or 0.0, *row[5:]) for row in rows}


def fault(entry: Watched, visit: OpenVisit | None, now: datetime) -> str | None:
    """Return why an entry is refused outright, None when the clock may decide."""
    if visit is None:
        return "没有找到这次播放。请刷新页面再看。"
    if visit.fetched_at is None:
        return "视频还没有真正打开过。"
    if now - visit.started_at > VISIT_GOOD_FOR:
        return "这次播放过去太久了。请重新打开这一课。"
    if not 1 <= entry.rate <= 2:
        return "语速只能在 1 到 2 倍之间。"
    if not 0 < len(entry.stretches) <= MAX_STRETCHES:
        return "播放记录的格式不对。"
    if any(not _sound(stretch, visit.duration) for stretch in entry.stretches):
        return "播放记录的格式不对。"
    return None


def _sound(stretch: Sequence[float], duration: float) -> bool:
    if len(stretch) != 2 or not all(math.isfinite(value) for value in stretch):
        return False
    return 0 <= stretch[0] < stretch[1] <= duration + OVERSHOOT


def credit(entry: Watched, visit: OpenVisit, learner: Learner) -> dict[str, Any]:
    """Believe what the learner's clock allows; returns the outbox result without its id. Holds the write lock."""
    now = clock.now()
    played = coverage.merge((), [(start, min(end, visit.duration)) for start, end in entry.stretches])
    length = coverage.covered(played)
    believed = _pay(learner, visit, length / entry.rate, now) * entry.rate
    kept = prefix(played, believed)
    credited, watched = _add(visit, entry, kept, now)
    whole = believed >= length - 0.05
    state = "kept" if whole else "partial" if believed > 0.05 else "refused"
    reason = None if whole else "比实际经过的时间长，多出的部分没有计入。"
    return {
        "state": state,
        "credited": round(credited, 2),
        "reason": reason,
        "watched": [list(stretch) for stretch in watched],
        "share": round(coverage.share(watched, visit.duration), 4),
    }


def prefix(stretches: Stretches, seconds: float) -> Stretches:
    """Return the first `seconds` of a set of stretches."""
    kept, left = [], seconds
    for start, end in stretches:
        if left <= 0:
            break
        kept.append((start, min(end, start + left)))
        left -= end - start
    return tuple(kept)


def _pay(learner: Learner, visit: OpenVisit, cost: float, now: datetime) -> float:
    """Return how many of `cost` seconds the one clock of this learner grants, tolerance included; keeps it."""
    row = _clock_of(learner)
    since = visit.fetched_at.timestamp() if visit.fetched_at else now.timestamp()
    spent = tuple((start, end) for start, end in row.spent)
    granted, spent = coverage.spend(spent, since, now.timestamp(), cost)
    today = now.date().isoformat()
    lent = row.lent_seconds if row.lent_day == today else 0.0
    extra = min(max(0.0, cost - granted), TOLERANCE_SECONDS - lent)
    oldest = (now - VISIT_GOOD_FOR - timedelta(days=1)).timestamp()
    kept = [[start, end] for start, end in spent if end > oldest]
    values = {"clock": row.id, "spent": kept, "day": today, "lent": lent + extra}
    db.session.connection().execute(_SPEND, values)
    return granted + extra


def _clock_of(learner: Learner) -> Any:
    query = _CLOCK_OF_PERSON if learner.person_id else _CLOCK_OF_VISITOR
    hers = {"owner": learner.person_id or learner.visitor_id}
    connection = db.session.connection()
    row = connection.execute(query, hers).first()
    if row is None:
        owner = {
            "person_id": learner.person_id,
            "visitor_id": None if learner.person_id else learner.visitor_id,
        }
        empty = insert(WatchClock).values(**owner, spent=[], lent_day="", lent_seconds=0.0)
        connection.execute(empty.on_conflict_do_nothing())
        row = connection.execute(query, hers).one()
    return row


def _add(visit: OpenVisit, entry: Watched, kept: Stretches, now: datetime) -> tuple[float, Stretches]:
    """Merge believed stretches into the progress row; returns (newly covered seconds, all stretches)."""
    connection = db.session.connection()
    key = {"enrolment": visit.enrolment_id, "lesson": visit.lesson_id}
    row = connection.execute(_WATCHED, key).one()
    before = tuple((start, end) for start, end in row.stretches)
    after = coverage.merge(before, kept)
    newest = kept and entry.seq >= visit.last_seq
    values = {
        "stretches": [list(stretch) for stretch in after],
        "seconds": coverage.covered(after),
        "at": min(entry.stretches[-1][1], visit.duration) if newest else row.position,
        "now": now,
    }
    connection.execute(_ADD, key | values)
    heard = {"visit": visit.id, "now": now, "seq": max(entry.seq, visit.last_seq)}
    connection.execute(_HEARD, heard)
    return coverage.covered(after) - coverage.covered(before), after
