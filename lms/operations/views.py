"""The platform administrator's room: how the site is, its jobs, its backups."""

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from lms.core import audit_log, jobs
from lms.core.database import begin_write
from lms.core.errors import Conflict
from lms.core.jobs import Job, JobState
from lms.extensions import db
from lms.federations.guards import requires
from lms.federations.permissions import Permission
from lms.operations import queries, words

bp = Blueprint("operations", __name__, template_folder="templates", url_prefix="/operations")


@bp.get("")
@requires(Permission.JOBS_MANAGE)
def overview() -> str:
    """Show the doctor's last word, the backups, and what waits."""
    settings = current_app.extensions["lms_settings"]
    return render_template(
        "operations/overview.html",
        doctor=queries.last_doctor(),
        backups=queries.backups(),
        failed=queries.failed_backup(settings),
        nightly=queries.backs_up(settings),
        settings=settings,
        words=words,
        dead=len(queries.jobs_in(JobState.DEAD)),
        workers=queries.workers(),
        lanes=words.LANES,
    )


@bp.get("/jobs")
@requires(Permission.JOBS_MANAGE)
def jobs_page() -> str:
    """Show both lanes, what runs, what died and why, and the recurring work."""
    return render_template(
        "operations/jobs.html",
        counts=queries.counts(),
        workers=queries.workers(),
        running=queries.jobs_in(JobState.RUNNING),
        stumbled=queries.stumbled(),
        dead=queries.jobs_in(JobState.DEAD),
        periodic={name: queries.periodic().get(name) for name in current_app.extensions["lms_periodic"]},
        every=current_app.extensions["lms_periodic"],
        words=words,
    )


@bp.post("/jobs/retry")
@requires(Permission.JOBS_MANAGE)
def retry() -> Answer:
    """Let one dead job wait again with all its attempts."""
    begin_write(db.session)
    number = request.form.get("job", "")
    job = (
        db.session.get(Job, int(number), with_for_update=True)
        if number.isascii() and number.isdigit()
        else None
    )
    if job is None or job.state != JobState.DEAD:
        raise Conflict(_("这件事已经不在“没有做成”里了。请刷新页面看看。"))
    if queries.is_waiting(job.key):
        raise Conflict(_("同样的事已经在排队了，不用再试。"))
    jobs.retry(job)
    audit_log.record(current_user.id, "job.retried", "job", job.id, {"name": job.name})
    db.session.commit()
    return redirect(url_for(".jobs_page"))
