"""The paged text version of a lesson of media (文字版): links and plain forms only."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from courses.model import DocumentBody, Played
from lms.assessment.forms import response_of
from lms.assessment.papers import as_asked
from lms.core.doors import public, turn_away
from lms.core.errors import Conflict, LmsError, Missing
from lms.enrolment.commands import enrol
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.learning import access, commands, document_views, queries

bp = Blueprint("text_version", __name__, template_folder="templates")


@bp.get("/c/<slug>/<int:number>/text/<int:page>")
@public
def show(slug: str, number: int, page: int) -> Answer | str:
    """Show one page of the text version, or after the last one its check questions."""
    place = access.place(slug, number)
    if isinstance(place.lesson.body, DocumentBody):
        return document_views.turned(place, page, as_text=True)
    body = _played(place, page)
    if place.asks_who:
        answer: Answer = turn_away()
        return answer
    enrolment = _enrolled(place)
    access.require_open(place, enrolment)
    try:
        commands.open_page(enrolment, place.lesson, page)
    except Conflict:
        db.session.rollback()
        return redirect(url_for(".show", slug=slug, number=number, page=max(1, page - 1)))
    html = _page(place, enrolment, body, page)
    db.session.commit()
    return html


@bp.post("/c/<slug>/<int:number>/text/<int:page>")
@public
def done(slug: str, number: int, page: int) -> Answer | tuple[str, int]:
    """Turn the page after its minimum time, or hand in the check questions."""
    place = access.place(slug, number)
    body = _played(place, page)
    enrolment = place.enrolment
    if enrolment is None:
        raise Conflict("请先打开这一课的第 1 页。")
    access.require_open(place, enrolment)
    try:
        missed = _finish(place, enrolment, body, page)
    except LmsError as error:
        html = _page(place, enrolment, body, page, notice=error.message)
        return html, error.status
    db.session.commit()
    if missed:
        notice = f"有 {len(missed)} 题还不对。翻回去看看，再答一次，不限次数。"
        return _page(place, enrolment, body, page, notice=notice, missed=missed), 422
    if page <= len(body.pages):
        return redirect(url_for(".show", slug=slug, number=number, page=page + 1))
    return redirect(url_for("learning.lesson", slug=slug, number=number))


def _played(place: access.Place, page: int) -> Played:
    body = place.lesson.body
    if not isinstance(body, Played) or not 1 <= page <= len(body.pages) + 1 or not body.pages:
        raise Missing("这一课没有这一页文字。")
    return body


def _enrolled(place: access.Place) -> Enrolment:
    who = access.learner(create=True)
    if who is None:
        raise Missing
    return place.enrolment or enrol(who, place.course)


def _finish(place: access.Place, enrolment: Enrolment, body: Played, page: int) -> list[str]:
    if page <= len(body.pages):
        commands.finish_page(enrolment, place.lesson, page)
        return []
    answers = {item.id: response_of(item, request.form) for item in body.checks}
    return commands.answer_checks(enrolment, place.lesson, answers)


def _page(
    place: access.Place,
    enrolment: Enrolment,
    body: Played,
    page: int,
    notice: str = "",
    missed: list[str] | None = None,
) -> str:
    explanation = queries.explain(enrolment)
    return render_template(
        "learning/text_version.html",
        place=place,
        lesson=place.lesson,
        body=body,
        checks=[as_asked(item, f"{enrolment.id}/{place.lesson.id}") for item in body.checks],
        page=page,
        pages=len(body.pages),
        state=explanation.lessons[place.number - 1],
        notice=notice,
        missed=missed or [],
        chosen={item.id: response_of(item, request.form) for item in body.checks},
    )
