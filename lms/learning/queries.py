"""Reading a learner's state, in the form that courses.completion judges."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, func, null, select, union_all

from courses import completion
from courses.completion import Explanation, How, LessonState
from courses.model import LessonKind
from lms.assessment.models import Attempt
from lms.catalogue.queries import durations
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.learning.models import Completion, LessonCompletion, LessonProgress

# Built once, and run on the connection itself: the pages of a course and every heartbeat that may finish a lesson
# ask these. Columns, not rows.
_ENROLMENT: Any = bindparam("enrolment")
_PROGRESS = select(
    LessonProgress.lesson_id, LessonProgress.stretches, LessonProgress.read_seconds, LessonProgress.reached_end,
    LessonProgress.pages, LessonProgress.checks_right,
).where(LessonProgress.enrolment_id == _ENROLMENT)  # fmt: skip
_RESULTS: Any = union_all(  # finished lessons (how) and papers handed in (percent)
    select(LessonCompletion.lesson_id, LessonCompletion.how, null().label("percent")).where(
        LessonCompletion.enrolment_id == _ENROLMENT
    ),
    select(Attempt.lesson_id, null().label("how"), func.coalesce(Attempt.percent, 0)).where(
        Attempt.enrolment_id == _ENROLMENT, Attempt.submitted_at.is_not(None)
    ),
)
_COMPLETION = select(Completion).where(Completion.enrolment_id == _ENROLMENT)


def states(enrolment: Enrolment) -> dict[str, LessonState]:
    """Return lesson id → what is known of it."""
    db.session.flush()  # what was just written counts
    lengths = durations(enrolment.version_id)
    connection, hers = db.session.connection(), {"enrolment": enrolment.id}
    progress = {row.lesson_id: row for row in connection.execute(_PROGRESS, hers)}
    done: dict[str, str] = {}
    papers: dict[str, list[int]] = {}
    for lesson_id, how, percent in connection.execute(_RESULTS, hers):
        if how is None:
            papers.setdefault(lesson_id, []).append(percent)
        else:
            done[lesson_id] = how
    return {
        lesson.id: _state(
            progress.get(lesson.id),
            done.get(lesson.id),
            lengths.get(lesson.id, 0.0),
            papers.get(lesson.id, ()) if lesson.kind == LessonKind.QUIZ else (),
        )
        for lesson in enrolment.version.content.lessons()
    }


def _state(row: Any, how: str | None, duration: float, percents: Sequence[int]) -> LessonState:
    return LessonState(
        done=how is not None,
        how=How(how) if how else None,
        stretches=tuple((start, end) for start, end in row.stretches) if row else (),
        duration=duration,
        read_seconds=row.read_seconds if row else 0.0,
        reached_end=row.reached_end if row else False,
        pages_read=sum(1 for page in row.pages.values() if page.get("read")) if row else 0,
        checks_right=row.checks_right if row else False,
        best_percent=max(percents, default=None),
        tries_used=len(percents),
    )


def explain(enrolment: Enrolment) -> Explanation:
    """Return the one answer to "why is she not complete?"."""
    return completion.explain(enrolment.version.content, states(enrolment))


def completion_of(enrolment_id: int) -> Completion | None:
    """Return the completion of an enrolment, None while she learns."""
    return db.session.scalar(_COMPLETION, {"enrolment": enrolment_id})


def completions_of(person_id: int) -> Mapping[int, Completion]:
    """Return course id → completion of a person."""
    rows = db.session.scalars(select(Completion).where(Completion.person_id == person_id))
    return {row.course_id: row for row in rows}
