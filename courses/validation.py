"""What keeps a course from being published: a list of problems with their places."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from typing import Any

from courses.errors import Problem
from courses.items import Item, ItemKind, kinds
from courses.model import (
    Asked,
    Asks,
    AssignmentBody,
    AudioBody,
    ClassroomBody,
    Course,
    DocumentBody,
    Lesson,
    QuizBody,
    SurveyBody,
    TextBody,
    VideoBody,
)

SLUG = re.compile(r"[a-z][a-z0-9-]{1,48}[a-z0-9]")
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
Fault = tuple[str, str]


def problems_of(course: Course) -> list[Problem]:
    """Return every problem of a course document; an empty list means it may be published."""
    return [
        *_head(course),
        *_ids(course),
        *(problem for lesson in course.lessons() for problem in _lesson(course, lesson)),
        *_completion(course),
        *_circles(course),
    ]


def problems_of_item(item: Item, file: str = "", line: int = 0) -> list[Problem]:
    """Return every problem of one item, and of the parts of a case."""
    return [
        Problem(file, line, one.id, code, message)
        for one in (item, *item.items)
        for code, message in kinds.faults(one)
    ]


def circles_between(courses: Iterable[Course]) -> list[Problem]:
    """Return a problem for each course that waits for itself through its prerequisites."""
    needs = {course.slug: set(course.prerequisites) for course in courses}
    return [
        Problem(
            f"{slug}/course.json",
            0,
            slug,
            "circle",
            f"课程“{slug}”和别的课互相等着对方先学完，请去掉一个先修课程。",
        )
        for slug in in_circles(needs)
    ]


def in_circles(needs: Mapping[str, Set[str]]) -> list[str]:
    """Return the names that can never be reached because they wait for each other."""
    left = dict(needs)
    while free := [one for one, needed in left.items() if not needed & left.keys()]:
        for one in free:
            del left[one]
    return list(left)


def _here(code: str, message: str, item: str = "") -> Problem:
    return Problem("course.json", 0, item, code, message)


def _head(course: Course) -> Iterator[Problem]:
    if not SLUG.fullmatch(course.slug):
        yield _here("slug", "slug 只能用小写字母、数字和短横线，3 到 50 个字符。")
    if not course.title.strip():
        yield _here("title", "课程还没有名称，请写上。")
    if not course.lessons():
        yield _here("empty", "课程里还没有课，请至少加一课。")
    if course.slug in course.prerequisites:
        yield _here("circle", "这门课把自己写成了先修课程，请去掉。")
    if course.cover and not course.cover_alt.strip():
        yield _here("alt-missing", "封面还没有文字说明（cover_alt），看不见图的人需要它。")


def _ids(course: Course) -> Iterator[Problem]:
    items = [item.id for item in course.papers()]
    items += [part.id for item in course.papers() for part in item.items]
    for kind, ids in (
        ("课", [lesson.id for lesson in course.lessons()]),
        ("单元", [module.id for module in course.modules]),
        ("题", items),
        ("本地信息", [one.id for one in course.local]),
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
    for code, message in _BODIES[type(lesson.body)](lesson.body):
        yield _here(code, f"《{lesson.title}》{message}", lesson.id)
    if isinstance(lesson.body, VideoBody | AudioBody):
        yield from (problem for item in lesson.body.checks for problem in _item(course, item))
    if isinstance(lesson.body, QuizBody):
        yield from (problem for item in lesson.body.items for problem in _item(course, item))


def _item(course: Course, item: Item) -> Iterator[Problem]:
    known = {lesson.id for lesson in course.lessons()}
    yield from problems_of_item(item, "course.json")
    for one in (item, *item.items):
        if one.lesson and one.lesson not in known:
            yield _here("lesson-unknown", f"这道题指向的课“{one.lesson}”不在这门课里。", one.id)


def _text(body: TextBody) -> Iterator[Fault]:
    if not body.markdown.strip():
        yield "text-empty", "还没有正文。"


def _played(body: VideoBody | AudioBody) -> Iterator[Fault]:
    medium = "视频" if isinstance(body, VideoBody) else "录音"
    if not body.asset:
        yield f"{'video' if isinstance(body, VideoBody) else 'audio'}-missing", f"还没有{medium}。"
    if any(not page.markdown.strip() for page in body.pages):
        yield "text-empty", "的文字版有一页是空的。"
    if body.pages and not 2 <= len(body.checks) <= 3:
        yield "checks", "的文字版要配 2 到 3 道检查题。"
    if body.checks and not body.pages:
        yield "pages-missing", "有检查题，却没有文字版。"
    if any(item.kind in (ItemKind.ESSAY, ItemKind.CASE) for item in body.checks):
        yield "checks-kind", "的检查题里有问答题或材料题，请换成能自动判分的题。"


def _document(body: DocumentBody) -> Iterator[Fault]:
    if not body.asset:
        yield "document-missing", "还没有文档。"


def _classroom(body: ClassroomBody) -> Iterator[Fault]:
    if not body.markdown.strip() and not body.place_note.strip():
        yield "classroom-empty", "还没有说明，请写上在哪里上、上什么。"


def _quiz(body: QuizBody) -> Iterator[Fault]:
    if not body.items:
        yield "quiz-empty", "还没有题目。"
    for draw in body.draws:
        enough = sum(
            set(draw.tags) <= set(item.tags) and draw.difficulty in (0, item.difficulty)
            for item in body.items
        )
        if enough < draw.count:
            yield "draw-few", f"要抽 {draw.count} 题，题库里合适的只有 {enough} 题。请加题或少抽几题。"
    if sum(draw.count for draw in body.draws) > len(body.items):
        yield "draw-few", "要抽的题比题库里的还多。请加题或少抽几题。"


def _assignment(body: AssignmentBody) -> Iterator[Fault]:
    if not body.markdown.strip():
        yield "text-empty", "还没有写作业要做什么。"
    if not body.evidence:
        yield "evidence-missing", "还没有写要交什么：photo（照片）、text（文字）或 file（文件）。"
    total = sum(one.points for one in body.rubric)
    if not body.rubric:
        yield "rubric-missing", "还没有评分标准，请至少写一条。"
    elif body.pass_points > total:
        yield "rubric", f"要 {body.pass_points} 分才通过，评分标准加起来只有 {total} 分。"
    if len({one.id for one in body.rubric}) != len(body.rubric):
        yield "rubric-twice", "的评分标准里有两条用了同一个编号。"


def _survey(body: SurveyBody) -> Iterator[Fault]:
    if not body.questions:
        yield "survey-empty", "还没有问题。"
    if len({one.id for one in body.questions}) != len(body.questions):
        yield "id-twice", "有两个问题用了同一个编号。"
    if any(one.asks in (Asks.ONE, Asks.SEVERAL) and len(one.options) < 2 for one in body.questions):
        yield "options-few", "有一个问题的选项少于 2 个。"


_BODIES: Mapping[type, Callable[[Any], Iterator[Fault]]] = {
    TextBody: _text,
    VideoBody: _played,
    AudioBody: _played,
    DocumentBody: _document,
    ClassroomBody: _classroom,
    QuizBody: _quiz,
    AssignmentBody: _assignment,
    SurveyBody: _survey,
}


def _completion(course: Course) -> Iterator[Problem]:
    known = {lesson.id: lesson for lesson in course.lessons()}
    for rule in course.rules:
        asked = rule.lessons or tuple(known)
        if unknown := [one for one in rule.lessons if one not in known]:
            yield _here("rule-unknown", f"结业条件里的“{unknown[0]}”不在这门课里。", unknown[0])
        if rule.asks == Asked.ANY and not 1 <= rule.count <= len(asked):
            yield _here("rule-count", f"结业条件要学任意 {rule.count} 课，可选的有 {len(asked)} 课。")
        minutes = sum(known[one].minutes for one in asked if one in known)
        if rule.asks == Asked.HOURS and not 0 < rule.hours * 45 <= minutes:
            yield _here("rule-hours", f"结业条件要 {rule.hours:g} 学时，这些课一共 {minutes / 45:.1f} 学时。")
    test = course.test_out
    if test and (test.lesson not in known or not isinstance(known[test.lesson].body, QuizBody)):
        yield _here("test-out", f"课前测验“{test.lesson}”不是这门课里的一个测验。", test.lesson)
    if test and (not test.covers or set(test.covers) - known.keys() or test.lesson in test.covers):
        yield _here("test-out", "课前测验要写明它能代替哪几课（covers），都要是这门课里别的课。", test.lesson)


def _circles(course: Course) -> Iterator[Problem]:
    for one in in_circles({lesson.id: set(lesson.requires) for lesson in course.lessons()}):
        yield _here("circle", f"“{one}”和别的课互相等着对方先学完，请去掉一个先学条件。", one)
