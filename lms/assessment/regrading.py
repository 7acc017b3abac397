"""A wrong key found later: one action that shows who changes, is confirmed, and keeps every score before."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from courses import grading
from courses.model import QuizBody
from lms.assessment import commands, event_log, papers
from lms.assessment.models import Attempt, EventKind, Regrade, RegradeChange
from lms.catalogue.models import Course
from lms.core import audit_log, clock
from lms.core.database import begin_write
from lms.core.errors import Conflict, Invalid, Missing
from lms.enrolment.models import Enrolment
from lms.extensions import db

MOST_REASON = 500


@dataclass(frozen=True, slots=True)
class Change:
    """One attempt whose score the present keys change."""

    attempt: Attempt
    score: grading.Score
    passed: bool

    @property
    def person_id(self) -> int | None:
        """Whose attempt it is."""
        return self.attempt.enrolment.person_id

    @property
    def falls(self) -> bool:
        """Whether a passed attempt would no longer pass; what was finished stays finished all the same."""
        return bool(self.attempt.passed) and not self.passed


@dataclass(frozen=True, slots=True)
class Preview:
    """What a regrade with the present version's keys would do."""

    paper: QuizBody
    seen: int
    changes: Sequence[Change]

    @property
    def people(self) -> int:
        """How many people change."""
        return len({one.attempt.enrolment_id for one in self.changes})


def paper_of_course(course: Course, lesson_id: str) -> QuizBody:
    """Return a paper of the present version of a course; raises Missing."""
    paper = papers.paper_in(course.version.content, lesson_id) if course.version else None
    if paper is None:
        raise Missing("这门课现在的版本里没有这份测验。")
    return paper


def preview(course: Course, lesson_id: str) -> Preview:
    """Grade every handed-in attempt with the present keys, and change nothing."""
    paper = paper_of_course(course, lesson_id)
    query = (
        select(Attempt)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(
            Enrolment.course_id == course.id,
            Attempt.lesson_id == lesson_id,
            Attempt.submitted_at.is_not(None),
        )
        .options(joinedload(Attempt.enrolment))
        .order_by(Attempt.id)
    )
    attempts = db.session.scalars(query).all()
    changes = [change for one in attempts if (change := _change(one, course))]
    return Preview(paper, len(attempts), changes)


def _change(attempt: Attempt, course: Course) -> Change | None:
    if course.version is None:
        return None
    items = papers.with_keys_of(papers.items_of(attempt), course.version.content, attempt.lesson_id)
    score = grading.grade(items, papers.answers_of(attempt), papers.marks_of(attempt))
    if (score.points, score.percent) == (attempt.points, attempt.percent):
        return None
    return Change(attempt, score, score.percent >= commands.paper_of(attempt).pass_mark)


def regrade(course: Course, lesson_id: str, *, reason: str, expected: int, actor_id: int) -> Regrade | None:
    """Grade again and keep the scores before; `expected` is how many attempts the confirmed page named.

    Returns None when nothing would change (it was done already).

    A lesson or course that was finished stays finished: only a person takes a certificate back.
    """
    reason = reason.strip()
    if not reason:
        raise Invalid("请写为什么要重新判分，比如“第 3 题的答案标错了”。")
    if len(reason) > MOST_REASON:
        raise Invalid(f"原因最多 {MOST_REASON} 个字。")
    begin_write(db.session, f"course:{course.id}")
    found = preview(course, lesson_id)
    if not found.changes:
        return None
    if len(found.changes) != expected:
        raise Conflict("名单刚刚有了变化，还没有重新判分。请再看一遍，然后确认。")
    row = Regrade(
        course_id=course.id, lesson_id=lesson_id, version_id=course.version_id, reason=reason,
        actor_id=actor_id, at=clock.now(),
    )  # fmt: skip
    row.changes = [_apply(change, course, actor_id) for change in found.changes]
    db.session.add(row)
    db.session.flush()  # the trail names its id
    told = {"course": course.id, "paper": lesson_id, "attempts": len(found.changes), "people": found.people}
    audit_log.record(actor_id, "paper.regraded", "regrade", row.id, told)
    return row


def _apply(change: Change, course: Course, actor_id: int) -> RegradeChange:
    attempt = change.attempt
    kept = RegradeChange(
        attempt_id=attempt.id,
        before_points=attempt.points or Fraction(0),
        before_percent=attempt.percent or 0,
        before_passed=bool(attempt.passed),
        after_points=change.score.points,
        after_percent=change.score.percent,
        after_passed=change.passed,
    )
    attempt.key_version_id = course.version_id
    commands.settle(attempt)
    detail = {"before": kept.before_percent, "after": kept.after_percent}
    event_log.note(attempt.id, EventKind.REGRADED, actor_id=actor_id, detail=detail)
    return kept


def last_change(attempt_id: int) -> RegradeChange | None:
    """Return the newest change of an attempt's score by a regrade, None when there was none."""
    return db.session.scalar(
        select(RegradeChange)
        .where(RegradeChange.attempt_id == attempt_id)
        .order_by(RegradeChange.regrade_id.desc())
        .options(joinedload(RegradeChange.regrade))
        .limit(1)
    )


def of_paper(course_id: int, lesson_id: str) -> Sequence[Regrade]:
    """Return the regrades of a paper, newest first."""
    query = select(Regrade).where(Regrade.course_id == course_id, Regrade.lesson_id == lesson_id)
    return (
        db.session.scalars(query.order_by(Regrade.id.desc()).options(joinedload(Regrade.changes)))
        .unique()
        .all()
    )
