"""Course and lesson pages, and the outbox."""

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response as Answer

from courses.model import (
    AssignmentBody,
    ClassroomBody,
    DocumentBody,
    Lesson,
    LessonKind,
    Played,
    QuizBody,
    SurveyBody,
)
from lms.assessment import commands as assessment
from lms.assets import links
from lms.assets.models import AssetStatus, MediaAsset
from lms.catalogue import covers, reviews
from lms.catalogue.queries import asset_of, by_slug, published
from lms.core import clock, together
from lms.core.doors import public, signed_in, turn_away
from lms.core.errors import Conflict, Missing
from lms.enrolment.commands import enrol
from lms.enrolment.models import Enrolment
from lms.enrolment.queries import of_person
from lms.extensions import db
from lms.learning import (
    access,
    assignment_views,
    class_views,
    commands,
    document_views,
    evidence,
    outbox,
    paging,
    queries,
    survey_views,
)
from lms.learning.models import LessonProgress

TEMPLATES = {
    LessonKind.TEXT: "learning/text.html",
    LessonKind.VIDEO: "learning/video.html",
    LessonKind.AUDIO: "learning/audio.html",
}
bp = Blueprint("learning", __name__, template_folder="templates")


@bp.get("/learn")
@signed_in
def my_courses() -> str:
    """Show what to go on with, what is left, what is finished."""
    enrolments = of_person(current_user.id)
    rows = [(one, queries.explain(one)) for one in enrolments]
    pictures = covers.addresses(one.version.content for one in enrolments)
    left = sum(not state.done for _, state in rows)
    others = published(without=[one.course_id for one in enrolments], limit=3 - left) if left < 3 else []
    return render_template(
        "learning/my_courses.html",
        rows=rows,
        completions=queries.completions_of(current_user.id),
        others=others,
        pictures=pictures,
    )


@bp.get("/c/<slug>")
@public
def course(slug: str) -> str:
    """Show a course: what she will be able to do, its lessons, how far she is."""
    row = by_slug(slug)
    enrolment = access.enrolment_of(row)
    version = enrolment.version if enrolment else row.version
    if version is None:
        raise Missing
    return render_template(
        "learning/course.html",
        course=row,
        content=version.content,
        picture=covers.addresses([version.content]).get(slug, ""),
        signature=reviews.signature_of(version.content),
        enrolment=enrolment,
        explanation=access.explanation_of(enrolment),
        before=access.courses_before(version.content),
        finished=evidence.finished(enrolment.id) if enrolment else False,
    )


@bp.get("/c/<slug>/<int:number>")
@public
def lesson(slug: str, number: int) -> Answer | str | tuple[str, int]:
    """Show a lesson; the first is open to everyone, the others to whoever has signed in."""
    place = access.place(slug, number)
    if place.asks_who:
        answer: Answer = turn_away()
        return answer
    enrolment = _enrolled(place)
    if left := access.left_before(place, enrolment):
        db.session.commit()
        return waiting_page(place, left), Conflict.status
    page = _show(place, enrolment)
    db.session.commit()
    return page


def waiting_page(place: access.Place, left: access.Left) -> str:
    """Return the page that says what comes before this lesson, with the way there."""
    return render_template("learning/waiting.html", place=place, lesson=place.lesson, left=left)


def _enrolled(place: access.Place) -> Enrolment:
    who = access.learner(create=True)
    if who is None:
        raise Missing
    return place.enrolment or enrol(who, place.course)


def _show(place: access.Place, enrolment: Enrolment, notice: str = "") -> str:
    body = place.lesson.body
    if isinstance(body, QuizBody):
        return _show_quiz(place, enrolment, body, notice)
    if isinstance(body, ClassroomBody):
        return class_views.page(place, enrolment, notice)
    if isinstance(body, AssignmentBody):
        return assignment_views.page(place, enrolment, notice)
    if isinstance(body, SurveyBody):
        return survey_views.page(place, enrolment)
    if isinstance(body, DocumentBody):
        return _show_document(place, enrolment, notice)
    asset = asset_of(enrolment.version, place.lesson.id) if isinstance(body, Played) else None
    visit = commands.open_lesson(
        enrolment,
        place.lesson,
        asset_id=asset.id if asset else None,
        device=request.user_agent.string,
    )
    db.session.flush()  # the player carries the visit's token
    return render_template(
        TEMPLATES[place.lesson.kind],
        **access.frame(place, enrolment, notice),
        film=asset,
        media=_media(asset, visit.token),
        start=_start(asset),
        visit=visit,
        progress=db.session.get(LessonProgress, (enrolment.id, place.lesson.id)),
    )


def _show_document(place: access.Place, enrolment: Enrolment, notice: str) -> str:
    commands.open_lesson(enrolment, place.lesson, asset_id=None, device=request.user_agent.string)
    return document_views.page_of(place, enrolment, as_text="text" in request.form, notice=notice)


def _start(asset: MediaAsset | None) -> float | None:
    """Return the second at which a link (of a search hit) lets the video begin."""
    second = request.args.get("t", type=float)
    length = asset.duration if asset else None
    return round(second, 1) if second is not None and length and 0 <= second < length else None


def _media(asset: MediaAsset | None, visit: str) -> dict[str, object] | None:
    if asset is None or asset.status != AssetStatus.READY:
        return None
    return {
        one.role: {"url": links.address(asset.id, one.role, visit=visit), "size": one.size}
        for one in asset.renditions
    }


def _show_quiz(place: access.Place, enrolment: Enrolment, paper: QuizBody, notice: str) -> str:
    tries = assessment.tries(enrolment.id, place.lesson.id)
    if tries.open_attempt and assessment.close_overdue(tries.open_attempt):
        tries = assessment.tries(enrolment.id, place.lesson.id)
        notice = notice or "时间到了，卷子已经按存好的答案交了。"
    return render_template(
        "learning/quiz_start.html",
        **access.frame(place, enrolment, notice),
        paper=paper,
        tries=tries,
    )


@bp.post("/c/<slug>/<int:number>/read")
@public
def read(slug: str, number: int) -> Answer | tuple[str, int]:
    """Finish a text or a document: 我读完了."""
    place = access.place(slug, number)
    enrolment = _own(place)
    try:
        _finish(enrolment, place.lesson)
    except Conflict as error:
        page = _show(place, enrolment, error.message)
        db.session.commit()
        return page, error.status
    db.session.commit()
    return redirect(_after(place))


def _finish(enrolment: Enrolment, lesson: Lesson) -> None:
    if isinstance(lesson.body, DocumentBody):
        paging.finish(enrolment, lesson)
    else:
        commands.finish_reading(enrolment, lesson)


def _own(place: access.Place) -> Enrolment:
    if place.enrolment is None:
        raise Conflict("请先打开这一课，再按“我读完了”。")
    access.require_open(place, place.enrolment)
    return place.enrolment


def _after(place: access.Place) -> str:
    slug, number = place.course.slug, place.number
    if number < len(place.content.lessons()):
        return url_for(".lesson", slug=slug, number=number + 1)
    return url_for(".course", slug=slug)


@bp.post("/api/outbox", endpoint="outbox")
@public
def take_outbox() -> Response:
    """Take what the phone kept; 已保存 may be shown once this answers, because it answers after the commit."""
    entries = outbox.entries_of(request.get_json(silent=True))
    who = access.sender()
    if who is None:
        raise Unauthorized
    bundle = outbox.bundle(entries, who, request.user_agent.string)
    results = together.run(bundle.take, *bundle.names)
    return jsonify(now=clock.now().isoformat(), results=results)
