"""The phone's outbox: watched stretches and answers, each entry judged once, the same id answered the same."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, field_validator
from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from courses.items.words import made_whole
from courses.lesson_rules import share_of
from lms.assessment import answering, event_log
from lms.catalogue.queries import content_of
from lms.core import clock
from lms.core.errors import BadRequest, Invalid
from lms.enrolment.commands import Learner
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.learning import watching
from lms.learning.commands import check_lesson, table
from lms.learning.models import OutboxEntry

MAX_ENTRIES = 200
UNREADABLE = "这条记录读不懂，没有计入。"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
    id: Annotated[str, Field(min_length=8, max_length=64)]


class WatchedEntry(_Entry):
    """Seconds of a video or recording that were really played in one visit."""

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

    @field_validator("response")
    @classmethod
    def _whole(cls, typed: list[Any]) -> list[Any]:
        """A phone may cut an emoji in two at the end of a field; the rest of her answer is kept."""
        return [made_whole(one) if isinstance(one, str) else one for one in typed]


class PresentEntry(_Entry):
    """She pressed the button of a video that had paused to ask whether she is still there."""

    kind: Literal["present"]
    visit: Annotated[str, Field(max_length=64)]


Entry = WatchedEntry | AnswerEntry | PresentEntry
_adapter: TypeAdapter[Entry] = TypeAdapter(Annotated[Entry, Field(discriminator="kind")])
Judged = dict[str, Any]
_ANSWERED = select(OutboxEntry.result).where(
    OutboxEntry.learner == bindparam("learner"), OutboxEntry.id == bindparam("id")
)
_KEEP = {
    "sqlite": sqlite.insert(table(OutboxEntry)).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(table(OutboxEntry)).on_conflict_do_nothing(),
}


def entries_of(body: object) -> list[object]:
    """Return the raw entries of a request body; raises BadRequest when there are none to read."""
    entries = body.get("entries") if isinstance(body, dict) else None
    if not isinstance(entries, list):
        raise BadRequest("请求里没有学习记录。请刷新页面后再试。")
    if len(entries) > MAX_ENTRIES:
        raise Invalid(f"一次最多送 {MAX_ENTRIES} 条记录，请分几次。")
    return entries


@dataclass(frozen=True, slots=True)
class Bundle:
    """The entries of one request, read and looked up; `take` judges them under the write lock."""

    learner: Learner
    read: Sequence[Entry | Judged]
    visits: Mapping[str, watching.OpenVisit]
    papers: Mapping[str, answering.OpenPaper]
    faults: Mapping[str, str]
    device: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """What is written to: the learner's clock and her enrolments."""
        visits = {one.enrolment_id for one in self.visits.values()}
        enrolments = visits | {one.enrolment_id for one in self.papers.values()}
        return (self.learner.name, *(f"enrolment:{one}" for one in enrolments))

    def take(self) -> list[Judged]:
        """Judge every entry once, in order; the same id gets its first answer again."""
        connection, results, saved = db.session.connection(), [], Counter[int]()
        for one in self.read:
            if isinstance(one, dict):
                results.append(one)
                continue
            judged, is_new = self._once(connection, one)
            results.append(judged)
            if is_new:
                _keep(connection, judged, self.learner)
                if isinstance(one, AnswerEntry) and judged["state"] == "kept":
                    saved[self.papers[one.attempt].id] += 1
        for attempt_id, count in saved.items():
            event_log.note_saved(attempt_id, count, self.device)
        return results

    def _once(self, connection: Connection, entry: Entry) -> tuple[Judged, bool]:
        """Return the answer this entry got before, else the one it gets now, and whether it is new."""
        visit = self.visits.get(entry.visit) if isinstance(entry, WatchedEntry) else None
        if visit is not None and isinstance(entry, WatchedEntry):
            found = watching.standing(connection, visit, self.learner, entry.id)
            if found.answer:
                return found.answer, False
            return {"id": entry.id, **self._judge_watched(connection, entry, visit, found)}, True
        hers = {"learner": self.learner.name, "id": entry.id}
        if first := connection.execute(_ANSWERED, hers).scalar():
            return first, False
        return {"id": entry.id, **self._judge(connection, entry)}, True

    def _judge(self, connection: Connection, entry: Entry) -> Judged:
        if isinstance(entry, AnswerEntry):
            return self._judge_answer(entry)
        visit = self.visits.get(entry.visit)
        if visit is None:
            return _refused("没有找到这次播放。请刷新页面再放。")
        watching.note_presence(connection, visit)
        return {"state": "kept", "credited": 0, "reason": None}

    def _judge_watched(
        self, connection: Connection, entry: WatchedEntry, visit: watching.OpenVisit, found: watching.Standing
    ) -> Judged:
        watched = watching.Watched(entry.visit, entry.seq, entry.stretches, entry.rate)
        if reason := watching.fault(watched, visit, clock.now()):
            return _refused(reason)
        policy = content_of(visit.version_id).watching
        result = watching.credit(connection, watched, visit, self.learner, found, policy)
        return result | {"lesson_done": _lesson_done(visit, result["share"])}

    def _judge_answer(self, entry: AnswerEntry) -> Judged:
        paper = self.papers.get(entry.attempt)
        if paper is None:
            return _refused("没有找到这份答卷。请刷新页面。")
        reason = self.faults.get(entry.id)
        kept = answering.Kept(reason) if reason else answering.keep(paper, entry.item, entry.response)
        if kept.reason:
            return _refused(kept.reason)
        return {"state": "kept", "credited": 0, "reason": None, "left": kept.left}


def bundle(raw: Sequence[object], learner: Learner, device: str = "") -> Bundle:
    """Read the entries and look up what they are about: everything that needs no lock."""
    read = [_read(one) for one in raw]
    visits = watching.visits_of(
        learner, [one.visit for one in read if isinstance(one, WatchedEntry | PresentEntry)]
    )
    answers = [one for one in read if isinstance(one, AnswerEntry)]
    papers = answering.papers_of(learner, [one.attempt for one in answers])
    faults = {
        one.id: reason
        for one in answers
        if one.attempt in papers and (reason := answering.fault(papers[one.attempt], one.item, one.response))
    }
    return Bundle(learner, read, visits, papers, faults, device)


def _read(raw: object) -> Entry | Judged:
    try:
        entry = _adapter.validate_python(raw)
        UUID(entry.id)
        return entry
    except (ValidationError, ValueError, RecursionError):
        given = raw.get("id") if isinstance(raw, dict) else None
        return {"id": given if isinstance(given, str) else None, **_refused(UNREADABLE)}


def _refused(reason: str) -> Judged:
    return {"state": "refused", "credited": 0, "reason": reason}


def _keep(connection: Connection, result: Judged, learner: Learner) -> None:
    values = {"id": result["id"], "learner": learner.name, "result": result, "at": clock.now()}
    connection.execute(_KEEP[connection.dialect.name], values)


def _lesson_done(visit: watching.OpenVisit, share: float) -> bool:
    lesson = content_of(visit.version_id).lesson(visit.lesson_id)
    if share < share_of(lesson.body):
        return False
    return check_lesson(db.session.get_one(Enrolment, visit.enrolment_id), lesson)
