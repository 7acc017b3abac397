"""The roster taken away and put right: a sheet to sign by hand, an Excel file, a session called off, a wrong tick."""

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from lms.classes import corrections, queries, roster_file
from lms.classes.forms import Refused
from lms.classes.models import ClassSession
from lms.classes.views import page
from lms.core import audit_log, bodies, days
from lms.core.errors import Conflict, Invalid
from lms.extensions import db
from lms.federations import scope
from lms.federations.guards import requires
from lms.federations.permissions import Permission

bp = Blueprint("rosters", __name__, template_folder="templates", url_prefix="/teach/sessions")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EMPTY_LINES = 10
"""Lines on paper for those who come without having signed up."""


@bp.get("/<int:session_id>/sheet")
@requires(Permission.CLASSES_HOLD)
def sheet(session_id: int) -> str:
    """Show the list to print: who has a seat, who waits, empty lines, a place to sign."""
    session = scope.one_or_404(ClassSession, session_id)
    listed, hidden = queries.within_scope(queries.roster(session.id))
    shown = render_template(
        "classes/sheet.html",
        session=session,
        title=queries.title_of(session),
        listed=[one for one in listed if one.sign_up],
        hidden=hidden,
        empty=EMPTY_LINES,
        days=days,
    )
    audit_log.record(current_user.id, "class.printed", "class", session.id, {"people": len(listed)})
    db.session.commit()
    return shown


@bp.post("/<int:session_id>/roster")
@requires(Permission.CLASSES_HOLD)
def export(session_id: int) -> Answer | tuple[str, int]:
    """Send the roster as an Excel file, for a purpose that is recorded."""
    session = scope.one_or_404(ClassSession, session_id)
    try:
        purpose = corrections.reason_of(request.form.get("purpose", ""), corrections.NO_PURPOSE)
    except Invalid as error:
        return _refused(session, "purpose", error)
    listed, hidden = queries.within_scope(queries.roster(session.id))
    packed = bodies.scratch_file()
    roster_file.write(packed, session, queries.title_of(session), listed, hidden)
    packed.seek(0)
    detail = {"purpose": purpose, "people": len(listed)}
    audit_log.record(current_user.id, "class.exported", "class", session.id, detail)
    db.session.commit()
    answer = send_file(packed, XLSX, as_attachment=True, download_name=f"名单-{session.id}.xlsx")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _refused(session: ClassSession, field: str, error: Invalid | Conflict) -> tuple[str, int]:
    db.session.rollback()
    typed = request.form.get("purpose" if field == "purpose" else "reason", "").replace("\0", "")
    return page(session, refused=Refused(field, typed, error.message)), error.status


@bp.post("/<int:session_id>/cancellation")
@requires(Permission.CLASSES_HOLD)
def cancel(session_id: int) -> Answer | tuple[str, int]:
    """Call a session off; who signed up reads the reason on her page."""
    session = scope.one_or_404(ClassSession, session_id)
    try:
        reason = corrections.reason_of(request.form.get("reason", ""))
        corrections.cancel(session, reason, actor_id=current_user.id)
    except (Invalid, Conflict) as error:
        return _refused(session, "cancel-reason", error)
    db.session.commit()
    flash(_("这场课取消了。报了名的人在课程页上看得到原因。"), "ok")
    return redirect(url_for("classes.show", session_id=session.id))


@bp.post("/attendance/<int:attendance_id>")
@requires(Permission.CLASSES_HOLD)
def correct(attendance_id: int) -> Answer | tuple[str, int]:
    """Take an attendance back, or give it again; both stay on record."""
    row = queries.attendance(attendance_id)
    session, to = row.session, "came" if request.form.get("to") == "came" else "absent"
    change = corrections.give_again if to == "came" else corrections.take_back
    try:
        reason = corrections.reason_of(request.form.get("reason", ""))
        change(row, reason, actor_id=current_user.id)
    except (Invalid, Conflict) as error:
        return _refused(session, f"{to}-{attendance_id}", error)
    db.session.commit()
    flash(_("更正记下了，原来的记录也留着。已经学完的整门课和证书没有变。"), "ok")
    return redirect(url_for("classes.show", session_id=session.id))
