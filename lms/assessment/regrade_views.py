"""A wrong key found later: who changes, before and after, then one confirmed action."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from lms.assessment import queries, regrading
from lms.catalogue.models import Course
from lms.core import audit_log
from lms.core.errors import Conflict, Invalid
from lms.extensions import db
from lms.federations import scope
from lms.federations.guards import requires
from lms.federations.permissions import Permission

bp = Blueprint("regrading", __name__, template_folder="templates", url_prefix="/teach/regrade")


@bp.get("/<int:course_id>/<paper_id>")
@requires(Permission.ATTEMPTS_MANAGE)
def show(course_id: int, paper_id: str) -> str:
    """Show what the present keys would change; changes nothing."""
    course = scope.one_or_404(Course, course_id)
    page = _page(course, paper_id)
    audit_log.record(current_user.id, "regrade.viewed", "course", course.id, {"paper": paper_id})
    db.session.commit()
    return page


def _page(course: Course, paper_id: str, error: str = "") -> str:
    found = regrading.preview(course, paper_id)
    version = course.version
    return render_template(
        "assessment/regrade.html",
        course=course,
        paper_id=paper_id,
        lesson=version.content.lesson(paper_id) if version else None,
        found=found,
        names=queries.names_in_scope([one.person_id for one in found.changes]),
        earlier=regrading.of_paper(course.id, paper_id),
        reason=request.form.get("reason", ""),
        error=error,
    )


@bp.post("/<int:course_id>/<paper_id>")
@requires(Permission.ATTEMPTS_MANAGE)
def apply(course_id: int, paper_id: str) -> Answer | tuple[str, int]:
    """Grade again what was confirmed; the scores before are kept."""
    course = scope.one_or_404(Course, course_id)
    expected = request.form.get("expected", "")
    try:
        row = regrading.regrade(
            course,
            paper_id,
            reason=request.form.get("reason", ""),
            expected=int(expected) if expected.isascii() and expected.isdigit() and len(expected) < 9 else -1,
            actor_id=current_user.id,
        )
    except (Invalid, Conflict) as error:
        db.session.rollback()
        return _page(course, paper_id, error.message), error.status
    db.session.commit()
    if row is None:
        flash(_("按现在的答案，没有人的成绩会变，不用重新判分。"), "note")
    else:
        flash(_("已经重新判分，%(n)s 份答卷的成绩变了，原来的都留着。", n=len(row.changes)), "ok")
    return redirect(url_for(".show", course_id=course_id, paper_id=paper_id))
