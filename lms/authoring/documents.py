"""Drafts as course documents: the library reads and writes them, rows only keep the pieces."""

from typing import Any

from courses import document
from courses.items import Item
from courses.model import (
    DOCUMENT_VERSION,
    Body,
    Category,
    Course,
    Lesson,
    Module,
    Played,
    QuizBody,
    Review,
    Tier,
)
from lms.authoring.models import Draft, DraftLesson


def content_of(draft: Draft) -> Course:
    """Return the course document as the draft stands; modules without lessons are left out."""
    return document.from_json(
        {
            **draft.details,
            "document": DOCUMENT_VERSION,
            "slug": draft.slug,
            "modules": [
                {"id": module["id"], "title": module["title"], "lessons": rows}
                for module in draft.details["modules"]
                if (rows := [_lesson(draft, row) for row in draft.lessons if row.module_id == module["id"]])
            ],
        }
    )


def _lesson(draft: Draft, row: DraftLesson) -> dict[str, Any]:
    before = [one.lesson_id for one in draft.lessons if one.position < row.position]
    known = {one.lesson_id for one in draft.lessons}
    return {
        "id": row.lesson_id, "kind": row.kind, "title": row.title, "title_en": row.title_en,
        "minutes": row.minutes, "body": _body(row),
        "requires": before if row.waits_for_earlier else [one for one in row.requires if one in known],
    }  # fmt: skip


def _body(row: DraftLesson) -> dict[str, Any]:
    return row.body | {"asset": row.asset.key if row.asset else ""} if "asset" in row.body else row.body


def body_of(row: DraftLesson) -> Body:
    """Return the body of one lesson."""
    lesson = {
        "id": row.lesson_id, "kind": row.kind, "title": row.title, "title_en": "", "minutes": 1, "body": _body(row),
        "requires": [],
    }  # fmt: skip
    frame = document.to_json(_course(()))
    return (
        document.from_json(frame | {"modules": [{"id": "m", "title": "", "lessons": [lesson]}]})
        .lessons()[0]
        .body
    )


def body_json(body: Body) -> dict[str, Any]:
    """Return a body as a row keeps it."""
    written = document.to_json(_course((Lesson("l", "", "", 1, body),)))
    kept: dict[str, Any] = written["modules"][0]["lessons"][0]["body"]
    return kept


def _course(lessons: tuple[Lesson, ...]) -> Course:
    return Course(
        "k", "", "", "", "", Tier.INTRO, Category.GENERAL, "", 1.0, (), (), Review.NONE, (Module("m", "", lessons),)
    )  # fmt: skip


def items_of(body: Body) -> tuple[Item, ...]:
    """Return the questions of a lesson: the paper's, or the check questions of a video or recording."""
    if isinstance(body, QuizBody):
        return body.items
    return body.checks if isinstance(body, Played) else ()
