"""Work for later: a lease table in the project's own database, two lanes, at least once.

A job row is written in the transaction of the fact it belongs to. A worker claims it with one UPDATE, renews its
lease while it works, and finishes it in the transaction of its own writes; `attempts` is the fencing token, so a
worker that lost its lease cannot finish. Jobs must therefore be safe to run twice.
"""

import importlib
import logging
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from flask import Flask, current_app
from sqlalchemy import CheckConstraint, Index, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from lms.core import clock
from lms.core.types import UTCDateTime
from lms.extensions import Base, db

log = logging.getLogger(__name__)
LEASE_SECONDS = 60.0
MAX_ATTEMPTS = 5
BACK_OFF_SECONDS = (2, 15, 120, 900)


class Lane(StrEnum):
    """Two queues, a worker process each, so that no certificate waits behind an encode."""

    QUICK = "quick"
    HEAVY = "heavy"


class JobState(StrEnum):
    """waiting → running → done, or dead after MAX_ATTEMPTS."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"


class Job(Base):
    """One piece of work; `key` keeps a second waiting copy of the same work out."""

    __tablename__ = "jobs"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(db.JSON)
    key: Mapped[str]
    lane: Mapped[str]
    state: Mapped[str] = mapped_column(default=JobState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    run_after: Mapped[datetime] = mapped_column(UTCDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    progress: Mapped[float] = mapped_column(default=0.0)
    last_error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    __table_args__ = (
        CheckConstraint("lane IN ('quick', 'heavy')", name="lane"),
        CheckConstraint("state IN ('waiting', 'running', 'done', 'dead')", name="state"),
        Index(
            "uq_jobs_waiting_key",
            "key",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_jobs_next", "lane", "state", "run_after"),
    )


class WorkerSeen(Base):
    """When each lane's worker last said it is alive."""

    __tablename__ = "workers_seen"
    lane: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)


class PeriodicRun(Base):
    """When each recurring job was last enqueued."""

    __tablename__ = "periodic_runs"
    name: Mapped[str] = mapped_column(primary_key=True)
    last_run_at: Mapped[datetime] = mapped_column(UTCDateTime)


@dataclass(frozen=True, slots=True)
class Claim:
    """A job in hand; `attempt` is the fencing token."""

    id: int
    name: str
    payload: Mapping[str, Any]
    attempt: int


def _insert() -> Any:
    return sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert


def enqueue(
    name: str,
    payload: Mapping[str, Any],
    *,
    key: str,
    lane: Lane = Lane.QUICK,
    run_after: datetime | None = None,
) -> None:
    """Write a job row into the present transaction; a waiting job of the same key makes this harmless."""
    now = clock.now()
    values = {
        "name": name,
        "payload": dict(payload),
        "key": key,
        "lane": lane,
        "state": JobState.WAITING,
        "attempts": 0,
        "progress": 0.0,
        "run_after": run_after or now,
        "created_at": now,
    }
    waiting = text("state = 'waiting'")
    db.session.execute(
        _insert()(Job).values(**values).on_conflict_do_nothing(index_elements=["key"], index_where=waiting)
    )


def connect(app: Flask, functions: Mapping[str, str], periodic: Mapping[str, float]) -> None:
    """Give the application its table of jobs (name → "module:function") and of recurring ones (seconds)."""
    app.extensions["lms_jobs"] = functions
    app.extensions["lms_periodic"] = periodic


def function_of(name: str) -> Callable[..., None]:
    """Load the function of a job; KeyError for a name that lms.wiring does not know."""
    module, _, attribute = current_app.extensions["lms_jobs"][name].partition(":")
    function: Callable[..., None] = getattr(importlib.import_module(module), attribute)
    return function


def claim(lane: Lane, lease: float = LEASE_SECONDS) -> Claim | None:
    """Take the next due job of a lane, or one whose worker died; commits."""
    now = clock.now()
    due = (Job.state == JobState.WAITING) & (Job.run_after <= now)
    abandoned = (Job.state == JobState.RUNNING) & (Job.leased_until < now)
    next_id = select(Job.id).where(Job.lane == lane, due | abandoned).order_by(Job.run_after, Job.id).limit(1)
    if db.session.execute(next_id).first() is None:
        db.session.rollback()
        return None
    row = db.session.execute(
        update(Job)
        .where(Job.id == next_id.with_for_update(skip_locked=True).scalar_subquery())
        .values(
            state=JobState.RUNNING, attempts=Job.attempts + 1, leased_until=now + timedelta(seconds=lease)
        )
        .returning(Job.id, Job.name, Job.payload, Job.attempts)
        .execution_options(synchronize_session=False)
    ).first()
    db.session.commit()
    return Claim(row.id, row.name, row.payload, row.attempts) if row else None


