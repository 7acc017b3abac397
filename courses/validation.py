"""What keeps a course from being published: a list of problems with their places."""

import re
from collections import Counter
from collections.abc import Iterator

from courses.errors import Problem
from courses.items import Item, choice
from courses.model import Course, Lesson, QuizBody, TextBody, VideoBody

SLUG = re.compile(r"[a-z][a-z0-9-]{1,48}[a-z0-9]")
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def problems_of(course: Course) -> list[Problem]:
    """Return every problem of a course document; an empty list means it may be published."""
    return [
        *_head(course),
        *_ids(course),
        *(problem for lesson in course.lessons() for problem in _lesson(course, lesson)),
        *_circles(course),
    ]


def _here(code: str, message: str, item: str = "") -> Problem:
    return Problem("course.json", 0, item, code, message)


def _head(course: Course) -> Iterator[Problem]:
    if not SLUG.fullmatch(course.slug):
        yield _here("slug", "slug 只能用小写字母、数字和短横线，3 到 50 个字符。")
    if not course.title.strip():
        yield _here("title", "课程还没有名称，请写上。")
    if not course.lessons():
        yield _here("empty", "课程里还没有课，请至少加一课。")


def _ids(course: Course) -> Iterator[Problem]:
    for kind, ids in (
        ("课", [lesson.id for lesson in course.lessons()]),
        ("单元", [module.id for module in course.modules]),
        ("题", [item.id for item in course.items()]),
    ):
        for one, count in Counter(ids).items():
            if count > 1:
                yield _here("id-twice", f"有 {count} 个{kind}用了同一个编号“{one}”，请改成不同的。", one)
            if not ID.fullmatch(one):
                yield _here("id", f"{kind}的编号“{one}”只能用字母、数字、横线和下划线。", one)


def _lesson(course: Course, lesson: Lesson) -> Iterator[Problem]:
    known = {one.id for one in course.lessons()}
    for needed in lesson.requires:
        if needed not in known:
            yield _here("requires-unknown", f"《{lesson.title}》要先学的“{needed}”不在这门课里。", lesson.id)
    body = lesson.body
    if isinstance(body, TextBody):
        if not body.markdown.strip():
            yield _here("text-empty", f"《{lesson.title}》还没有正文。", lesson.id)
    elif isinstance(body, VideoBody):
        yield from _video(course, lesson, body)
    else:
        yield from _quiz(course, lesson, body)


def _video(course: Course, lesson: Lesson, body: VideoBody) -> Iterator[Problem]:
    if not body.asset:
        yield _here("video-missing", f"《{lesson.title}》还没有视频。", lesson.id)
    if any(not page.markdown.strip() for page in body.pages):
        yield _here("text-empty", f"《{lesson.title}》的文字版有一页是空的。", lesson.id)
    if body.pages and not 2 <= len(body.checks) <= 3:
        yield _here("checks", f"《{lesson.title}》的文字版要配 2 到 3 道检查题。", lesson.id)
    if body.checks and not body.pages:
        yield _here("pages-missing", f"《{lesson.title}》有检查题，却没有文字版。", lesson.id)
    yield from (problem for item in body.checks for problem in _item(course, item))


def _quiz(course: Course, lesson: Lesson, body: QuizBody) -> Iterator[Problem]:
    if not body.items:
        yield _here("quiz-empty", f"《{lesson.title}》还没有题目。", lesson.id)
    yield from (problem for item in body.items for problem in _item(course, item))


def _item(course: Course, item: Item) -> Iterator[Problem]:
    for code, message in choice.faults(item):
        yield _here(code, message, item.id)
    if item.lesson and item.lesson not in {lesson.id for lesson in course.lessons()}:
        yield _here("lesson-unknown", f"这道题指向的课“{item.lesson}”不在这门课里。", item.id)


def _circles(course: Course) -> Iterator[Problem]:
    needs = {lesson.id: set(lesson.requires) for lesson in course.lessons()}
    while free := [one for one, needed in needs.items() if not needed & needs.keys()]:
        for one in free:
            del needs[one]
    for one in needs:
        yield _here("circle", f"“{one}”和别的课互相等着对方先学完，请去掉一个先学条件。", one)
