"""States and responses as JSON in, explanations and scores as JSON out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from courses import completion, document, grading, plain
from courses.errors import CourseError, Problem
from courses.formats import package
from courses.items import Item, leaves
from courses.model import Course
from courses.state import CourseState, LessonState

_MAX_DOCUMENT = 64 * 1024**2


def is_document(path: Path) -> bool:
    """Say whether a file is a course document (JSON with a version), and no package or bank."""
    if path.suffix.lower() != ".json" or not path.is_file() or path.stat().st_size > _MAX_DOCUMENT:
        return False
    try:
        data = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return False
    return isinstance(data, dict) and "document" in data


def course_of(path: Path) -> Course:
    """Return the course of a package or a document; raises CourseError."""
    if is_document(path):
        return document.from_json(json.loads(path.read_bytes()))
    return package.read(path).course


def explained(course: Course, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the explanation of a state; raises CourseError for a state that does not fit."""
    told = completion.explain(course, state_of(course, given))
    return {
        "done": told.done,
        "next_lesson": told.next_lesson,
        "next_step": told.next_step,
        "rules": [asdict(rule) for rule in told.rules],
        "lessons": [
            {
                "id": one.lesson_id,
                "done": one.done,
                "rules": [asdict(rule) for rule in one.rules],
                "waits_for": list(one.waits_for),
                "next_step": one.next_step,
            }
            for one in told.lessons
        ],
    }


def state_of(course: Course, given: Mapping[str, Any]) -> CourseState:
    """Return a state from JSON: {"lessons": {id: {…}}, "courses_done": […], "completed_on", "today"}."""
    lessons = given.get("lessons", {})
    known = {lesson.id for lesson in course.lessons()}
    if not isinstance(lessons, dict):
        raise _wrong("", "“lessons”应该是一对花括号，里面是课的编号和学习情况。")
    for lesson_id in lessons:
        if lesson_id not in known:
            raise _wrong(lesson_id, f"这门课里没有“{str(lesson_id)[:40]}”这一课。")
    try:
        states = {one: plain.load(LessonState, state, {}, one) for one, state in lessons.items()}
        done = plain.load(tuple[str, ...], given.get("courses_done", []), {}, "courses_done")
    except plain.Misfit as error:
        raise _wrong("", f"学习情况读不懂：{error}。") from None
    return CourseState(states, frozenset(done), _day(given, "completed_on"), _day(given, "today"))


def _day(given: Mapping[str, Any], name: str) -> date | None:
    value = given.get(name)
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise _wrong("", f"“{name}”要写成 2026-11-24 这样的日期。") from None


def graded(items: Sequence[Item], given: Mapping[str, Any]) -> tuple[list[Problem], dict[str, Any]]:
    """Return problems and the score of {"item": […]} or {"responses": {…}, "marks": {…}}."""
    responses = given.get("responses", given)
    marks = given.get("marks", {}) if "responses" in given else {}
    if not isinstance(responses, dict) or not isinstance(marks, dict):
        raise _wrong("", "答案应该是一对花括号，里面是题号和方括号里的答案。")
    problems = list(_unfit(items, responses)) + _unfit_marks(marks)
    if problems:
        return problems, {}
    score = grading.grade(items, responses, marks)
    return [], {
        "points": _number(score.points),
        "out_of": score.out_of,
        "percent": score.percent,
        "awaiting": list(score.awaiting),
        "items": [
            {
                "id": one.item_id,
                "points": _number(one.points),
                "out_of": one.out_of,
                "correct": one.correct,
                "awaiting": one.awaiting,
            }
            for one in score.items
        ],
    }


def _unfit(items: Sequence[Item], responses: Mapping[str, Any]) -> list[Problem]:
    known = {leaf.item.id: leaf.item for leaf in leaves(items)}
    found: list[Problem] = []
    for item_id, response in responses.items():
        if item_id not in known:
            found.append(Problem("-", 0, item_id, "item-unknown", f"没有编号为“{str(item_id)[:40]}”的题。"))
        elif not isinstance(response, list) or not grading.fits(known[item_id], response):
            found.append(
                Problem("-", 0, item_id, "response", "这道题的答案格式不对。答案写在方括号里，选项写编号。")
            )
    return found


def _unfit_marks(marks: Mapping[str, Any]) -> list[Problem]:
    return [
        Problem("-", 0, item_id, "marks", "批改的分数写成 {评分标准的编号: 整数}。")
        for item_id, given in marks.items()
        if not isinstance(given, dict) or not all(type(points) is int for points in given.values())
    ]


def _number(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else round(float(value), 6)


def _wrong(item: str, message: str) -> CourseError:
    return CourseError([Problem("-", 0, item, "state", message)])
