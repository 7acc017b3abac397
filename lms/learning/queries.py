"""Reading a learner's state, in the form that courses.completion judges."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, func, literal, null, select, union_all

from courses import completion
from courses.completion import CourseState, Explanation, How, LessonState
from courses.model import LessonKind
from lms.assessment.models import Allowance, Attempt
from lms.catalogue.queries import durations, titles
from lms.core import clock
from lms.core.days import day_of
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.learning import evidence
from lms.learning.models import Completion, LessonCompletion, LessonProgress

# Built once, and run on the connection itself: the pages of a course and every heartbeat that may finish a lesson
# ask these. Columns, not rows.
_ENROLMENT: Any = bindparam("enrolment")
_PROGRESS = select(
    LessonProgress.lesson_id, LessonProgress.stretches, LessonProgress.read_seconds, LessonProgress.reached_end,
    LessonProgress.pages, LessonProgress.checks_right,
).where(LessonProgress.enrolment_id == _ENROLMENT)  # fmt: skip
_RESULTS: Any = (
    union_all(  # finished lessons (how), papers handed in (percent, awaiting), tries added by staff
        select(
            LessonCompletion.lesson_id,
            LessonCompletion.how,
            null().label("percent"),
            literal(0).label("count"),
        ).where(LessonCompletion.enrolment_id == _ENROLMENT),
        select(Attempt.lesson_id, null(), func.coalesce(Attempt.percent, 0), Attempt.awaiting).where(
            Attempt.enrolment_id == _ENROLMENT, Attempt.submitted_at.is_not(None)
        ),
        select(Allowance.lesson_id, null(), null(), Allowance.tries).where(
            Allowance.enrolment_id == _ENROLMENT
        ),
    )
)


@dataclass(slots=True)
class _Papers:
    """What is known of the attempts at one paper."""

    percents: list[int] = field(default_factory=list)
    added: int = 0
    awaiting: bool = False

    def add(self, percent: int | None, count: int) -> None:
        """Take one row: of an attempt handed in, or (percent None) of tries added."""
        if percent is None:
            self.added += count
        else:
            self.percents.append(percent)
            self.awaiting = self.awaiting or count > 0


_NONE = _Papers()
_COMPLETION = select(Completion).where(Completion.enrolment_id == _ENROLMENT)


def states(enrolment: Enrolment) -> dict[str, LessonState]:
    """Return lesson id → what is known of it."""
    return evidence.added(enrolment, _played_and_answered(enrolment))


def _played_and_answered(enrolment: Enrolment) -> dict[str, LessonState]:
    """Return lesson id → what playing, reading and papers say."""
    db.session.flush()  # what was just written counts
    lengths = durations(enrolment.version_id)
    connection, hers = db.session.connection(), {"enrolment": enrolment.id}
    progress = {row.lesson_id: row for row in connection.execute(_PROGRESS, hers)}
    done: dict[str, str] = {}
    papers: dict[str, _Papers] = {}
    for lesson_id, how, percent, count in connection.execute(_RESULTS, hers):
        if how is not None:
            done[lesson_id] = how
        else:
            papers.setdefault(lesson_id, _Papers()).add(percent, count)
    return {
        lesson.id: _state(
            progress.get(lesson.id),
            done.get(lesson.id),
            lengths.get(lesson.id, 0.0),
            papers.get(lesson.id, _NONE) if lesson.kind == LessonKind.QUIZ else _NONE,
        )
        for lesson in enrolment.version.content.lessons()
    }


def _state(row: Any, how: str | None, duration: float, papers: _Papers) -> LessonState:
    return LessonState(
        done=how is not None,
        how=How(how) if how else None,
        stretches=tuple((start, end) for start, end in row.stretches) if row else (),
        duration=duration,
        read_seconds=row.read_seconds if row else 0.0,
        reached_end=row.reached_end if row else False,
        pages_read=sum(1 for page in row.pages.values() if page.get("read")) if row else 0,
        pages_as_text=sum(1 for page in row.pages.values() if page.get("text")) if row else 0,
        checks_right=row.checks_right if row else False,
        best_percent=max(papers.percents, default=None),
        tries_used=len(papers.percents),
        tries_added=papers.added,
        awaiting=papers.awaiting,
    )


def explain(enrolment: Enrolment) -> Explanation:
    """Return the one answer to "why is she not complete?"."""
    return completion.explain(enrolment.version.content, course_state(enrolment))


def course_state(enrolment: Enrolment) -> CourseState:
    """Return her lessons, and where the course asks for them: other courses she finished, how long this one holds."""
    content, lessons = enrolment.version.content, states(enrolment)
    asked = content.prerequisites
    finished = completion_of(enrolment.id) if content.validity else None
    return CourseState(
        lessons,
        courses_done=evidence.courses_done(enrolment.person_id, asked) if asked else frozenset(),
        completed_on=day_of(finished.at) if finished else None,
        today=day_of(clock.now()),
        titles=titles(asked) if asked else {},
    )


def completion_of(enrolment_id: int) -> Completion | None:
    """Return the completion of an enrolment, None while she learns."""
    return db.session.scalar(_COMPLETION, {"enrolment": enrolment_id})


def completions_of(person_id: int) -> Mapping[int, Completion]:
    """Return course id → completion of a person."""
    rows = db.session.scalars(select(Completion).where(Completion.person_id == person_id))
    return {row.course_id: row for row in rows}
