"""The trainer's pages of assignments: what waits, one piece of work with its rubric, its photographs and files."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from courses.model import AssignmentBody
from lms.core import audit_log
from lms.core.doors import signed_url
from lms.core.errors import Invalid, LmsError, Missing
from lms.extensions import db
from lms.federations.guards import requires
from lms.federations.permissions import Permission
from lms.learning import assignments, work_files
from lms.learning.models import HandIn

bp = Blueprint("work", __name__, template_folder="templates")


@bp.get("/teach/hand-ins")
@requires(Permission.ATTEMPTS_MANAGE)
def index() -> str:
    """List the work to look at; with `state=waiting` only what waits for her."""
    only_waiting = request.args.get("state") == "waiting"
    count, waiting = assignments.waiting(current_user.id)
    listed = waiting if only_waiting else assignments.in_scope()
    rows = [(one, one.enrolment.version.content.lesson(one.lesson_id)) for one in listed]
    audit_log.record(current_user.id, "work.listed", "hand_in", "-", {"shown": len(rows)})
    page = render_template("learning/work.html", rows=rows, count=count, only_waiting=only_waiting)
    db.session.commit()
    return page


@bp.get("/teach/hand-ins/<int:hand_in_id>")
@requires(Permission.ATTEMPTS_MANAGE)
def show(hand_in_id: int) -> str:
    """Show one piece of work with the rubric; the reading is recorded."""
    row = assignments.one_or_404(hand_in_id)
    audit_log.record(current_user.id, "person.viewed", "person", row.enrolment.person_id)
    page = _page(row)
    db.session.commit()
    return page


def _body(row: HandIn) -> AssignmentBody:
    body = row.enrolment.version.content.lesson(row.lesson_id).body
    if not isinstance(body, AssignmentBody):
        raise Missing
    return body


def _page(row: HandIn, *, error: str = "") -> str:
    lesson = row.enrolment.version.content.lesson(row.lesson_id)
    return render_template(
        "learning/work_mark.html",
        row=row,
        lesson=lesson,
        body=_body(row),
        content=row.enrolment.version.content,
        address=work_files.address,
        earlier=[one for one in assignments.of_lesson(row.enrolment_id, row.lesson_id) if one.id < row.id],
        typed=request.form,
        error=error,
    )


@bp.post("/teach/hand-ins/<int:hand_in_id>")
@requires(Permission.ATTEMPTS_MANAGE)
def mark(hand_in_id: int) -> Answer | tuple[str, int]:
    """Accept it, or give it back with a comment."""
    row = assignments.one_or_404(hand_in_id)
    body, decision = _body(row), request.form.get("decision")
    try:
        if decision not in ("accept", "return"):
            raise Invalid("请选“通过”或“退回”。")
        points = {one.id: _points(one.text, one.points, one.id) for one in body.rubric}
        assignments.mark(
            row, body, points, accept=decision == "accept", comment=request.form.get("comment", ""),
            actor_id=current_user.id,
        )  # fmt: skip
    except LmsError as error:
        db.session.rollback()
        return _page(row, error=error.message), error.status
    db.session.commit()
    flash(_("记下了，她在课程页上看得到。"), "ok")
    return redirect(url_for(".index"))


def _points(words: str, most: int, criterion: str) -> int:
    typed = request.form.get(f"points-{criterion}", "").strip() or "0"
    if not (typed.isascii() and typed.isdigit() and len(typed) < 6 and int(typed) <= most):
        raise Invalid(f"“{words}”请写 0 到 {most} 的分数。")
    return int(typed)


@bp.get("/evidence/<token>")
@signed_url
def kept(token: str) -> Answer:
    """Send a photograph or file of work to whom its address was made for; a file another person keeps is recorded."""
    reader_id = current_user.id if current_user.is_authenticated else None
    row, part = work_files.read(token, reader_id)
    answer = work_files.sent(row, part)
    if part == work_files.Part.FILE and reader_id != row.enrolment.person_id:
        detail = {"hand_in": row.id}
        audit_log.record(reader_id, "work.downloaded", "person", row.enrolment.person_id, detail)
        db.session.commit()
    return answer
