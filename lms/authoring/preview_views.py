"""A draft as a volunteer will see it: her own templates in a frame of a phone's width, nothing recorded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from courses import completion, grading
from courses.completion import LessonState
from courses.items import Item, leaves
from courses.model import Course as Document
from courses.model import DocumentBody, LessonKind, Played, QuizBody
from lms.assessment.forms import response_of
from lms.assets import links
from lms.assets.models import AssetPage, AssetStatus, MediaAsset
from lms.authoring import deed_preview, documents, queries
from lms.authoring.models import Draft
from lms.catalogue.models import Course
from lms.core.errors import Missing
from lms.extensions import db
from lms.federations.guards import requires
from lms.federations.permissions import Permission
from lms.learning import document_views, handout_views, results, transcript_views
from lms.learning.access import Place

bp = Blueprint("preview", __name__, template_folder="templates", url_prefix="/teach/c/<int:draft_id>/preview")
SHOWN = {
    "learning.course": "preview.course",
    "learning.lesson": "preview.lesson",
    "learning.read": "preview.go_on",
    "handout.show": "preview.handout",
    "quiz.begin": "preview.paper",
    "quiz.paper": "preview.paper",
    "text_version.show": "preview.text_page",
    "document.show": "preview.lesson",
    "transcript.show": "preview.lesson",
    "assignments.hand_in": "preview.go_on",
    "surveys.answer": "preview.go_on",
}
"""Pages of the learner → those of the preview, for the links on her templates."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A paper answered in the preview: graded, never kept."""

    percent: int
    passed: bool
    public_id: str = "preview"
    awaiting: int = 0
    due_at: datetime | None = None


def _links(draft: Draft) -> Callable[..., str]:
    """Return a url_for whose learner addresses stay inside the preview."""

    def address(endpoint: str, **values: Any) -> str:
        if endpoint not in SHOWN:
            return url_for(endpoint, **values)
        for name in ("slug", "attempt_id"):
            values.pop(name, None)
        if endpoint.startswith("quiz."):
            values["paper_number"] = values.pop("number")
        return url_for(SHOWN[endpoint], draft_id=draft.id, **values)

    return address


def _place(draft: Draft, content: Document, number: int) -> Place:
    lessons = content.lessons()
    if not 1 <= number <= len(lessons):
        raise Missing(_("这门课没有这一课。"))
    return Place(_course(draft), content, None, number, lessons[number - 1])


def _course(draft: Draft) -> Course:
    """A row that is never added: her templates only read its name and address."""
    return Course(slug=draft.slug, title=draft.details["title"])


def _states(content: Document, number: int) -> Mapping[str, LessonState]:
    """Everything before this lesson counts as done, so that its page opens."""
    return {lesson.id: LessonState(done=True) for lesson in content.lessons()[: number - 1]}


def _show(draft: Draft, template: str, place: Place, **more: object) -> str:
    explanation = completion.explain(place.content, _states(place.content, place.number))
    values: dict[str, object] = {
        "place": place, "lesson": place.lesson, "body": place.lesson.body, "total": len(place.content.lessons()),
        "explanation": explanation, "state": explanation.lessons[place.number - 1], "notice": "",
        "url_for": _links(draft), "completion": None, "start": None, **more,
    }  # fmt: skip
    return render_template(template, **values)


@bp.get("")
@requires(Permission.COURSES_WRITE)
def frame(draft_id: int) -> str:
    """Show the frame, on the course page or on one lesson."""
    draft = queries.draft(draft_id)
    content = documents.content_of(draft)
    number = request.args.get("n", 0, int)
    inside = url_for(".course", draft_id=draft.id)
    if 1 <= number <= len(content.lessons()):
        inside = url_for(".lesson", draft_id=draft.id, number=number)
    return render_template(
        "authoring/preview.html", draft=draft, content=content, inside=inside, number=number
    )


@bp.get("/course")
@requires(Permission.COURSES_WRITE)
def course(draft_id: int) -> str:
    """Show the course page."""
    draft = queries.draft(draft_id)
    content = documents.content_of(draft)
    return render_template(
        "learning/course.html", course=_course(draft), content=content, enrolment=None, explanation=None,
        completion=None, finished=False, url_for=_links(draft), picture="", before=None, signature=None,
    )  # fmt: skip


@bp.get("/handout")
@requires(Permission.COURSES_WRITE)
def handout(draft_id: int) -> str:
    """Show the page to print."""
    draft = queries.draft(draft_id)
    content = documents.content_of(draft)
    return render_template("learning/handout.html", **handout_views.words_of(content), url_for=_links(draft))


@bp.get("/<int:number>")
@requires(Permission.COURSES_WRITE)
def lesson(draft_id: int, number: int) -> str:
    """Show a lesson."""
    draft = queries.draft(draft_id)
    place = _place(draft, documents.content_of(draft), number)
    body = place.lesson.body
    if isinstance(body, QuizBody):
        tries = SimpleNamespace(used=0, added=0, best_percent=None, open_attempt=None)
        return _show(draft, "learning/quiz_start.html", place, paper=body, tries=tries)
    if place.lesson.kind == LessonKind.TEXT:
        return _show(draft, "learning/text.html", place, film=None, media=None)
    page = request.args.get("page", 0, int)
    if isinstance(body, DocumentBody):
        return _sheet(draft, place, page or 1)
    if isinstance(body, Played):
        return _said(draft, place, page) if page else _played(draft, place)
    if place.lesson.kind in deed_preview.SHOWN:
        return _show(
            draft, f"learning/{place.lesson.kind}.html", place, **deed_preview.SHOWN[place.lesson.kind]
        )
    return render_template(
        "authoring/preview_other.html", place=place, lesson=place.lesson, url_for=_links(draft)
    )


