"""The course document: a course as JSON, with a version number; what the database keeps and versions freeze."""

from dataclasses import asdict
from typing import Any

from courses.errors import CourseError, Problem
from courses.items import Item, ItemKind, Option
from courses.model import (
    DOCUMENT_VERSION,
    Body,
    Category,
    Course,
    Lesson,
    LessonKind,
    Module,
    QuizBody,
    Review,
    TextBody,
    TextPage,
    Tier,
    VideoBody,
)


def to_json(course: Course) -> dict[str, Any]:
    """Return the document of a course: plain dicts, lists, texts and numbers."""
    document = asdict(course)
    document["document"] = DOCUMENT_VERSION
    for module, written in zip(course.modules, document["modules"], strict=True):
        for lesson, lesson_written in zip(module.lessons, written["lessons"], strict=True):
            lesson_written["kind"] = str(lesson.kind)
    return document


def from_json(document: dict[str, Any]) -> Course:
    """Return the course of a document; raises CourseError for a newer version or a broken document."""
    version = document.get("document")
    if not isinstance(version, int) or version > DOCUMENT_VERSION:
        raise _broken("newer", f"课程文档的版本是 {version}，这里只认得到 {DOCUMENT_VERSION}。请先更新平台。")
    try:
        return _course(document)
    except (KeyError, TypeError, ValueError) as error:
        raise _broken("document", f"课程文档不完整：{error}。") from error


def _broken(code: str, message: str) -> CourseError:
    return CourseError([Problem("", 0, "", code, message)])


def _course(data: dict[str, Any]) -> Course:
    return Course(
        slug=data["slug"],
        title=data["title"],
        title_en=data["title_en"],
        summary=data["summary"],
        summary_en=data["summary_en"],
        tier=Tier(data["tier"]),
        category=Category(data["category"]),
        audience=data["audience"],
        hours=data["hours"],
        outcomes=tuple(data["outcomes"]),
        sources=tuple(data["sources"]),
        review=Review(data["review"]),
        modules=tuple(
            Module(one["id"], one["title"], tuple(_lesson(lesson) for lesson in one["lessons"]))
            for one in data["modules"]
        ),
        prerequisites=tuple(data["prerequisites"]),
    )


def _lesson(data: dict[str, Any]) -> Lesson:
    return Lesson(
        id=data["id"],
        title=data["title"],
        title_en=data["title_en"],
        minutes=data["minutes"],
        body=_body(LessonKind(data["kind"]), data["body"]),
        requires=tuple(data["requires"]),
    )


def _body(kind: LessonKind, data: dict[str, Any]) -> Body:
    if kind == LessonKind.TEXT:
        return TextBody(data["markdown"], data["min_seconds"])
    if kind == LessonKind.QUIZ:
        items = tuple(_item(one) for one in data["items"])
        return QuizBody(items, data["pass_mark"], data["tries"], data["shuffle"])
    return VideoBody(
        asset=data["asset"],
        watched_share=data["watched_share"],
        pages=tuple(TextPage(one["markdown"], one["min_seconds"]) for one in data["pages"]),
        checks=tuple(_item(one) for one in data["checks"]),
    )


def _item(data: dict[str, Any]) -> Item:
    return Item(
        id=data["id"],
        kind=ItemKind(data["kind"]),
        stem=data["stem"],
        options=tuple(Option(one["id"], one["text"]) for one in data["options"]),
        key=tuple(data["key"]),
        explanation=data["explanation"],
        lesson=data["lesson"],
        points=data["points"],
    )
