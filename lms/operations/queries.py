"""Reading how the site is: jobs by lane and state, workers, recurring work, backups, the doctor's last word."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select

from lms.config import Settings
from lms.core.audit_log import AuditEntry
from lms.core.jobs import Job, JobState, Lane, PeriodicRun, WorkerSeen
from lms.extensions import db

LISTED = 50


def counts() -> Mapping[Lane, Mapping[str, int]]:
    """Return lane → state → how many jobs."""
    rows = db.session.execute(select(Job.lane, Job.state, func.count()).group_by(Job.lane, Job.state)).all()
    found = {(lane, state): number for lane, state, number in rows}
    return {lane: {state: found.get((lane, state), 0) for state in JobState} for lane in Lane}


def jobs_in(state: JobState) -> Sequence[Job]:
    """Return the newest jobs in a state."""
    return db.session.scalars(
        select(Job).where(Job.state == state).order_by(Job.id.desc()).limit(LISTED)
    ).all()


def stumbled() -> Sequence[Job]:
    """Return what waits to be tried again after a failure."""
    waits = (Job.state == JobState.WAITING) & Job.last_error.is_not(None)
    return db.session.scalars(select(Job).where(waits).order_by(Job.run_after).limit(LISTED)).all()


def is_waiting(key: str) -> bool:
    """Say whether the same work waits already."""
    same = select(Job.id).where(Job.key == key, Job.state == JobState.WAITING).limit(1)
    return db.session.scalar(same) is not None


def workers() -> Mapping[str, datetime]:
    """Return lane → when its worker was last seen."""
    return {row.lane: row.seen_at for row in db.session.scalars(select(WorkerSeen))}


def periodic() -> Mapping[str, datetime]:
    """Return recurring job → when it was last enqueued."""
    return {row.name: row.last_run_at for row in db.session.scalars(select(PeriodicRun))}


def backups(limit: int = 10) -> Sequence[AuditEntry]:
    """Return the newest backups that were made."""
    return _newest("backup.made", limit)


def backs_up(settings: Settings) -> bool:
    """Say whether this site makes a backup every night: not a demo, whose people are invented, and not when switched off."""
    return settings.env != "demo" and settings.backup_keep > 0


def is_noted(name: str) -> bool:
    """Say whether a backup of this name was made and written down."""
    same = select(AuditEntry.id).where(AuditEntry.action == "backup.made", AuditEntry.object_id == name)
    return db.session.scalar(same.limit(1)) is not None


def failed_backup(settings: Settings) -> Job | None:
    """Return the newest nightly backup when it did not come about (yet) and no backup was made since it was asked for."""
    newest = select(Job).where(Job.name == "operations.back_up").order_by(Job.id.desc()).limit(1)
    job = db.session.scalar(newest) if backs_up(settings) else None
    if job is None or job.state == JobState.DONE or not job.last_error:
        return None
    made = backups(1)
    return None if made and made[0].at > job.created_at else job


def last_doctor() -> AuditEntry | None:
    """Return what the doctor said last."""
    return next(iter(_newest("doctor.ran", 1)), None)


def _newest(action: str, limit: int) -> Sequence[AuditEntry]:
    query = select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id.desc())
    return db.session.scalars(query.limit(limit)).all()
