"""Marks by a person: which answers wait, what is given for one, and the score that follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from courses.items import Item
from lms.assessment import commands, event_log, papers
from lms.assessment.models import Attempt, EventKind, Response
from lms.core import audit_log, clock
from lms.core.database import begin_write
from lms.core.errors import Conflict, Invalid, Missing
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.federations import scope

MOST_COMMENT = 2000
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """One answer that waits for a person."""

    attempt: Attempt
    item: Item
    number: int


def _in_scope() -> Select[Attempt]:
    return (
        select(Attempt)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(Enrolment.unit_id.in_(scope.ids()))
        .options(
            joinedload(Attempt.enrolment).joinedload(Enrolment.person),
            joinedload(Attempt.enrolment).joinedload(Enrolment.course),
            joinedload(Attempt.enrolment).joinedload(Enrolment.version),
        )
    )


def one_or_404(attempt_id: int) -> Attempt:
    """Return an attempt of a learner of the scope; raises Missing."""
    attempt = db.session.scalar(_in_scope().where(Attempt.id == attempt_id))
    if attempt is None:
        raise Missing
    return attempt


def waiting() -> tuple[int, Sequence[Waiting]]:
    """Return how many answers of the scope wait, and those of the papers handed in first."""
    oldest = _unmarked().order_by(Attempt.submitted_at, Attempt.id).limit(SHOWN)
    return waiting_count(), [one for attempt in db.session.scalars(oldest).all() for one in _of(attempt)]


def waiting_count() -> int:
    """Return how many answers of the scope wait for a person."""
    return db.session.scalar(_unmarked().with_only_columns(func.sum(Attempt.awaiting))) or 0


def _unmarked() -> Select[Attempt]:
    return _in_scope().where(Attempt.awaiting > 0, Attempt.submitted_at.is_not(None))


def _of(attempt: Attempt) -> list[Waiting]:
    answers, marks = papers.answers_of(attempt), papers.marks_of(attempt)
    return [
        Waiting(attempt, item, number)
        for number, item in enumerate(papers.graded_items(attempt), start=1)
        if item.marked_by_person and item.id not in marks and _written(answers.get(item.id, ()))
    ]


def _written(response: Sequence[object]) -> bool:
    return any(str(one).strip() for one in response)


def essay(attempt: Attempt, item_id: str) -> tuple[Item, Response]:
    """Return an essay of a handed-in paper with what she wrote; raises Missing."""
    item = next((one for one in papers.graded_items(attempt) if one.id == item_id), None)
    row = db.session.get(Response, (attempt.id, item_id))
    if item is None or row is None or not item.marked_by_person or attempt.submitted_at is None:
        raise Missing("没有找到这道要批改的题。")
    return item, row


def mark(attempt: Attempt, item_id: str, marks: Mapping[str, int], comment: str, *, actor_id: int) -> None:
    """Give points line by line of the rubric; the paper is graded again with them."""
    begin_write(db.session, f"enrolment:{attempt.enrolment_id}")
    db.session.refresh(attempt, with_for_update={"of": Attempt})
    item, row = essay(attempt, item_id)
    _check(item, marks, comment)
    if attempt.submitted_at is None:
        raise Conflict("这份卷子刚刚重新打开了，等她交了再批改。")
    before = attempt.percent
    row.marks, row.comment = dict(marks), comment.strip() or None
    row.marked_by_id, row.marked_at = actor_id, clock.now()
    db.session.flush()  # grading reads the marks
    commands.settle(attempt)
    told = {"item": item_id, "points": sum(marks.values()), "before": before, "after": attempt.percent}
    event_log.note(attempt.id, EventKind.MARKED, actor_id=actor_id, detail=told)
    audit_log.record(actor_id, "answer.marked", "attempt", attempt.id, told)


def _check(item: Item, marks: Mapping[str, int], comment: str) -> None:
    for line in item.rubric:
        if not 0 <= marks.get(line.id, -1) <= line.points:
            raise Invalid(f"“{line.text}”请选 0 到 {line.points} 分。")
    if len(comment) > MOST_COMMENT:
        raise Invalid(f"评语最多 {MOST_COMMENT} 个字。")
