"""What is left to do before publishing, each step with the address of its field."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from courses.errors import Problem
from courses.model import Course, Played, QuizBody
from courses.validation import problems_of
from lms.assets.models import AssetStatus
from lms.authoring.models import Draft, DraftLesson

FIELDS = {
    "text-empty": "body", "video-missing": "video", "audio-missing": "video",
    "document-missing": "video", "quiz-empty": "paste", "checks": "checks", "pages-missing": "pages",
    "classroom-empty": "body", "evidence-missing": "photo", "rubric-missing": "rubric", "rubric": "pass_points",
    "survey-empty": "questions", "options-few": "questions",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One step: words, whether it is done, where to do it; without `needed` it is advice; the lesson it is about."""

    words: str
    done: bool
    url: str
    needed: bool = True
    row_id: int = 0


def of_draft(draft: Draft, content: Course) -> list[Step]:
    """Return every step, what is needed first."""
    return [*_head(draft), *_lessons(draft, content), *_films(draft), *_advice(draft, content)]


def left(steps: list[Step]) -> list[Step]:
    """Return the needed steps that are not done."""
    return [step for step in steps if step.needed and not step.done]


def _head(draft: Draft) -> Iterator[Step]:
    named, told = bool(draft.details["title"].strip()), bool(draft.details["summary"].strip())
    field = "title" if not named else "summary"
    yield Step(
        _("写好名称和简介"), named and told, url_for("teach.details", draft_id=draft.id, _anchor=field)
    )


def _lessons(draft: Draft, content: Course) -> Iterator[Step]:
    problems = problems_of(content)
    whole = len(draft.lessons) > len({lesson for lesson in _rows_with(draft, problems)})
    build = url_for("teach.build", draft_id=draft.id, _anchor="add")
    yield Step(_("至少 1 课有内容"), whole, build)
    for problem in problems:
        if problem.code not in ("slug", "title", "empty"):
            row = _row_of(draft, problem)
            url = _place_of(row, problem) if row else build
            yield Step(problem.message, False, url, row_id=row.id if row else 0)


def _rows_with(draft: Draft, problems: list[Problem]) -> Iterator[int]:
    for problem in problems:
        row = _row_of(draft, problem)
        if row is not None:
            yield row.id


def _row_of(draft: Draft, problem: Problem) -> DraftLesson | None:
    for row in draft.lessons:
        items = [*row.body.get("items", []), *row.body.get("checks", [])]
        if problem.item == row.lesson_id or any(problem.item == item["id"] for item in items):
            return row
    return None


def _place_of(row: DraftLesson, problem: Problem) -> str:
    if problem.item == row.lesson_id:
        return url_for("lessons.edit", lesson_id=row.id, _anchor=FIELDS.get(problem.code, "title"))
    return url_for("questions.edit", lesson_id=row.id, item_id=problem.item)


def _films(draft: Draft) -> Iterator[Step]:
    for row in draft.lessons:
        if row.asset is None or row.asset.status == AssetStatus.READY:
            continue
        url = url_for("lessons.edit", lesson_id=row.id, _anchor="video")
        if row.asset.status == AssetStatus.REFUSED:
            words = _("《%(title)s》的视频不能用，换一个", title=row.title)
            yield Step(
                words if row.kind == "video" else _("《%(title)s》的文件不能用，换一个", title=row.title),
                False,
                url,
                row_id=row.id,
            )
        else:
            words = _("等《%(title)s》的视频转码完", title=row.title)
            yield Step(
                words if row.kind == "video" else _("等《%(title)s》的文件处理完", title=row.title),
                False,
                url,
                row_id=row.id,
            )


def _advice(draft: Draft, content: Course) -> Iterator[Step]:
    for row in draft.lessons:
        body = content.lesson(row.lesson_id).body
        if not isinstance(body, Played) or row.asset is None:
            continue
        if not has_captions(row):
            url = url_for("lessons.edit", lesson_id=row.id, _anchor="captions")
            yield Step(_("给《%(title)s》加字幕", title=row.title), False, url, needed=False)
        if not body.pages:
            url = url_for("lessons.edit", lesson_id=row.id, _anchor="pages")
            yield Step(_("给《%(title)s》写文字版", title=row.title), False, url, needed=False)
    if not any(isinstance(lesson.body, QuizBody) for lesson in content.lessons()):
        url = url_for("teach.build", draft_id=draft.id, _anchor="add")
        yield Step(_("出一份测验"), False, url, needed=False)
    if not content.outcomes:
        url = url_for("teach.details", draft_id=draft.id, _anchor="outcomes")
        yield Step(_("写上学完能做到什么"), False, url, needed=False)


def has_captions(row: DraftLesson) -> bool:
    """Say whether the film of a lesson has captions, made or waiting to be made."""
    asset = row.asset
    return asset is not None and (asset.captions_key is not None or asset.rendition("captions") is not None)
