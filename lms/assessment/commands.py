"""Quiz attempts: begin or continue, save an answer, submit once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import joinedload

from courses import draw, grading
from courses.items import Item, Leaf, leaves
from courses.model import QuizBody
from lms.assessment.events import AttemptGraded
from lms.assessment.models import Attempt, Response
from lms.core import clock, crypto
from lms.core.database import begin_write
from lms.core.errors import Conflict, Invalid, Missing
from lms.core.events import publish
from lms.enrolment.commands import Learner
from lms.enrolment.models import Enrolment
from lms.extensions import db


@dataclass(frozen=True, slots=True)
class Tries:
    """How often a paper was handed in, the best result, and the open attempt if there is one."""

    used: int
    best_percent: int | None
    open_attempt: Attempt | None


def tries(enrolment_id: int, lesson_id: str) -> Tries:
    """Return what she did of one paper so far."""
    attempts = db.session.scalars(
        select(Attempt).where(Attempt.enrolment_id == enrolment_id, Attempt.lesson_id == lesson_id)
    ).all()
    done = [one.percent for one in attempts if one.submitted_at and one.percent is not None]
    still_open = next((one for one in attempts if one.submitted_at is None), None)
    return Tries(len(done), max(done, default=None), still_open)


def begin(enrolment: Enrolment, lesson_id: str, paper: QuizBody) -> Attempt:
    """Return the open attempt, or a new one; raises Conflict when no tries are left."""
    begin_write(db.session, f"enrolment:{enrolment.id}")
    before = tries(enrolment.id, lesson_id)
    if before.open_attempt:
        return before.open_attempt
    if paper.tries is not None and before.used >= paper.tries:
        raise Conflict(f"{paper.tries} 次机会用完了。请找老师帮您再开一次。")
    last = db.session.scalar(
        select(func.max(Attempt.number)).where(
            Attempt.enrolment_id == enrolment.id, Attempt.lesson_id == lesson_id
        )
    )
    public_id = crypto.token(16)  # also the seed of the draw and of the order
    drawn = draw.paper(paper, public_id, _seen(enrolment.id, lesson_id))
    attempt = Attempt(
        public_id=public_id,
        enrolment_id=enrolment.id,
        lesson_id=lesson_id,
        number=(last or 0) + 1,
        item_ids=[leaf.item.id for leaf in leaves(drawn)],
        started_at=clock.now(),
    )
    db.session.add(attempt)
    db.session.flush()  # the address needs its public id
    return attempt


def _seen(enrolment_id: int, lesson_id: str) -> set[str]:
    """The items of her earlier attempts, so that a draw takes new ones first."""
    rows = db.session.scalars(
        select(Attempt.item_ids).where(Attempt.enrolment_id == enrolment_id, Attempt.lesson_id == lesson_id)
    )
    return {item_id for ids in rows for item_id in ids}


def of_learner(public_id: str, learner: Learner) -> Attempt:
    """Return her attempt by its public id; raises Missing for another's."""
    attempt = db.session.scalar(
        select(Attempt).where(Attempt.public_id == public_id).options(joinedload(Attempt.enrolment))
    )
    if attempt is None or not _hers(attempt.enrolment, learner):
        raise Missing("没有找到这份答卷。")
    return attempt


def _hers(enrolment: Enrolment, learner: Learner) -> bool:
    if learner.person_id:
        return enrolment.person_id == learner.person_id
    return learner.visitor_id is not None and enrolment.visitor_id == learner.visitor_id


def paper_of(attempt: Attempt) -> QuizBody:
    """Return the paper as the pinned version of the course holds it."""
    body = attempt.enrolment.version.content.lesson(attempt.lesson_id).body
    if not isinstance(body, QuizBody):
        raise Missing
    return body


def leaves_of(attempt: Attempt) -> list[Leaf]:
    """Return what is answered in an attempt, in its order, each with the story it belongs to."""
    known = {leaf.item.id: leaf for leaf in leaves(paper_of(attempt).items)}
    return [known[item_id] for item_id in attempt.item_ids if item_id in known]


def items_of(attempt: Attempt) -> list[Item]:
    """Return the items of an attempt in its order."""
    return [leaf.item for leaf in leaves_of(attempt)]


def answers_of(attempt: Attempt) -> dict[str, list[Any]]:
    """Return item id → response as saved."""
    rows = db.session.execute(
        select(Response.item_id, Response.response).where(Response.attempt_id == attempt.id)
    )
    return {item_id: response for item_id, response in rows}


def check_answer(attempt: Attempt, item_id: str, response: Sequence[object]) -> None:
    """Raise Invalid when the item is not on the paper or the response does not fit it."""
    item = next((one for one in items_of(attempt) if one.id == item_id), None)
    if item is None:
        raise Invalid("这份卷子里没有这道题。请刷新页面后再答。")
    if not grading.fits(item, response):
        raise Invalid("这道题的答案格式不对。请刷新页面后再选一次。")


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
    still_open = db.session.scalar(
        select(Attempt.submitted_at).where(Attempt.id == attempt.id).with_for_update()
    )
    if still_open is not None:
        raise Conflict("这份卷子已经交了，不能再改。可以看看成绩。")


def submit(attempt: Attempt) -> Attempt:
    """Hand the paper in and grade it at once; a second time changes nothing and gives the first result."""
    begin_write(db.session, f"enrolment:{attempt.enrolment_id}")
    # Only the attempt: PostgreSQL locks no row that an outer join may leave out.
    db.session.refresh(attempt, with_for_update={"of": Attempt})
    if attempt.submitted_at:
        return attempt
    items, answers = items_of(attempt), answers_of(attempt)
    score = grading.grade(items, answers)
    attempt.submitted_at = clock.now()
    attempt.points, attempt.out_of, attempt.percent = int(score.points), score.out_of, score.percent
    attempt.passed = score.percent >= paper_of(attempt).pass_mark
    _note_points(attempt, score)
    publish(AttemptGraded(attempt.id, attempt.enrolment_id, attempt.lesson_id, score.percent, attempt.passed))
    return attempt


def _note_points(attempt: Attempt, score: grading.Score) -> None:
    by_item: Mapping[str, grading.ItemScore] = {one.item_id: one for one in score.items}
    for row in db.session.scalars(select(Response).where(Response.attempt_id == attempt.id)):
        if row.item_id in by_item:
            row.points, row.correct = int(by_item[row.item_id].points), by_item[row.item_id].correct
