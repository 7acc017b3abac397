"""The course document: a course as JSON, with a version number; what the database keeps and versions freeze."""

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from courses import plain
from courses.errors import CourseError, Problem
from courses.fields import Fields
from courses.items import Item, codec
from courses.model import DOCUMENT_VERSION, KINDS, Course, Lesson, LessonKind

_BODIES = {kind: body for body, kind in KINDS.items()}


def to_json(course: Course) -> dict[str, Any]:
    """Return the document of a course: plain dicts, lists, texts and numbers."""
    document: dict[str, Any] = plain.dump(course, {Item: codec.to_json, Lesson: _lesson_json})
    return {"document": DOCUMENT_VERSION, **document}


def from_json(document: Mapping[str, Any]) -> Course:
    """Return the course of a document; raises CourseError for a newer version or a broken document."""
    version = document.get("document")
    if not isinstance(version, int) or isinstance(version, bool) or not 1 <= version <= DOCUMENT_VERSION:
        raise _broken("newer", f"课程文档的版本是 {version}，这里只认得到 {DOCUMENT_VERSION}。请先更新平台。")
    try:
        course: Course = plain.load(Course, dict(upgraded(document)), {Item: _item, Lesson: _lesson})
    except (plain.Misfit, RecursionError) as error:
        raise _broken("document", f"课程文档不完整：{error}。") from error
    return course


def upgraded(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a document of this version, step by step from the version it was written in."""
    for version in range(document["document"], DOCUMENT_VERSION):
        document = _UPGRADES[version](document)
    return document


def _from_1(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Version 2 only adds: fields that version 1 did not know have their defaults."""
    return {**document, "document": 2}


_UPGRADES: Mapping[int, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = {1: _from_1}


def _broken(code: str, message: str) -> CourseError:
    return CourseError([Problem("", 0, "", code, message)])


def _lesson_json(lesson: Lesson) -> dict[str, Any]:
    return {
        "id": lesson.id,
        "kind": str(lesson.kind),
        "title": lesson.title,
        "title_en": lesson.title_en,
        "minutes": lesson.minutes,
        "requires": list(lesson.requires),
        "body": plain.dump(lesson.body, {Item: codec.to_json}),
    }


def _lesson(data: Any, place: str) -> Lesson:
    kind = data.get("kind") if isinstance(data, dict) else None
    if not isinstance(kind, str) or kind not in set(LessonKind):
        raise plain.Misfit(f"{place} 不是一课，或课型不认识")
    head = {name: plain.load(kind, data.get(name), {}, f"{place}.{name}") for name, kind in _HEAD.items()}
    body = plain.load(_BODIES[LessonKind(kind)], data.get("body"), {Item: _item}, f"{place}.body")
    requires = plain.load(tuple[str, ...], data.get("requires", []), {}, f"{place}.requires")
    return Lesson(**head, body=body, requires=requires)


_HEAD: Mapping[str, type] = {"id": str, "title": str, "title_en": str, "minutes": int}


def _item(data: Any, place: str) -> Item:
    def refuse(code: str, message: str) -> NoReturn:
        raise plain.Misfit(f"{place}：{message}")

    if not isinstance(data, dict):
        raise plain.Misfit(f"{place} 不是一道题")
    item = codec.from_json(Fields(data, refuse))
    if item is None:
        raise plain.Misfit(f"{place} 不是一道题")
    return item
