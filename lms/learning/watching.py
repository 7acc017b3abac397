"""What the outbox's `watched` entries are believed to be worth (design.md 4, the hot path: Core statements only)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, select, update

from courses import coverage
from courses.coverage import Stretches
from courses.model import Watching
from lms.assets.models import MediaAsset
from lms.core import clock
from lms.enrolment.commands import Learner
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.learning.commands import insert, table
from lms.learning.models import LessonProgress, OutboxEntry, Visit, WatchClock

TOLERANCE_SECONDS = 2.0
"""Per person and day: clocks, buffers and rounding; never more in all."""
VISIT_GOOD_FOR = timedelta(days=14)
MAX_STRETCHES = 500
SMALL_JUMP = 2.0
"""Seconds a player may be ahead of what was seen where skipping ahead is not allowed: ticks and key frames."""
STILL_PLAYING = timedelta(seconds=45)
"""A player reports every 15 s; after three silences it is taken to have stopped."""
LONGER = "比实际经过的时间长，多出的部分没有计入。"
LATER = "这门课要按顺序学，跳过去的部分没有计入。请从没学过的地方接着放。"
ELSEWHERE = "您在另一处也在播放，这里先停下来。放过的都记着；想在这里接着放，请刷新这一页。"
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
    version_id: int


# Built once and run on the connection itself, without the ORM: this is the busiest address of the site.
_VISITS = (
    select(
        Visit.token, Visit.id, Visit.enrolment_id, Visit.lesson_id, MediaAsset.duration, Visit.fetched_at,
        Visit.started_at, Enrolment.version_id,
    )
    .join(Enrolment, Enrolment.id == Visit.enrolment_id)
    .join(MediaAsset, MediaAsset.id == Visit.asset_id)
)  # fmt: skip
_VISITS_OF_PERSON = _VISITS.where(Enrolment.person_id == bindparam("owner"))
_VISITS_OF_VISITOR = _VISITS.where(Enrolment.visitor_id == bindparam("owner"))
_ONE, _MANY = Visit.token == bindparam("token"), Visit.token.in_(bindparam("tokens", expanding=True))
_VISIT_OF_PERSON, _VISIT_OF_VISITOR = _VISITS_OF_PERSON.where(_ONE), _VISITS_OF_VISITOR.where(_ONE)
_VISITS_OF_PERSON, _VISITS_OF_VISITOR = _VISITS_OF_PERSON.where(_MANY), _VISITS_OF_VISITOR.where(_MANY)
_STANDING = (
    select(
        WatchClock.id.label("clock_id"), WatchClock.spent, WatchClock.lent_day, WatchClock.lent_seconds,
        WatchClock.player_visit_id, WatchClock.player_since, WatchClock.player_heard_at,
        LessonProgress.stretches, LessonProgress.position, Visit.last_seq, OutboxEntry.result.label("answer"),
    )
    .select_from(LessonProgress)
    .join(Visit, Visit.id == bindparam("visit"))
    .outerjoin(
        OutboxEntry, and_(OutboxEntry.id == bindparam("entry"), OutboxEntry.learner == bindparam("learner"))
    )
    .where(
        LessonProgress.enrolment_id == bindparam("enrolment"), LessonProgress.lesson_id == bindparam("lesson")
    )
    .with_for_update(of=(LessonProgress, Visit))  # her clock is held by her name: see outbox.Bundle.names
)  # fmt: skip
_STANDING_OF_PERSON = _STANDING.outerjoin(WatchClock, WatchClock.person_id == bindparam("owner"))
_STANDING_OF_VISITOR = _STANDING.outerjoin(WatchClock, WatchClock.visitor_id == bindparam("owner"))
_clocks, _rows, _visits = (table(model) for model in (WatchClock, LessonProgress, Visit))
_SPEND = (
    update(_clocks)
    .where(_clocks.c.id == bindparam("clock"))
    .values(
        spent=bindparam("spent"), lent_day=bindparam("day"), lent_seconds=bindparam("lent"),
        player_visit_id=bindparam("player"), player_since=bindparam("since"), player_heard_at=bindparam("heard"),
    )
)  # fmt: skip
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
_PRESENT = update(_visits).where(_visits.c.id == bindparam("visit")).values(presence=_visits.c.presence + 1)


@dataclass(frozen=True, slots=True)
class Standing:
    """What an entry finds under the lock: her clock, what she has watched, what this entry was answered before."""

    clock_id: int | None
    spent: Sequence[Sequence[float]] | None
    lent_day: str | None
    lent_seconds: float | None
    player_visit_id: int | None
    player_since: datetime | None
    player_heard_at: datetime | None
    stretches: Sequence[Sequence[float]]
    position: float
    last_seq: int
    answer: dict[str, Any] | None


def visits_of(learner: Learner, tokens: Sequence[str]) -> Mapping[str, OpenVisit]:
    """Return token → visit, only those of this learner."""
    if not tokens:
        return {}
    owner = learner.person_id or learner.visitor_id
    if len(tokens) == 1:  # a phone with a connection reports as it plays
        query = _VISIT_OF_PERSON if learner.person_id else _VISIT_OF_VISITOR
    else:
        query = _VISITS_OF_PERSON if learner.person_id else _VISITS_OF_VISITOR
    which = {"token": tokens[0]} if len(tokens) == 1 else {"tokens": list(tokens)}
    rows = db.session.connection().execute(query, {**which, "owner": owner})
    return {row[0]: OpenVisit(row[1], row[2], row[3], row[4] or 0.0, *row[5:]) for row in rows}


def fault(entry: Watched, visit: OpenVisit, now: datetime) -> str | None:
    """Return why an entry is refused outright, None when the clock may decide."""
    if visit.fetched_at is None:
        return "这一课还没有真正放过。"
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


def standing(connection: Connection, visit: OpenVisit, learner: Learner, entry_id: str) -> Standing:
    """Return what stands now for an entry of this visit; holds the write lock."""
    query = _STANDING_OF_PERSON if learner.person_id else _STANDING_OF_VISITOR
    keys = {
        "owner": learner.person_id or learner.visitor_id, "learner": learner.name, "entry": entry_id,
        "visit": visit.id, "enrolment": visit.enrolment_id, "lesson": visit.lesson_id,
    }  # fmt: skip
    return Standing(*connection.execute(query, keys).one())


def credit(
    connection: Connection,
    entry: Watched,
    visit: OpenVisit,
    learner: Learner,
    found: Standing,
    policy: Watching,
) -> dict[str, Any]:
    """Believe what the learner's clock allows; returns the outbox result without its id. Holds the write lock."""
    now = clock.now()
    before = tuple((start, end) for start, end in found.stretches)
    played = coverage.merge((), [(start, min(end, visit.duration)) for start, end in entry.stretches])
    length = coverage.covered(played)
    allowed = in_order(played, before) if policy.no_skip_ahead else played
    cost = coverage.covered(allowed)
    granted, pause = _pay(connection, learner, visit, found, cost / entry.rate, now, policy)
    believed = granted * entry.rate
    after = coverage.merge(before, prefix(allowed, believed))
    _keep(connection, visit, entry, after, found, now)
    whole = believed >= length - 0.05
    state = "kept" if whole else "partial" if believed > 0.05 else "refused"
    return {
        "state": state,
        "credited": round(coverage.covered(after) - coverage.covered(before), 2),
        "reason": None if whole else LATER if cost < length - 0.05 else LONGER,
        "watched": [list(stretch) for stretch in after],
        "share": round(coverage.share(after, visit.duration), 4),
    } | ({"pause": pause} if pause else {})


