"""Marking essays: what waits, one answer with its rubric, on to the next."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from lms.assessment import marking, papers
from lms.assessment.models import Attempt
from lms.core import audit_log
from lms.core.errors import Conflict, Invalid
from lms.extensions import db
from lms.federations.guards import requires
from lms.federations.permissions import Permission

bp = Blueprint("marking", __name__, template_folder="templates", url_prefix="/teach/marking")


@bp.get("")
@requires(Permission.ATTEMPTS_MANAGE)
def index() -> str:
    """List what waits to be marked in her units, the oldest first."""
    count, rows = marking.waiting()
    shown = render_template(
        "assessment/marking.html", count=count, rows=[(one, papers.title_of(one.attempt)) for one in rows]
    )
    audit_log.record(current_user.id, "marking.listed", "attempt", "-", {"shown": len(rows)})
    db.session.commit()
    return shown


@bp.get("/<int:attempt_id>/<item_id>")
@requires(Permission.ATTEMPTS_MANAGE)
def show(attempt_id: int, item_id: str) -> str:
    """Show one essay beside its rubric."""
    attempt = marking.one_or_404(attempt_id)
    page = _page(attempt, item_id)
    audit_log.record(
        current_user.id, "attempt.viewed", "person", attempt.enrolment.person_id, {"item": item_id}
    )
    db.session.commit()
    return page


def _page(attempt: Attempt, item_id: str, error: str = "") -> str:
    item, row = marking.essay(attempt, item_id)
    given = {line.id: _points(f"points-{line.id}") for line in item.rubric} if error else row.marks or {}
    return render_template(
        "assessment/mark.html",
        attempt=attempt,
        item=item,
        row=row,
        title=papers.title_of(attempt),
        given=given,
        comment=request.form.get("comment", "") if error else row.comment or "",
        error=error,
    )


def _points(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1


@bp.post("/<int:attempt_id>/<item_id>")
@requires(Permission.ATTEMPTS_MANAGE)
def mark(attempt_id: int, item_id: str) -> Answer | tuple[str, int]:
    """Keep the marks, and go on to the next answer that waits."""
    attempt = marking.one_or_404(attempt_id)
    item, _row = marking.essay(attempt, item_id)
    marks = {line.id: _points(f"points-{line.id}") for line in item.rubric}
    try:
        marking.mark(
            attempt,
            item_id,
            marks,
            request.form.get("comment", "").replace("\0", ""),
            actor_id=current_user.id,
        )
    except (Invalid, Conflict) as error:
        db.session.rollback()
        return _page(attempt, item_id, error.message), error.status
    db.session.commit()
    _count, rows = marking.waiting()
    if not rows:
        flash(_("已批改。没有等着批改的了。"), "ok")
        return redirect(url_for(".index"))
    flash(_("已批改，这是下一份。"), "ok")
    return redirect(url_for(".show", attempt_id=rows[0].attempt.id, item_id=rows[0].item.id))
