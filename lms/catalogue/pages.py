"""What of a course document has a page here: the rest is refused before it is published."""

from collections.abc import Iterator

from courses.errors import CourseError, Problem
from courses.model import Course, LessonKind

LESSONS = {
    LessonKind.TEXT, LessonKind.VIDEO, LessonKind.QUIZ, LessonKind.CLASSROOM, LessonKind.ASSIGNMENT, LessonKind.SURVEY,
}  # fmt: skip
NAMES = {
    LessonKind.AUDIO: "录音",
    LessonKind.DOCUMENT: "文档",
}


def require(course: Course) -> None:
    """Raise CourseError naming every lesson that a learner could not do here."""
    if problems := list(_problems(course)):
        raise CourseError(problems)


def _problems(course: Course) -> Iterator[Problem]:
    for lesson in course.lessons():
        if lesson.kind not in LESSONS:
            words = (
                f"《{lesson.title}》是{NAMES[lesson.kind]}课，这个平台上学不了。请改成文字课或视频课再发布。"
            )
            yield Problem("course.json", 0, lesson.id, "lesson-kind", words)