def run_one(lane: Lane, *, lease: float = LEASE_SECONDS) -> bool:
    """Claim one job and do it; returns whether there was one. Never raises for a failing job."""
    job = claim(lane, lease)
    if job is None:
        return False
    if job.attempt > MAX_ATTEMPTS:
        _give_up(job, "工作进程多次在做这件事时中断")
        return True
    try:
        with _lease_kept(job, lease):
            function_of(job.name)(**job.payload)
        _finish(job)
    except Exception:  # the one place: a failing job must not take the worker with it
        db.session.rollback()
        log.warning("job %s %s failed, attempt %s", job.id, job.name, job.attempt, exc_info=True)
        _put_back(job, traceback.format_exc(limit=-4))
    finally:
        db.session.remove()
    return True


def report_progress(key: str, share: float) -> None:
    """Note how far the running job of this key is (0..1), on a connection of its own."""
    with db.engine.begin() as connection:
        connection.execute(
            update(Job).where(Job.key == key, Job.state == JobState.RUNNING).values(progress=share)
        )


def progress_of(key: str) -> Job | None:
    """Return the newest job of a key, for a page that shows its state."""
    return db.session.scalars(select(Job).where(Job.key == key).order_by(Job.id.desc()).limit(1)).first()


def retry(job: Job) -> None:
    """Let a dead job wait again with all its attempts."""
    job.state, job.attempts, job.run_after, job.last_error = JobState.WAITING, 0, clock.now(), None
    job.finished_at = job.leased_until = None


def _finish(job: Claim) -> None:
    if not _mine(job, state=JobState.DONE, finished_at=clock.now(), leased_until=None, progress=1.0):
        db.session.rollback()  # the lease was lost: whoever has it now does the work, ours is undone
        return
    db.session.commit()


def _put_back(job: Claim, error: str) -> None:
    if job.attempt >= MAX_ATTEMPTS:
        _give_up(job, error)
        return
    wait = timedelta(seconds=BACK_OFF_SECONDS[job.attempt - 1])
    try:
        with db.session.begin_nested():
            _mine(
                job, state=JobState.WAITING, run_after=clock.now() + wait, leased_until=None, last_error=error
            )
        db.session.commit()
    except IntegrityError:  # the same work was enqueued anew meanwhile: that copy goes on
        _mine(job, state=JobState.DONE, finished_at=clock.now(), leased_until=None, last_error=error)
        db.session.commit()


def _give_up(job: Claim, error: str) -> None:
    _mine(job, state=JobState.DEAD, finished_at=clock.now(), leased_until=None, last_error=error)
    db.session.commit()


def _mine(job: Claim, **values: Any) -> bool:
    """Change the job row only while this worker still holds it."""
    result = db.session.execute(
        update(Job)
        .where(Job.id == job.id, Job.attempts == job.attempt, Job.state == JobState.RUNNING)
        .values(**values)
        .execution_options(synchronize_session=False)
        .returning(Job.id)
    )
    return result.first() is not None


@contextmanager
def _lease_kept(job: Claim, lease: float) -> Iterator[None]:
    done = threading.Event()
    engine = db.engine
    keeper = threading.Thread(target=_renew, args=(engine, job, lease, done), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()


def _renew(engine: Any, job: Claim, lease: float, done: threading.Event) -> None:
    while not done.wait(lease / 3):
        with engine.begin() as connection:
            connection.execute(
                update(Job)
                .where(Job.id == job.id, Job.attempts == job.attempt, Job.state == JobState.RUNNING)
                .values(leased_until=clock.now() + timedelta(seconds=lease))
            )


def tick(lane: Lane) -> None:
    """Say that this lane's worker lives, and enqueue the recurring jobs that are due; commits."""
    now = clock.now()
    insert = _insert()(WorkerSeen).values(lane=lane, seen_at=now)
    db.session.execute(insert.on_conflict_do_update(index_elements=["lane"], set_={"seen_at": now}))
    if lane == Lane.QUICK:
        for name, seconds in current_app.extensions["lms_periodic"].items():
            _enqueue_if_due(name, seconds, now)
    db.session.commit()


def _enqueue_if_due(name: str, seconds: float, now: datetime) -> None:
    row = _insert()(PeriodicRun).values(name=name, last_run_at=now)
    taken = db.session.execute(
        row.on_conflict_do_update(
            index_elements=["name"],
            set_={"last_run_at": now},
            where=PeriodicRun.last_run_at <= now - timedelta(seconds=seconds),
        ).returning(PeriodicRun.name)
    ).first()
    if taken:
        enqueue(name, {}, key=f"periodic:{name}")
