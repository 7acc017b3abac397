"""What the outbox's `watched` entries are believed to be worth (design.md 4, the hot path: Core statements only)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from courses import coverage
from courses.coverage import Stretches
from lms.assets.models import MediaAsset
from lms.core import clock
from lms.enrolment.commands import Learner
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.learning.commands import insert
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


def visits_of(learner: Learner, tokens: Sequence[str]) -> Mapping[str, OpenVisit]:
    """Return token → visit, only those of this learner."""
    hers = (
        Enrolment.person_id == learner.person_id
        if learner.person_id
        else Enrolment.visitor_id == learner.visitor_id
    )
    rows = db.session.execute(
        select(
            Visit.token, Visit.id, Visit.enrolment_id, Visit.lesson_id, MediaAsset.duration, Visit.fetched_at,
            Visit.started_at, Visit.last_seq,
        )
        .join(Enrolment, Enrolment.id == Visit.enrolment_id)
        .join(MediaAsset, MediaAsset.id == Visit.asset_id)
        .where(Visit.token.in_(tokens), hers)
    )  # fmt: skip
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
    db.session.execute(
        update(WatchClock)
        .where(WatchClock.id == row.id)
        .values(
            spent=[[start, end] for start, end in spent if end > oldest],
            lent_day=today,
            lent_seconds=lent + extra,
        )
    )
    return granted + extra


def _clock_of(learner: Learner) -> Any:
    mine = (
        WatchClock.person_id == learner.person_id
        if learner.person_id
        else WatchClock.visitor_id == learner.visitor_id
    )
    query = (
        select(WatchClock.id, WatchClock.spent, WatchClock.lent_day, WatchClock.lent_seconds)
        .where(mine)
        .with_for_update()
    )
    row = db.session.execute(query).first()
    if row is None:
        owner = {
            "person_id": learner.person_id,
            "visitor_id": None if learner.person_id else learner.visitor_id,
        }
        empty = insert(WatchClock).values(**owner, spent=[], lent_day="", lent_seconds=0.0)
        db.session.execute(empty.on_conflict_do_nothing())
        row = db.session.execute(query).one()
    return row


def _add(visit: OpenVisit, entry: Watched, kept: Stretches, now: datetime) -> tuple[float, Stretches]:
    """Merge believed stretches into the progress row; returns (newly covered seconds, all stretches)."""
    key = (
        LessonProgress.enrolment_id == visit.enrolment_id,
        LessonProgress.lesson_id == visit.lesson_id,
    )
    before = tuple(
        (start, end)
        for start, end in db.session.execute(
            select(LessonProgress.stretches).where(*key).with_for_update()
        ).scalar_one()
    )
    after = coverage.merge(before, kept)
    values: dict[str, Any] = {
        "stretches": [list(stretch) for stretch in after],
        "watched_seconds": coverage.covered(after),
        "updated_at": now,
    }
    if kept and entry.seq >= visit.last_seq:
        values["position"] = min(entry.stretches[-1][1], visit.duration)
    db.session.execute(update(LessonProgress).where(*key).values(**values))
    db.session.execute(
        update(Visit)
        .where(Visit.id == visit.id)
        .values(heard_at=now, last_seq=max(entry.seq, visit.last_seq))
    )
    return coverage.covered(after) - coverage.covered(before), after
