"""Appeals: a volunteer says what was not counted, an officer decides; both stay on record (peers.md 3.1)."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from courses.completion import How
from courses.model import Lesson
from lms.core import audit_log, clock
from lms.core.database import begin_write
from lms.core.errors import Conflict, Invalid
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.federations import scope
from lms.federations.queries import home_unit_id
from lms.learning import commands
from lms.learning.models import Appeal

NOTE_LENGTH = 500


def words_of(text: str, what: str) -> str:
    """Return a text of hers or of an officer, trimmed; raises Invalid for none or too much."""
    text = text.strip()
    if not text:
        raise Invalid(f"请写{what}。")
    if len(text) > NOTE_LENGTH:
        raise Invalid(f"{what}最多写 {NOTE_LENGTH} 个字，现在有 {len(text)} 个。")
    return text


def make(enrolment: Enrolment, lesson: Lesson, note: str) -> Appeal:
    """Put down an appeal of hers; raises Invalid, Conflict (one at a time; nothing to appeal; no unit yet)."""
    note = words_of(note, "要说明的情况")
    unit_id = home_unit_id(enrolment.person_id) if enrolment.person_id else None
    if unit_id is None or enrolment.person_id is None:
        raise Conflict("您还没有选单位，没有人能核实。请先在“我的”里选单位。")
    begin_write(db.session, f"enrolment:{enrolment.id}")
    if commands.is_done(enrolment.id, lesson.id):
        raise Conflict("这一课已经算学完了，不用再说明。")
    appeal = Appeal(
        enrolment_id=enrolment.id, lesson_id=lesson.id, unit_id=unit_id, note=note, made_at=clock.now(), state="open"
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(appeal)
    except IntegrityError:
        raise Conflict("您的说明已经交了，正在等单位核实，不用再交一次。") from None
    audit_log.record(enrolment.person_id, "appeal.made", "appeal", appeal.id)
    return appeal


def decide(appeal: Appeal, *, accept: bool, answer: str, actor_id: int) -> None:
    """Accept (the lesson counts as finished) or refuse, with words she reads; raises Invalid, Conflict."""
    answer = words_of(answer, "答复")
    begin_write(db.session, f"enrolment:{appeal.enrolment_id}")
    db.session.refresh(appeal, with_for_update={"of": Appeal})
    if appeal.state != "open":
        raise Conflict("这份说明已经有人答复过了。")
    appeal.state = "accepted" if accept else "refused"
    appeal.answer, appeal.decided_at, appeal.decided_by_id = answer, clock.now(), actor_id
    audit_log.record(actor_id, f"appeal.{appeal.state}", "appeal", appeal.id)
    if accept:
        lesson = appeal.enrolment.version.content.lesson(appeal.lesson_id)
        commands.finish_lesson(appeal.enrolment, lesson, How.DECIDED, {"appeal": appeal.id})


def of_lesson(enrolment_id: int, lesson_id: str) -> Sequence[Appeal]:
    """Return her appeals about one lesson, newest first."""
    return db.session.scalars(
        select(Appeal)
        .where(Appeal.enrolment_id == enrolment_id, Appeal.lesson_id == lesson_id)
        .order_by(Appeal.id.desc())
    ).all()


def in_scope(limit: int = 100) -> Sequence[Appeal]:
    """Return the appeals of the present officer's units: the open ones first, the oldest of them on top."""
    return db.session.scalars(
        select(Appeal)
        .where(Appeal.unit_id.in_(scope.ids()))
        .options(joinedload(Appeal.enrolment).joinedload(Enrolment.person))
        .order_by(Appeal.state != "open", Appeal.id)
        .limit(limit)
    ).all()