def _asset(draft: Draft, place: Place) -> MediaAsset | None:
    return next((row.asset for row in draft.lessons if row.lesson_id == place.lesson.id), None)


def _sheet(draft: Draft, place: Place, page: int, *, as_text: bool = False) -> str:
    asset = _asset(draft, place)
    ready = asset is not None and asset.status == AssetStatus.READY
    sheet = db.session.get(AssetPage, (asset.id, page)) if asset and ready else None
    if ready and sheet is None:
        raise Missing(_("这份文档没有这一页。"))
    parts = document_views.parts_of(place, asset, sheet, as_text=as_text)
    return _show(draft, "learning/document.html", place, **parts)


def _said(draft: Draft, place: Place, page: int) -> str:
    parts = transcript_views.parts_of(_asset(draft, place), page)
    return _show(draft, "learning/transcript.html", place, **parts)


def _played(draft: Draft, place: Place) -> str:
    asset = _asset(draft, place)
    progress = SimpleNamespace(position=0.0, stretches=[])
    return _show(
        draft, f"learning/{place.lesson.kind}.html", place, film=asset, media=_media(asset), visit=SimpleNamespace(token=""),
        progress=progress,
    )  # fmt: skip


def _media(asset: MediaAsset | None) -> dict[str, object] | None:
    if asset is None or asset.status != AssetStatus.READY:
        return None
    return {
        one.role: {"url": links.address(asset.id, one.role), "size": one.size} for one in asset.renditions
    }


@bp.post("/<int:number>")
@requires(Permission.COURSES_WRITE)
def go_on(draft_id: int, number: int) -> Answer:
    """我读完了: go on to the next lesson, and note nothing."""
    draft = queries.draft(draft_id)
    content = documents.content_of(draft)
    if number < len(content.lessons()):
        return redirect(url_for(".lesson", draft_id=draft.id, number=number + 1))
    return redirect(url_for(".course", draft_id=draft.id))


@bp.get("/<int:number>/text/<int:page>")
@requires(Permission.COURSES_WRITE)
def text_page(draft_id: int, number: int, page: int) -> str:
    """Show a page of the text version, after the last one its check questions."""
    return _text_page(draft_id, number, page)


def _text_page(draft_id: int, number: int, page: int, **more: object) -> str:
    draft = queries.draft(draft_id)
    place = _place(draft, documents.content_of(draft), number)
    body = place.lesson.body
    if isinstance(body, DocumentBody):
        return _sheet(draft, place, page, as_text=True)
    if not isinstance(body, Played) or not 1 <= page <= len(body.pages) + 1:
        raise Missing(_("这一课没有这一页文字。"))
    values = {"missed": [], "checks": body.checks, "chosen": {item.id: [] for item in body.checks}, **more}
    return _show(draft, "learning/text_version.html", place, page=page, pages=len(body.pages), **values)


@bp.post("/<int:number>/text/<int:page>")
@requires(Permission.COURSES_WRITE)
def turn_page(draft_id: int, number: int, page: int) -> Answer | str:
    """Turn the page without its minimum time, or look the check questions over."""
    draft = queries.draft(draft_id)
    place = _place(draft, documents.content_of(draft), number)
    body = place.lesson.body
    if isinstance(body, Played) and page > len(body.pages):
        chosen = _answers(body.checks)
        wrong = [item.item_id for item in grading.grade(body.checks, chosen).items if not item.correct]
        notice = _("有 %(n)s 题还不对。", n=len(wrong)) if wrong else _("都答对了，这一课就算学完。")
        return _text_page(draft_id, number, page, missed=wrong, chosen=chosen, notice=notice)
    return redirect(url_for(".text_page", draft_id=draft.id, number=number, page=page + 1))


@bp.route("/<int:paper_number>/paper", methods=["GET", "POST"])
@requires(Permission.COURSES_WRITE)
def paper(draft_id: int, paper_number: int) -> str:
    """Show the paper; an answered one is graded and shown, and forgotten."""
    draft = queries.draft(draft_id)
    place = _place(draft, documents.content_of(draft), paper_number)
    body = place.lesson.body
    if not isinstance(body, QuizBody):
        raise Missing(_("这一课不是测验。"))
    if request.form.get("csrf_token") and any(name.startswith("item-") for name in request.form):
        return _result(draft, place, body)
    attempt = Mark(0, False)
    asked = list(leaves(body.items))
    return _show(draft, "learning/paper.html", place, attempt=attempt, leaves=asked, answers={})


def _answers(items: tuple[Item, ...]) -> dict[str, list[object]]:
    return {leaf.item.id: response_of(leaf.item, request.form) for leaf in leaves(items)}


def _result(draft: Draft, place: Place, body: QuizBody) -> str:
    score = grading.grade(body.items, _answers(body.items))
    right = {one.item_id for one in score.items if one.correct}
    numbers = {lesson.id: n for n, lesson in enumerate(place.content.lessons(), start=1)}
    misses = [
        results.miss(n, leaf, response_of(leaf.item, request.form), numbers)
        for n, leaf in enumerate(leaves(body.items), start=1)
        if leaf.item.id not in right
    ]
    return _show(
        draft, "learning/result.html", place, attempt=Mark(score.percent, score.percent >= body.pass_mark),
        misses=misses, titles={n: one.title for n, one in enumerate(place.content.lessons(), start=1)},
        pass_mark=body.pass_mark,
    )  # fmt: skip
