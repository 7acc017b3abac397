"""Appeals on pages: hers under a lesson, the officer's list and decision."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from lms.core import audit_log
from lms.core.doors import signed_in
from lms.core.errors import Conflict, Invalid, LmsError
from lms.extensions import db
from lms.federations import scope
from lms.federations.guards import requires
from lms.federations.permissions import Permission
from lms.learning import access, appeals, queries
from lms.learning.models import Appeal

bp = Blueprint("appeals", __name__, template_folder="templates")


@bp.get("/c/<slug>/<int:number>/appeal")
@signed_in
def show(slug: str, number: int) -> str:
    """Ask what was not counted; below it what she said before and the answers."""
    return _page(access.place(slug, number))


@bp.post("/c/<slug>/<int:number>/appeal")
@signed_in
def make(slug: str, number: int) -> Answer | tuple[str, int]:
    """Put down her appeal."""
    place = access.place(slug, number)
    if place.enrolment is None:
        raise Conflict("您还没有开始学这门课。请先打开这一课。")
    note = request.form.get("note", "")
    try:
        appeals.make(place.enrolment, place.lesson, note)
    except LmsError as error:
        db.session.rollback()
        return _page(place, note=note, error=error.message), error.status
    db.session.commit()
    return redirect(url_for(".show", slug=slug, number=number))


def _page(place: access.Place, *, note: str = "", error: str = "") -> str:
    earlier = appeals.of_lesson(place.enrolment.id, place.lesson.id) if place.enrolment else ()
    return render_template("learning/appeal.html", place=place, note=note, error=error, earlier=earlier)


@bp.get("/appeals")
@requires(Permission.APPEALS_DECIDE)
def waiting() -> str:
    """List the appeals of her units."""
    rows = [(one, one.enrolment.version.content.lesson(one.lesson_id)) for one in appeals.in_scope()]
    return render_template("learning/appeals.html", rows=rows)


@bp.get("/appeals/<int:appeal_id>")
@requires(Permission.APPEALS_DECIDE)
def one(appeal_id: int) -> str:
    """Show one appeal with the watch strip; the reading is recorded."""
    appeal = scope.one_or_404(Appeal, appeal_id)
    audit_log.record(current_user.id, "person.viewed", "person", appeal.enrolment.person_id)
    page = _decision(appeal)
    db.session.commit()
    return page


@bp.post("/appeals/<int:appeal_id>/decision")
@requires(Permission.APPEALS_DECIDE)
def decide(appeal_id: int) -> Answer | tuple[str, int]:
    """Accept or refuse, with an answer she reads."""
    appeal = scope.one_or_404(Appeal, appeal_id)
    accept, answer = request.form.get("decision") == "accept", request.form.get("answer", "")
    try:
        if request.form.get("decision") not in ("accept", "refuse"):
            raise Invalid("请选“算学完”或“不算”。")
        appeals.decide(appeal, accept=accept, answer=answer, actor_id=current_user.id)
    except LmsError as error:
        db.session.rollback()
        return _decision(appeal, answer=answer, error=error.message), error.status
    db.session.commit()
    return redirect(url_for(".waiting"))


def _decision(appeal: Appeal, *, answer: str = "", error: str = "") -> str:
    content = appeal.enrolment.version.content
    number = [lesson.id for lesson in content.lessons()].index(appeal.lesson_id)
    return render_template(
        "learning/appeal_decision.html",
        appeal=appeal,
        content=content,
        lesson=content.lessons()[number],
        number=number + 1,
        state=queries.states(appeal.enrolment)[appeal.lesson_id],
        why=queries.explain(appeal.enrolment).lessons[number],
        answer=answer,
        error=error,
    )
