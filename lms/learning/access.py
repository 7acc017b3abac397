"""Who is learning here, and what of a course is open to her now."""

from dataclasses import dataclass

from flask import redirect, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from courses import completion
from courses.completion import Explanation
from courses.model import Course as CourseDocument
from courses.model import Lesson, LessonKind
from lms.accounts.login import person_id, visitor_id
from lms.catalogue.models import Course
from lms.catalogue.queries import by_slug, titles
from lms.core.doors import turn_away
from lms.core.errors import Conflict, Missing
from lms.enrolment.commands import Learner, find
from lms.enrolment.models import Enrolment
from lms.learning import queries
from lms.learning.evidence import courses_done


@dataclass(frozen=True, slots=True)
class Place:
    """A lesson of a course as this learner meets it; the content is her pinned version, or the present one."""

    course: Course
    content: CourseDocument
    enrolment: Enrolment | None
    number: int
    lesson: Lesson

    @property
    def is_first(self) -> bool:
        """Whether this lesson is open to everyone."""
        return self.number == 1

    @property
    def asks_who(self) -> bool:
        """Whether the one who is here must sign in first."""
        return not self.is_first and not current_user.is_authenticated


def learner(*, create: bool = False) -> Learner | None:
    """Return who is learning: the signed-in person, else the visitor (made now with `create`), else None."""
    if current_user.is_authenticated:
        return Learner(current_user.id, None)
    visitor = visitor_id(create=create)
    return Learner(None, visitor) if visitor else None


def sender() -> Learner | None:
    """Return whose phone reports: as `learner`, found by her id alone."""
    if person := person_id():
        return Learner(person, None)
    visitor = visitor_id()
    return Learner(None, visitor) if visitor else None


def enrolment_of(course: Course) -> Enrolment | None:
    """Return the present learner's enrolment in a course, None when there is none."""
    who = learner()
    return find(who, course.id) if who else None


def place(slug: str, number: int) -> Place:
    """Return lesson `number` (from 1) of a course; raises Missing."""
    course = by_slug(slug)
    enrolment = enrolment_of(course)
    version = enrolment.version if enrolment else course.version
    if version is None:
        raise Missing
    lessons = version.content.lessons()
    if not 1 <= number <= len(lessons):
        raise Missing("这门课没有这一课。请回到课程目录。")
    return Place(course, version.content, enrolment, number, lessons[number - 1])


def explanation_of(enrolment: Enrolment | None) -> Explanation | None:
    """Return the state of her course, None before she began."""
    return queries.explain(enrolment) if enrolment else None


def frame(place: Place, enrolment: Enrolment, notice: str) -> dict[str, object]:
    """Return what every lesson page needs: the lesson, its state, a notice."""
    explanation = queries.explain(enrolment)
    return {
        "place": place,
        "lesson": place.lesson,
        "body": place.lesson.body,
        "total": len(place.content.lessons()),
        "explanation": explanation,
        "state": explanation.lessons[place.number - 1],
        "notice": notice,
    }


@dataclass(frozen=True, slots=True)
class Left:
    """What comes before a lesson: courses by name in addresses and title, lessons by number and title."""

    courses: tuple[tuple[str, str], ...]
    lessons: tuple[tuple[int, str], ...]

    @property
    def words(self) -> str:
        """The reason in one sentence."""
        if self.courses:
            return f"先学完{'、'.join(f'《{title}》' for _, title in self.courses)}，再学这门课。"
        return f"先学完{'、'.join(f'《{title}》' for _, title in self.lessons)}，再学这一课。"


def courses_before(content: CourseDocument) -> Left | None:
    """Return the courses the present learner must finish before this one, None when there are none left."""
    if not content.prerequisites:
        return None
    who, names = learner(), titles(content.prerequisites)
    done = courses_done(who.person_id, content.prerequisites) if who else frozenset()
    left = tuple((slug, names.get(slug, slug)) for slug in content.prerequisites if slug not in done)
    return Left(left, ()) if left else None


def entered(place: Place) -> Enrolment | Answer:
    """Return the enrolment of whoever may read more of this lesson, else where she goes first; raises Conflict."""
    if place.asks_who:
        answer: Answer = turn_away()
        return answer
    if place.enrolment is None:  # the lesson's own page begins the course
        return redirect(url_for("learning.lesson", slug=place.course.slug, number=place.number))
    require_open(place, place.enrolment)
    return place.enrolment


def left_before(place: Place, enrolment: Enrolment) -> Left | None:
    """Return what she must finish first, None when the lesson is open; the first of a course is open to visitors.

    What was finished stays open; a paper says on its own first page which lessons come before it.
    """
    lesson, content = place.lesson, place.content
    if not content.prerequisites and (not lesson.requires or lesson.kind == LessonKind.QUIZ):
        return None
    state = queries.course_state(enrolment)
    if state.lessons[lesson.id].done or (place.is_first and enrolment.person_id is None):
        return None
    missing = [slug for slug in content.prerequisites if slug not in state.courses_done]
    if missing:
        return Left(tuple((slug, state.titles.get(slug, slug)) for slug in missing), ())
    waits = () if lesson.kind == LessonKind.QUIZ else completion.waits_for(content, lesson, state)
    numbered = [(n, one.title) for n, one in enumerate(content.lessons(), start=1) if one.id in waits]
    return Left((), tuple(numbered)) if numbered else None


def require_open(place: Place, enrolment: Enrolment) -> None:
    """Raise Conflict with the reason while something comes before this lesson."""
    if left := left_before(place, enrolment):
        raise Conflict(left.words)