def in_order(played: Stretches, before: Stretches) -> Stretches:
    """Return what of a set was played without jumping ahead of everything seen so far."""
    kept: list[tuple[float, float]] = []
    for start, end in played:
        seen = coverage.merge(before, kept)
        reached = seen[0][1] if seen and seen[0][0] <= SMALL_JUMP else 0.0
        if start > reached + SMALL_JUMP:
            break
        kept.append((start, end))
    return tuple(kept)


def prefix(stretches: Stretches, seconds: float) -> Stretches:
    """Return the first `seconds` of a set of stretches."""
    kept, left = [], seconds
    for start, end in stretches:
        if left <= 0:
            break
        kept.append((start, min(end, start + left)))
        left -= end - start
    return tuple(kept)


def _pay(
    connection: Connection, learner: Learner, visit: OpenVisit, found: Standing, cost: float, now: datetime,
    policy: Watching,
) -> tuple[float, str]:  # fmt: skip
    """Return how many of `cost` seconds the one clock of this learner grants, tolerance included, and why to pause."""
    since = visit.fetched_at.timestamp() if visit.fetched_at else now.timestamp()
    spent = tuple((start, end) for start, end in found.spent or ())
    granted, spent = coverage.spend(spent, since, now.timestamp(), cost)
    today = now.date().isoformat()
    lent = found.lent_seconds or 0.0 if found.lent_day == today else 0.0
    extra = min(max(0.0, cost - granted), TOLERANCE_SECONDS - lent)
    oldest = (now - VISIT_GOOD_FOR - timedelta(days=1)).timestamp()
    other = policy.one_player and _plays_elsewhere(found, visit, now)
    player = (
        (found.player_visit_id, found.player_since, found.player_heard_at)
        if other
        else (visit.id, visit.fetched_at, now)
    )
    values = {
        "clock": found.clock_id or _new_clock(connection, learner),
        "spent": [[start, end] for start, end in spent if end > oldest], "day": today,
        "lent": lent + extra, "player": player[0], "since": player[1], "heard": player[2],
    }  # fmt: skip
    connection.execute(_SPEND, values)
    return granted + extra, ELSEWHERE if other else ""


