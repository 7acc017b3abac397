"""Asking for an Excel file, trying again, and letting go of old ones."""

from datetime import timedelta

from sqlalchemy import select

from lms.assets.commands import storage
from lms.audit.models import Export
from lms.audit.people_queries import count
from lms.audit.queries import Selection
from lms.core import audit_log, clock, jobs
from lms.core.errors import Conflict
from lms.extensions import db

KEPT = timedelta(days=3)
QUICK_ROWS = 3000
"""Longer lists go to the heavy lane, so that no certificate waits behind them."""


def ask(selection: Selection, *, purpose: str, full_phones: bool, actor_id: int) -> Export:
    """Write down who wants which list and why, and enqueue the file; same transaction."""
    now = clock.now()
    export = Export(
        unit_id=selection.unit_id, asked_by_id=actor_id, asked_at=now, purpose=purpose, selection=selection.as_json(),
        full_phones=full_phones, expires_at=now + KEPT,
    )  # fmt: skip
    db.session.add(export)
    db.session.flush()  # the job and the audit entry name it
    detail = {
        "export": export.id, "purpose": purpose, "state": selection.state, "course": selection.course_id,
        "searched": bool(selection.words), "full_phones": full_phones,
    }  # fmt: skip
    audit_log.record(actor_id, "export.asked", "unit", selection.unit_id, detail)
    _enqueue(export, count(selection))
    return export


def _enqueue(export: Export, people: int) -> None:
    lane = jobs.Lane.QUICK if people <= QUICK_ROWS else jobs.Lane.HEAVY
    jobs.enqueue("audit.export", {"export_id": export.id}, key=export.job_key, lane=lane)


def again(export: Export, *, actor_id: int) -> None:
    """Let an export that failed try again; raises Conflict while it is waiting, ready, or over."""
    if export.digest:
        raise Conflict("这份表已经做好了，不用再做一次。")
    if export.expires_at <= clock.now():
        raise Conflict("这份表过期了。请回到名单，重新导出。")
    job = jobs.progress_of(export.job_key)
    if job is None or job.state != jobs.JobState.DEAD:
        raise Conflict("这份表正在做，请稍等。页面可以关掉。")
    jobs.retry(job)
    audit_log.record(actor_id, "export.retried", "unit", export.unit_id, {"export": export.id})


def forget_expired() -> int:
    """Delete the files of exports past their day; the rows stay. Returns how many went."""
    old = db.session.scalars(
        select(Export).where(Export.expires_at <= clock.now(), Export.storage_key.is_not(None))
    ).all()
    for export in old:
        if export.storage_key:
            storage().delete(export.storage_key)
            export.storage_key = None
    return len(old)
