"""What of a course document has a page here: the rest is refused before it is published."""

from collections.abc import Iterator

from courses.errors import CourseError, Problem
from courses.items import ItemKind, leaves
from courses.model import Course, LessonKind

LESSONS = {LessonKind.TEXT, LessonKind.VIDEO, LessonKind.QUIZ, LessonKind.CLASSROOM}
NAMES = {
    LessonKind.AUDIO: "录音",
    LessonKind.DOCUMENT: "文档",
    LessonKind.ASSIGNMENT: "作业",
    LessonKind.SURVEY: "问卷",
}


def require(course: Course) -> None:
    """Raise CourseError naming every lesson and item that a learner could not do here."""
    if problems := list(_problems(course)):
        raise CourseError(problems)


def _problems(course: Course) -> Iterator[Problem]:
    for lesson in course.lessons():
        if lesson.kind not in LESSONS:
            words = (
                f"《{lesson.title}》是{NAMES[lesson.kind]}课，这个平台上学不了。请改成文字课或视频课再发布。"
            )
            yield Problem("course.json", 0, lesson.id, "lesson-kind", words)
        for leaf in leaves(getattr(lesson.body, "checks", ())):
            if leaf.item.kind == ItemKind.ESSAY:
                words = (
                    "文字版的检查题里有问答题，检查题没有人批改。请改成能自动判分的题，或放到测验里，再发布。"
                )
                yield Problem("course.json", 0, leaf.item.id, "item-kind", words)