def _plays_elsewhere(found: Standing, visit: OpenVisit, now: datetime) -> bool:
    """Say whether a visit whose media was fetched later plays right now."""
    if found.player_visit_id in (None, visit.id) or visit.fetched_at is None:
        return False
    if found.player_since is None or found.player_heard_at is None:
        return False
    return found.player_since > visit.fetched_at and now - found.player_heard_at < STILL_PLAYING


def _new_clock(connection: Connection, learner: Learner) -> int:
    """Begin the clock of a learner who plays something for the first time; returns its id."""
    owner = {
        "person_id": learner.person_id,
        "visitor_id": None if learner.person_id else learner.visitor_id,
    }
    begun = insert(WatchClock).values(**owner, spent=[], lent_day="", lent_seconds=0.0)
    return int(connection.execute(begun.returning(WatchClock.id)).scalar_one())


def _keep(
    connection: Connection, visit: OpenVisit, entry: Watched, after: Stretches, found: Standing, now: datetime
) -> None:
    """Write the merged stretches, where she is, and that the visit was heard of."""
    # Entries come in any order: only the newest of a visit says where she is.
    newest = entry.seq >= found.last_seq
    heard = {"visit": visit.id, "now": now, "seq": max(entry.seq, found.last_seq)}
    connection.execute(_HEARD, heard)
    values = {
        "enrolment": visit.enrolment_id,
        "lesson": visit.lesson_id,
        "stretches": [list(stretch) for stretch in after],
        "seconds": coverage.covered(after),
        "at": min(entry.stretches[-1][1], visit.duration) if newest else found.position,
        "now": now,
    }
    connection.execute(_ADD, values)


def note_presence(connection: Connection, visit: OpenVisit) -> None:
    """She answered a question of whether she is still there."""
    connection.execute(_PRESENT, {"visit": visit.id})
