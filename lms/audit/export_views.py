"""Excel files: asked for with a purpose, made by a worker, fetched through a signed address."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response as Answer

from lms.assets.commands import storage
from lms.audit import access, commands, links, people_queries, queries, words
from lms.audit.access import Filters
from lms.audit.models import Export
from lms.audit.queries import Selection
from lms.audit.views import frame
from lms.core import audit_log, clock, jobs
from lms.core.doors import signed_url
from lms.core.errors import Conflict, Invalid, Missing
from lms.extensions import db
from lms.federations import scope
from lms.federations.guards import requires
from lms.federations.models import Unit
from lms.federations.permissions import Permission

bp = Blueprint("audit_exports", __name__, template_folder="templates", url_prefix="/audit")
SHOWN = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LOOK_AGAIN_SECONDS = 2


@bp.get("/u/<unit>/export")
@requires(Permission.AUDIT_READ)
def ask(unit: str) -> str:
    """Say what the file will hold, and ask for the purpose."""
    return _ask(scope.unit_or_404(unit), access.filters())


def _ask(place: Unit, filters: Filters, *, error: str = "") -> str:
    return render_template(
        "audit/export_ask.html",
        **frame(place),
        filters=filters,
        states=words.STATES,
        people=people_queries.count(filters.selection(place.id)),
        purpose=request.form.get("purpose", access.purpose()),
        full_phones=bool(request.form.get("full_phones")),
        days=commands.KEPT.days,
        error=error,
    )


@bp.post("/u/<unit>/export")
@requires(Permission.AUDIT_READ)
def begin(unit: str) -> Answer | tuple[str, int]:
    """Write the export down and hand it to a worker."""
    place = scope.unit_or_404(unit)
    filters = access.filters()
    try:
        purpose = access.checked(request.form.get("purpose", ""))
    except Invalid as error:
        return _ask(place, filters, error=error.message), error.status
    export = commands.ask(
        filters.selection(place.id),
        purpose=purpose,
        full_phones=request.form.get("full_phones") == "y",
        actor_id=current_user.id,
    )
    db.session.commit()
    return redirect(url_for(".show", export_id=export.id, fetch=1))


@bp.get("/exports")
@requires(Permission.AUDIT_READ)
def overview() -> str:
    """List the newest exports of her units: who, when, what for, how many rows, digest, until when."""
    rows = db.session.scalars(
        select(Export)
        .where(Export.unit_id.in_(scope.ids()))
        .options(joinedload(Export.unit), joinedload(Export.asked_by))
        .order_by(Export.id.desc())
        .limit(SHOWN)
    ).all()
    titles = {one.id: one.title for one in queries.courses()}
    words_of = {row.id: _described(row, titles) for row in rows}
    return render_template(
        "audit/exports.html", exports=rows, words_of=words_of, failed=_failed(rows), now=clock.now()
    )


def _failed(rows: Sequence[Export]) -> set[str]:
    """Return the job keys of the exports whose worker gave up."""
    keys = [row.job_key for row in rows]
    dead = select(jobs.Job.key).where(jobs.Job.key.in_(keys), jobs.Job.state == jobs.JobState.DEAD)
    return set(db.session.scalars(dead))


@bp.get("/exports/<int:export_id>")
@requires(Permission.AUDIT_READ)
def show(export_id: int) -> Response:
    """Show one export: how far it is, then its file; the page may be closed meanwhile."""
    export = scope.one_or_404(Export, export_id)
    job = jobs.progress_of(export.job_key)
    link = _link(export)
    page = render_template(
        "audit/export.html",
        **frame(export.unit),
        export=export,
        job=job,
        failed=job is not None and job.state == jobs.JobState.DEAD,
        link=link,
        words=_described(export, {one.id: one.title for one in queries.courses()}),
        now=clock.now(),
    )
    answer = make_response(page)
    if refresh := _refresh(export, job, link):
        answer.headers["Refresh"] = refresh
    return answer


def _link(export: Export) -> str:
    """Return the address of the file for the one who asked for it, "" for others and when there is none."""
    there = export.storage_key is not None and export.expires_at > clock.now()
    return (
        links.address(export.id, current_user.id) if there and export.asked_by_id == current_user.id else ""
    )


def _refresh(export: Export, job: jobs.Job | None, link: str) -> str:
    """Look again while a worker writes; fetch the file once, without a click, when she has just asked for it."""
    waiting = request.args.get("fetch") == "1"
    if job is not None and job.state in (jobs.JobState.WAITING, jobs.JobState.RUNNING):
        return str(LOOK_AGAIN_SECONDS)
    return f"0; url={link}" if link and waiting else ""


def _described(export: Export, titles: Mapping[int, str]) -> str:
    """Return the filter of an export in words."""
    selection = Selection.from_json(export.selection)
    course = titles.get(selection.course_id or 0, _("全部课程"))
    said: list[Any] = [course, words.STATES[selection.state]]
    if selection.words:
        said.append(_("按姓名找过"))
    if selection.direct:
        said.append(_("只含直属"))
    return " · ".join(str(one) for one in said)


@bp.post("/exports/<int:export_id>/retry")
@requires(Permission.AUDIT_READ)
def retry(export_id: int) -> Answer:
    """Let a failed export try again."""
    export = scope.one_or_404(Export, export_id)
    commands.again(export, actor_id=current_user.id)
    db.session.commit()
    return redirect(url_for(".show", export_id=export.id, fetch=1))


@bp.get("/files/<token>")
@signed_url
def file(token: str) -> Answer:
    """Send the file to the one who asked for it, while her role still covers its unit; recorded."""
    if not current_user.is_authenticated:
        raise Missing
    export = db.session.get(Export, links.read(token, current_user.id))
    tops = scope.top_units(current_user.id, Permission.AUDIT_READ)
    inside = export is not None and export.unit_id in set(db.session.scalars(scope.within(*tops)))
    if export is None or not inside:
        raise Missing
    if export.storage_key is None or export.expires_at <= clock.now():
        raise Conflict(_("这份表过期了。请回到名单，重新导出。"))
    audit_log.record(
        current_user.id, "export.downloaded", "unit", export.unit_id, {"export": export.id, "purpose": export.purpose}
    )  # fmt: skip
    db.session.commit()
    return _sent(export, export.storage_key)


def _sent(export: Export, key: str) -> Answer:
    local = export.asked_at.astimezone(current_app.extensions["lms_settings"].timezone)
    name = f"{export.unit.name}-名单-{local:%Y%m%d-%H%M}.xlsx"
    answer = send_file(storage().open(key), mimetype=XLSX, as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
