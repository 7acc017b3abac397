"""Quiz attempts: begin or continue, save an answer, submit once, also when the time is over."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from courses import draw, grading
from courses.items import ItemKind, leaves
from courses.model import QuizBody
from lms.assessment import event_log
from lms.assessment.events import AttemptGraded
from lms.assessment.models import Allowance, Attempt, EventKind, Response
from lms.assessment.papers import (
    answers_of,
    graded_items,
    items_of,
    leaves_of,
    marks_of,
    of_learner,
    paper_of,
)
from lms.core import clock
from lms.core.crypto import token
from lms.core.database import begin_write
from lms.core.errors import Conflict, Invalid
from lms.core.events import publish
from lms.enrolment.models import Enrolment
from lms.extensions import db

__all__ = [
    "GRACE", "answers_of", "begin", "check_answer", "close_overdue", "hand_in_overdue", "is_over", "items_of",
    "leaves_of", "of_learner", "paper_of", "save_answer", "settle", "submit", "tries",
]  # fmt: skip
log = logging.getLogger(__name__)
GRACE = timedelta(seconds=60)
"""An answer or a hand-in that arrives this long after the deadline still counts: the network may be slow."""


@dataclass(frozen=True, slots=True)
class Tries:
    """How often a paper was handed in, tries added by staff, the best result, the open attempt if there is one."""

    used: int
    added: int
    best_percent: int | None
    open_attempt: Attempt | None


def tries(enrolment_id: int, lesson_id: str) -> Tries:
    """Return what she did of one paper so far."""
    attempts = db.session.scalars(
        select(Attempt).where(Attempt.enrolment_id == enrolment_id, Attempt.lesson_id == lesson_id)
    ).all()
    done = [one.percent for one in attempts if one.submitted_at and one.percent is not None]
    still_open = next((one for one in attempts if one.submitted_at is None), None)
    return Tries(len(done), _allowed(enrolment_id, lesson_id)[0], max(done, default=None), still_open)


def _allowed(enrolment_id: int, lesson_id: str) -> tuple[int, int]:
    """Return the tries and the minutes that staff added for her."""
    sums = select(func.coalesce(func.sum(Allowance.tries), 0), func.coalesce(func.sum(Allowance.minutes), 0))
    row = db.session.execute(
        sums.where(Allowance.enrolment_id == enrolment_id, Allowance.lesson_id == lesson_id)
    ).one()
    return int(row[0]), int(row[1])


def begin(enrolment: Enrolment, lesson_id: str, paper: QuizBody, *, device: str = "") -> Attempt:
    """Return the open attempt, or a new one; raises Conflict when no tries are left."""
    begin_write(db.session, f"enrolment:{enrolment.id}")
    before = tries(enrolment.id, lesson_id)
    if before.open_attempt and close_overdue(before.open_attempt):
        before = tries(enrolment.id, lesson_id)
    if before.open_attempt:
        return before.open_attempt
    if paper.tries is not None and before.used >= paper.tries + before.added:
        raise Conflict(f"{paper.tries + before.added} 次机会用完了。请找老师帮您再开一次。")
    last = db.session.scalar(
        select(func.max(Attempt.number)).where(
            Attempt.enrolment_id == enrolment.id, Attempt.lesson_id == lesson_id
        )
    )
    public_id = token(16)  # also the seed of the draw and of the order
    drawn = draw.paper(paper, public_id, _seen(enrolment.id, lesson_id))
    attempt = Attempt(
        public_id=public_id,
        enrolment_id=enrolment.id,
        lesson_id=lesson_id,
        number=(last or 0) + 1,
        item_ids=[leaf.item.id for leaf in leaves(drawn)],
        started_at=clock.now(),
        due_at=_deadline(enrolment.id, lesson_id, paper),
    )
    db.session.add(attempt)
    db.session.flush()  # the address needs its public id, the log its id
    event_log.note(attempt.id, EventKind.BEGUN, device=device)
    return attempt


def _deadline(enrolment_id: int, lesson_id: str, paper: QuizBody) -> datetime | None:
    if not paper.limit_minutes:
        return None
    return clock.now() + timedelta(minutes=paper.limit_minutes + _allowed(enrolment_id, lesson_id)[1])


def _seen(enrolment_id: int, lesson_id: str) -> set[str]:
    """The items of her earlier attempts, so that a draw takes new ones first."""
    rows = db.session.scalars(
        select(Attempt.item_ids).where(Attempt.enrolment_id == enrolment_id, Attempt.lesson_id == lesson_id)
    )
    return {item_id for ids in rows for item_id in ids}


def check_answer(attempt: Attempt, item_id: str, response: Sequence[object]) -> None:
    """Raise Invalid when the item is not on the paper or the response does not fit it."""
    items = items_of(attempt)
    number, item = next(((n, one) for n, one in enumerate(items, 1) if one.id == item_id), (0, None))
    if item is None:
        raise Invalid("这份卷子里没有这道题。请刷新页面后再答。")
    if item.kind == ItemKind.HOTSPOT and len(response) > len(item.key):
        raise Invalid(f"第 {number} 题只要选 {len(item.key)} 处，您选了 {len(response)} 处，请去掉几处。")
    if not grading.fits(item, response):
        raise Invalid(f"第 {number} 题的答案格式不对，请再答一次。")


def save_answer(attempt: Attempt, item_id: str, response: Sequence[object]) -> datetime:
    """Keep one answer; raises Conflict after the paper was handed in. Check with `check_answer` first."""
    begin_write(db.session, f"enrolment:{attempt.enrolment_id}")
    _require_open(attempt)
    now = clock.now()
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    row = insert(Response).values(
        attempt_id=attempt.id, item_id=item_id, response=list(response), saved_at=now
    )
    db.session.execute(
        row.on_conflict_do_update(
            index_elements=["attempt_id", "item_id"], set_={"response": list(response), "saved_at": now}
        )
    )
    return now


def _require_open(attempt: Attempt) -> None:
    row = db.session.execute(
        select(Attempt.submitted_at, Attempt.due_at).where(Attempt.id == attempt.id).with_for_update()
    ).one()
    if row.submitted_at is not None:
        raise Conflict("这份卷子已经交了，不能再改。可以看看成绩。")
    if is_over(row.due_at):
        raise Conflict("时间到了，这道题没有存上。时间到之前存好的都算数。")


def is_over(due_at: datetime | None) -> bool:
    """Say whether a deadline and its grace have passed, by the server's clock."""
    return due_at is not None and clock.now() > due_at + GRACE


