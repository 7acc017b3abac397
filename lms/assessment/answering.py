"""Saving one answer, the hot path: Core statements built once, nothing of the ORM."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from courses import grading
from courses.items import leaves
from courses.model import QuizBody
from lms.assessment.commands import is_over
from lms.assessment.models import Attempt, Response
from lms.catalogue.queries import content_of
from lms.core import clock
from lms.enrolment.commands import Learner
from lms.enrolment.models import Enrolment
from lms.extensions import db

_PAPERS = (
    select(
        Attempt.public_id, Attempt.id, Attempt.enrolment_id, Attempt.lesson_id, Attempt.item_ids,
        Enrolment.version_id,
    )
    .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
    .where(Attempt.public_id.in_(bindparam("tokens", expanding=True)))
)  # fmt: skip
_OF_PERSON = _PAPERS.where(Enrolment.person_id == bindparam("owner"))
_OF_VISITOR = _PAPERS.where(Enrolment.visitor_id == bindparam("owner"))
_STANDS = (
    select(Attempt.submitted_at, Attempt.due_at).where(Attempt.id == bindparam("attempt")).with_for_update()
)


def _keep_statement(insert: Any) -> Any:
    row = insert(Response.__table__)
    return row.on_conflict_do_update(
        index_elements=["attempt_id", "item_id"],
        set_={"response": row.excluded.response, "saved_at": row.excluded.saved_at},
    )


_KEEP = {"sqlite": _keep_statement(sqlite.insert), "postgresql": _keep_statement(postgresql.insert)}


@dataclass(frozen=True, slots=True)
class Kept:
    """Why an answer was not kept (None when it was), and the seconds left (None without a time limit)."""

    reason: str | None
    left: int | None = None


@dataclass(frozen=True, slots=True)
class OpenPaper:
    """An attempt with what judging an answer needs."""

    id: int
    enrolment_id: int
    lesson_id: str
    item_ids: Sequence[str]
    version_id: int


def papers_of(learner: Learner, tokens: Sequence[str]) -> Mapping[str, OpenPaper]:
    """Return public id → paper, only those of this learner."""
    if not tokens:
        return {}
    query, owner = (_OF_PERSON, learner.person_id) if learner.person_id else (_OF_VISITOR, learner.visitor_id)
    rows = db.session.connection().execute(query, {"tokens": list(tokens), "owner": owner})
    return {row[0]: OpenPaper(*row[1:]) for row in rows}


def fault(paper: OpenPaper, item_id: str, response: Sequence[object]) -> str | None:
    """Return why an answer does not belong on a paper, None when it does."""
    body = content_of(paper.version_id).lesson(paper.lesson_id).body
    if item_id not in paper.item_ids or not isinstance(body, QuizBody):
        return "这份卷子里没有这道题。请刷新页面后再答。"
    item = next((leaf.item for leaf in leaves(body.items) if leaf.item.id == item_id), None)
    if item is None or not grading.fits(item, response):
        return "这道题的答案格式不对。请刷新页面后再选一次。"
    return None


def keep(paper: OpenPaper, item_id: str, response: Sequence[object]) -> Kept:
    """Write one answer that has no fault, unless the paper was handed in or its time is over at receipt."""
    connection = db.session.connection()
    stands = connection.execute(_STANDS, {"attempt": paper.id}).one()
    if stands.submitted_at is not None:
        return Kept("这份卷子已经交了，不能再改。可以看看成绩。")
    if is_over(stands.due_at):
        return Kept("时间到了，这道题没有存上。时间到之前存好的都算数。")
    connection.execute(
        _KEEP[connection.dialect.name],
        {"attempt_id": paper.id, "item_id": item_id, "response": list(response), "saved_at": clock.now()},
    )
    return Kept(None, seconds_left(stands.due_at))


def seconds_left(due_at: datetime | None) -> int | None:
    """Return the whole seconds until a deadline by the server's clock, 0 once it passed."""
    return None if due_at is None else max(0, int((due_at - clock.now()).total_seconds()))
