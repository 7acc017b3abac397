"""A person's attempts for staff: the log, what was answered, more tries, more time, opened again."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from lms.assessment import allowances, commands, marking, papers, queries, words
from lms.core import audit_log, devices
from lms.core.errors import Conflict, Invalid, Missing
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.federations.guards import requires
from lms.federations.permissions import Permission

bp = Blueprint("attempts", __name__, template_folder="templates", url_prefix="/teach")


@bp.get("/attempts")
@requires(Permission.ATTEMPTS_MANAGE)
def index() -> str:
    """List who of her units is on which paper, newest first; narrowed by name."""
    name = request.args.get("name", "").replace("\0", "").strip()[:60]
    page = min(max(request.args.get("page", 1, int), 1), 10_000)
    count, rows = queries.papers_of_scope(name, page)
    shown = render_template(
        "assessment/attempts.html",
        rows=[(one, papers.title_of(one)) for one in rows],
        name=name,
        page=page,
        more=count > page * queries.PAGE,
        count=count,
    )
    audit_log.record(current_user.id, "attempts.listed", "attempt", "-", {"shown": len(rows)})
    db.session.commit()
    return shown


@bp.get("/attempts/<int:enrolment_id>/<paper_id>")
@requires(Permission.ATTEMPTS_MANAGE)
def show(enrolment_id: int, paper_id: str) -> str:
    """Show her attempts at one paper: the log by device and time, each answer, what may be given."""
    enrolment = _enrolment(enrolment_id, paper_id)
    page = _page(enrolment, paper_id)
    audit_log.record(current_user.id, "attempt.viewed", "person", enrolment.person_id, {"paper": paper_id})
    db.session.commit()
    return page


def _enrolment(enrolment_id: int, paper_id: str) -> Enrolment:
    enrolment = queries.enrolment_or_404(enrolment_id)
    if papers.paper_in(enrolment.version.content, paper_id) is None:
        raise Missing
    return enrolment


def _page(enrolment: Enrolment, paper_id: str, error: str = "", where: str = "") -> str:
    told = queries.told(enrolment, paper_id)
    given = queries.allowances(enrolment.id, paper_id)
    acted = [event.actor_id for one in told for event in one.events] + [one.actor_id for one in given]
    return render_template(
        "assessment/attempt.html",
        enrolment=enrolment,
        paper_id=paper_id,
        lesson=enrolment.version.content.lesson(paper_id),
        paper=papers.paper_in(enrolment.version.content, paper_id),
        told=told,
        given=given,
        names=queries.names(acted),
        words=words.EVENTS,
        device=devices.device,
        tries=commands.tries(enrolment.id, paper_id),
        owned=queries.in_scope(enrolment.course),
        error=error,
        where=where,
        form=request.form,
    )


@bp.post("/attempts/<int:enrolment_id>/<paper_id>")
@requires(Permission.ATTEMPTS_MANAGE)
def allow(enrolment_id: int, paper_id: str) -> Answer | tuple[str, int]:
    """Add tries or time, with the reason."""
    enrolment = _enrolment(enrolment_id, paper_id)
    paper = papers.paper_in(enrolment.version.content, paper_id)
    if paper is None:
        raise Missing
    try:
        allowances.give(
            enrolment,
            paper_id,
            tries=allowances.number_of(request.form.get("tries", ""), "加几次", allowances.MOST_TRIES),
            minutes=allowances.minutes_of(request.form.get("minutes", ""), paper),
            reason=request.form.get("reason", ""),
            actor_id=current_user.id,
        )
    except (Invalid, Conflict) as error:
        db.session.rollback()
        return _page(enrolment, paper_id, error.message, "allow"), error.status
    db.session.commit()
    flash(_("已经加上，她下次打开就能用。"), "ok")
    return redirect(url_for(".show", enrolment_id=enrolment_id, paper_id=paper_id))


@bp.post("/attempt/<int:attempt_id>/reopening")
@requires(Permission.ATTEMPTS_MANAGE)
def reopen(attempt_id: int) -> Answer | tuple[str, int]:
    """Open a handed-in attempt again, with the reason."""
    attempt = marking.one_or_404(attempt_id)
    enrolment, paper_id = attempt.enrolment, attempt.lesson_id
    try:
        allowances.reopen(
            attempt,
            minutes=allowances.number_of(
                request.form.get("minutes", ""), "再给的分钟数", allowances.MOST_MINUTES
            ),
            reason=request.form.get("reason", ""),
            actor_id=current_user.id,
        )
    except (Invalid, Conflict) as error:
        db.session.rollback()
        return _page(enrolment, paper_id, error.message, f"reopen-{attempt_id}"), error.status
    db.session.commit()
    flash(_("已经重新打开，她能接着答，原来的分数留在记录里。"), "ok")
    return redirect(url_for(".show", enrolment_id=enrolment.id, paper_id=paper_id))