def submit(attempt: Attempt, *, device: str = "") -> Attempt:
    """Hand the paper in and grade it at once; a second time changes nothing and gives the first result."""
    begin_write(db.session, f"enrolment:{attempt.enrolment_id}")
    # Only the attempt: PostgreSQL locks no row that an outer join may leave out.
    db.session.refresh(attempt, with_for_update={"of": Attempt})
    if attempt.submitted_at:
        return attempt
    attempt.submitted_at = clock.now()
    settle(attempt)
    kind = EventKind.TIMED_OUT if is_over(attempt.due_at) else EventKind.SUBMITTED
    event_log.note(attempt.id, kind, device=device, detail={"percent": attempt.percent})
    return attempt


def close_overdue(attempt: Attempt) -> bool:
    """Hand in an open paper whose time is over, with what was saved; say whether that happened."""
    if attempt.submitted_at is not None or not is_over(attempt.due_at):
        return False
    submit(attempt)
    return True


def hand_in_overdue(limit: int = 200) -> int:
    """Hand in every open paper whose time is over; returns how many. One that fails keeps no other waiting."""
    late = select(Attempt.id).where(Attempt.submitted_at.is_(None), Attempt.due_at < clock.now() - GRACE)
    return sum(map(_closed, db.session.scalars(late.order_by(Attempt.due_at).limit(limit)).all()))


def _closed(attempt_id: int) -> bool:
    try:
        with db.session.begin_nested():
            return close_overdue(db.session.get_one(Attempt, attempt_id))
    except Exception:
        log.exception("the paper of attempt %s could not be handed in when its time was over", attempt_id)
        return False


def settle(attempt: Attempt) -> grading.Score:
    """Grade what is answered and marked by now, and tell the hearers."""
    score = grading.grade(graded_items(attempt), answers_of(attempt), marks_of(attempt))
    attempt.points, attempt.out_of, attempt.percent = score.points, score.out_of, score.percent
    attempt.passed = score.percent >= paper_of(attempt).pass_mark
    attempt.awaiting = len(score.awaiting)
    _note_points(attempt, score)
    publish(AttemptGraded(attempt.id, attempt.enrolment_id, attempt.lesson_id, score.percent, attempt.passed))
    return score


def _note_points(attempt: Attempt, score: grading.Score) -> None:
    by_item: Mapping[str, grading.ItemScore] = {one.item_id: one for one in score.items}
    for row in db.session.scalars(select(Response).where(Response.attempt_id == attempt.id)):
        if row.item_id in by_item:
            row.points, row.correct = by_item[row.item_id].points, by_item[row.item_id].correct
