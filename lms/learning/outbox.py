"""The phone's outbox: watched stretches and answers, each entry judged once, the same id answered the same."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from sqlalchemy import select

from lms.assessment import commands as assessment
from lms.assessment.models import Attempt
from lms.core import clock
from lms.core.database import begin_write
from lms.core.errors import BadRequest, Invalid, LmsError
from lms.enrolment.commands import Learner
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.learning import watching
from lms.learning.commands import check_lesson, insert
from lms.learning.models import OutboxEntry

MAX_ENTRIES = 200
UNREADABLE = "这条记录读不懂，没有计入。"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
    id: Annotated[str, Field(min_length=8, max_length=64)]


class WatchedEntry(_Entry):
    """Seconds of a video that were really played in one visit."""

    kind: Literal["watched"]
    visit: Annotated[str, Field(max_length=64)]
    seq: Annotated[int, Field(ge=0, lt=2**31)]
    stretches: Annotated[list[Annotated[list[float], Field(max_length=2)]], Field(max_length=500)]
    rate: float = 1.0


class AnswerEntry(_Entry):
    """One answer on an open paper."""

    kind: Literal["answer"]
    attempt: Annotated[str, Field(max_length=64)]
    item: Annotated[str, Field(max_length=64)]
    response: Annotated[list[Any], Field(max_length=100)]


_adapter: TypeAdapter[WatchedEntry | AnswerEntry] = TypeAdapter(
    Annotated[WatchedEntry | AnswerEntry, Field(discriminator="kind")]
)
Judged = dict[str, Any]


def entries_of(body: object) -> list[object]:
    """Return the raw entries of a request body; raises BadRequest when there are none to read."""
    entries = body.get("entries") if isinstance(body, dict) else None
    if not isinstance(entries, list):
        raise BadRequest("请求里没有学习记录。请刷新页面后再试。")
    if len(entries) > MAX_ENTRIES:
        raise Invalid(f"一次最多送 {MAX_ENTRIES} 条记录，请分几次。")
    return entries


def take(raw: Sequence[object], learner: Learner) -> list[Judged]:
    """Judge every entry of one request, in order; the caller commits."""
    read = [_read(one) for one in raw]
    good = [one for one in read if not isinstance(one, dict)]
    visits = watching.visits_of(learner, [one.visit for one in good if isinstance(one, WatchedEntry)])
    attempts = {one.attempt: _attempt(one.attempt, learner) for one in good if isinstance(one, AnswerEntry)}
    begin_write(db.session, learner.name, *_enrolments(visits, attempts))
    before = _answered([one.id for one in good], learner)
    results = []
    for one in read:
        if isinstance(one, dict):
            results.append(one)
        elif one.id in before:
            results.append(before[one.id])
        else:
            result = {"id": one.id, **_judge(one, learner, visits, attempts)}
            before[one.id] = result
            _keep(result, learner)
            results.append(result)
    return results


def _enrolments(
    visits: Mapping[str, watching.OpenVisit], attempts: Mapping[str, Attempt | None]
) -> Iterator[str]:
    """Name every enrolment the entries are about."""
    for visit in visits.values():
        yield f"enrolment:{visit.enrolment_id}"
    for attempt in attempts.values():
        if attempt is not None:
            yield f"enrolment:{attempt.enrolment_id}"


def _read(raw: object) -> WatchedEntry | AnswerEntry | Judged:
    try:
        entry = _adapter.validate_python(raw)
        UUID(entry.id)
        return entry
    except (ValidationError, ValueError, RecursionError):
        given = raw.get("id") if isinstance(raw, dict) else None
        return {"id": given if isinstance(given, str) else None, **_refused(UNREADABLE)}


def _refused(reason: str) -> Judged:
    return {"state": "refused", "credited": 0, "reason": reason}


def _attempt(public_id: str, learner: Learner) -> Attempt | None:
    try:
        return assessment.of_learner(public_id, learner)
    except LmsError:
        return None


def _answered(ids: Sequence[str], learner: Learner) -> dict[str, Judged]:
    rows = db.session.execute(
        select(OutboxEntry.id, OutboxEntry.result).where(
            OutboxEntry.id.in_(ids), OutboxEntry.learner == learner.name
        )
    )
    return {entry_id: result for entry_id, result in rows}


def _keep(result: Judged, learner: Learner) -> None:
    row = insert(OutboxEntry).values(id=result["id"], learner=learner.name, result=result, at=clock.now())
    db.session.execute(row.on_conflict_do_nothing())


def _judge(
    entry: WatchedEntry | AnswerEntry,
    learner: Learner,
    visits: Mapping[str, watching.OpenVisit],
    attempts: Mapping[str, Attempt | None],
) -> Judged:
    if isinstance(entry, AnswerEntry):
        return _judge_answer(entry, attempts[entry.attempt])
    visit = visits.get(entry.visit)
    watched = watching.Watched(entry.visit, entry.seq, entry.stretches, entry.rate)
    if reason := watching.fault(watched, visit, clock.now()):
        return _refused(reason)
    if visit is None:
        return _refused(UNREADABLE)
    result = watching.credit(watched, visit, learner)
    return result | {"lesson_done": _lesson_done(visit, result["share"])}


def _lesson_done(visit: watching.OpenVisit, share: float) -> bool:
    if share < 0.1:  # no rule asks for less: keeps the judge off the hot path of a lesson just begun
        return False
    enrolment = db.session.get_one(Enrolment, visit.enrolment_id)
    lesson = enrolment.version.content.lesson(visit.lesson_id)
    needed = getattr(lesson.body, "watched_share", 1.0)
    return share >= needed and check_lesson(enrolment, lesson)


def _judge_answer(entry: AnswerEntry, attempt: Attempt | None) -> Judged:
    if attempt is None:
        return _refused("没有找到这份答卷。请刷新页面。")
    try:
        assessment.check_answer(attempt, entry.item, entry.response)
        assessment.save_answer(attempt, entry.item, entry.response)
    except LmsError as error:
        return _refused(error.message)
    return {"state": "kept", "credited": 0, "reason": None}
