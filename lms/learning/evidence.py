"""What rooms besides player and paper know of a lesson: attendance, work handed in, surveys, pages, the pre-test, other courses."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import bindparam, func, select

from courses.completion import LessonState
from courses.model import LessonKind
from courses.state import Handed, How
from lms.catalogue.models import Course
from lms.catalogue.queries import page_counts
from lms.classes import queries as classes
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.learning.models import Completion, HandIn, LessonCompletion, SurveyAnswer

_FINISHED = select(Completion.id).where(Completion.enrolment_id == bindparam("enrolment"))


def added(enrolment: Enrolment, states: dict[str, LessonState]) -> dict[str, LessonState]:
    """Return the states with what is known besides; a course without such lessons costs no question more."""
    kinds = {lesson.kind for lesson in enrolment.version.content.lessons()}
    if LessonKind.CLASSROOM in kinds and enrolment.person_id is not None:
        _add_attendance(enrolment, enrolment.person_id, states)
    if LessonKind.ASSIGNMENT in kinds:
        _add_work(enrolment.id, states)
    if LessonKind.DOCUMENT in kinds:
        _add_pages(enrolment.version_id, states)
    if LessonKind.SURVEY in kinds:
        for lesson_id in states.keys() & _answered(enrolment.id):
            states[lesson_id] = replace(states[lesson_id], answered=True)
    if enrolment.version.content.test_out:
        _add_tests(enrolment.id, states)
    return states


def _add_attendance(enrolment: Enrolment, person_id: int, states: dict[str, LessonState]) -> None:
    """Add where she was; an attendance taken back opens its lesson again, unless the whole course was finished with it."""
    there = classes.attended(person_id, enrolment.course_id)
    for lesson_id in states.keys() & there:
        states[lesson_id] = replace(states[lesson_id], attended=True)
    for lesson_id, reason in classes.withdrawn(person_id, enrolment.course_id).items():
        state = states.get(lesson_id)
        if lesson_id in there or state is None or state.how not in (None, How.ATTENDED):
            continue
        stays = state.done and finished(enrolment.id)
        states[lesson_id] = replace(state, withdrawn=reason, done=stays, how=state.how if stays else None)


def finished(enrolment_id: int) -> bool:
    """Say whether an enrolment has its completion."""
    return db.session.connection().execute(_FINISHED, {"enrolment": enrolment_id}).first() is not None


def _add_tests(enrolment_id: int, states: dict[str, LessonState]) -> None:
    """Add to the lessons that a pre-test spared her the go that was recorded for them."""
    rows = db.session.execute(
        select(LessonCompletion.lesson_id, LessonCompletion.evidence).where(
            LessonCompletion.enrolment_id == enrolment_id, LessonCompletion.how == How.TESTED_OUT
        )
    )
    for lesson_id, told in rows:
        states[lesson_id] = replace(
            states[lesson_id], test_percent=told.get("percent"), test_try=told.get("try")
        )


def _add_work(enrolment_id: int, states: dict[str, LessonState]) -> None:
    for row in _last_hand_ins(enrolment_id):
        points = sum(row.points.values()) if row.points else None
        states[row.lesson_id] = replace(states[row.lesson_id], handed=Handed(row.state), rubric_points=points)


def _add_pages(version_id: int, states: dict[str, LessonState]) -> None:
    for lesson_id, pages in page_counts(version_id).items():
        states[lesson_id] = replace(states[lesson_id], pages=pages)


def _last_hand_ins(enrolment_id: int) -> Sequence[HandIn]:
    last = select(func.max(HandIn.id)).where(HandIn.enrolment_id == enrolment_id).group_by(HandIn.lesson_id)
    return db.session.scalars(select(HandIn).where(HandIn.id.in_(last))).all()


def _answered(enrolment_id: int) -> frozenset[str]:
    return frozenset(
        db.session.scalars(select(SurveyAnswer.lesson_id).where(SurveyAnswer.enrolment_id == enrolment_id))
    )


def courses_done(person_id: int | None, slugs: Sequence[str]) -> frozenset[str]:
    """Return which of these courses she has finished, whatever version of them."""
    return frozenset(
        db.session.scalars(
            select(Course.slug)
            .join(Completion, Completion.course_id == Course.id)
            .where(Completion.person_id == person_id, Course.slug.in_(slugs))
        )
    )
