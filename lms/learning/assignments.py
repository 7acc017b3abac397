"""Assignments: she hands in, a trainer accepts or gives back with a comment, she hands in again; all stays on record."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload

from courses.model import AssignmentBody, EvidenceKind, Lesson
from courses.state import Handed
from lms.catalogue.models import Course
from lms.core import audit_log, clock
from lms.core.database import begin_write
from lms.core.errors import Conflict, Invalid, Missing
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.federations import scope
from lms.federations.queries import home_unit_id
from lms.learning import commands, work_files
from lms.learning.models import HandIn

WORDS_LENGTH, COMMENT_LENGTH = 4000, 500
SHOWN = 100


def hand_in(
    enrolment: Enrolment,
    lesson: Lesson,
    words: str,
    photo: Path | None,
    file: work_files.Brought | None = None,
) -> HandIn:
    """Take her work; raises Invalid or TooLarge for what is missing or cannot be used, Conflict while the last one waits."""
    words = words.replace("\0", "").strip()
    _check(lesson, words, photo, file)
    _require_her_turn(enrolment, lesson)
    kept = work_files.keep(photo, file)
    begin_write(db.session, f"enrolment:{enrolment.id}")
    try:
        _require_her_turn(enrolment, lesson)
    except Conflict:  # sent twice at the same moment: the first one stays
        kept.forget()
        raise
    row = HandIn(
        enrolment_id=enrolment.id, lesson_id=lesson.id, words=words, at=clock.now(), **kept.columns(),
        unit_id=home_unit_id(enrolment.person_id) if enrolment.person_id else None, state=Handed.WAITING,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()  # the audit entry names its id
    audit_log.record(enrolment.person_id, "work.handed_in", "hand_in", row.id)
    return row


def _require_her_turn(enrolment: Enrolment, lesson: Lesson) -> None:
    if commands.is_done(enrolment.id, lesson.id):
        raise Conflict("这份作业已经通过了，不用再交。")
    earlier = of_lesson(enrolment.id, lesson.id)
    if earlier and earlier[0].state == Handed.WAITING:
        raise Conflict("作业已经交了，老师还没看，请等一等。")


def _check(lesson: Lesson, words: str, photo: Path | None, file: work_files.Brought | None) -> None:
    body = lesson.body
    if not isinstance(body, AssignmentBody):
        raise Invalid("这一课没有作业。")
    if len(words) > WORDS_LENGTH:
        raise Invalid(f"文字最多写 {WORDS_LENGTH} 个字，现在有 {len(words)} 个。")
    if EvidenceKind.TEXT in body.evidence and not words:
        raise Invalid("请先写作业的文字。")
    if EvidenceKind.PHOTO in body.evidence and photo is None:
        raise Invalid("请选一张照片。")
    if EvidenceKind.FILE in body.evidence and file is None:
        raise Invalid("请选一个文件。")
    if EvidenceKind.FILE not in body.evidence and file is not None:
        raise Invalid("这份作业不用交文件。")
    if not words and photo is None and file is None:
        raise Invalid("请写点文字，或选一张照片。")


def mark(
    row: HandIn, body: AssignmentBody, points: Mapping[str, int], *, accept: bool, comment: str, actor_id: int
) -> None:
    """Give points and accept, or give back with a comment; raises Invalid, Conflict."""
    comment = comment.replace("\0", "").strip()
    if len(comment) > COMMENT_LENGTH:
        raise Invalid(f"评语最多写 {COMMENT_LENGTH} 个字，现在有 {len(comment)} 个。")
    if not accept and not comment:
        raise Invalid("退回要写一句评语，告诉她改哪里。")
    total = sum(points.values())
    if accept and body.rubric and total < body.pass_points:
        raise Invalid(f"一共 {total} 分，{body.pass_points} 分才算通过。请改分，或退回让她再交。")
    begin_write(db.session, f"enrolment:{row.enrolment_id}")
    db.session.refresh(row, with_for_update={"of": HandIn})
    if row.state != Handed.WAITING:
        raise Conflict("这份作业已经有人看过了。")
    if row.enrolment.person_id == actor_id:
        raise Conflict("不能给自己的作业打分，请另一位老师来看。")
    row.state = Handed.ACCEPTED if accept else Handed.RETURNED
    row.points, row.comment, row.marked_at, row.marked_by_id = dict(points), comment, clock.now(), actor_id
    audit_log.record(actor_id, f"work.{row.state}", "hand_in", row.id, {"points": total})
    db.session.flush()  # the judge reads it
    if accept:
        commands.check_lesson(row.enrolment, row.enrolment.version.content.lesson(row.lesson_id))


def of_lesson(enrolment_id: int, lesson_id: str) -> Sequence[HandIn]:
    """Return what she handed in for a lesson, newest first."""
    return db.session.scalars(
        select(HandIn)
        .where(HandIn.enrolment_id == enrolment_id, HandIn.lesson_id == lesson_id)
        .order_by(HandIn.id.desc())
    ).all()


def _hers_to_mark() -> ColumnElement[bool]:
    courses = select(Enrolment.id).join(Course, Course.id == Enrolment.course_id)
    return or_(
        HandIn.unit_id.in_(scope.ids()),
        HandIn.enrolment_id.in_(courses.where(Course.unit_id.in_(scope.ids()))),
    )


def waiting(person_id: int, limit: int = SHOWN) -> tuple[int, Sequence[HandIn]]:
    """Return how much work waits for her, which is not her own, and the oldest of it."""
    rows = _waiting_for(person_id).options(joinedload(HandIn.enrolment).joinedload(Enrolment.person))
    return waiting_count(person_id), db.session.scalars(rows.order_by(HandIn.id).limit(limit)).all()


def waiting_count(person_id: int) -> int:
    """Return how much work of her units' people and courses waits for her."""
    return db.session.scalar(_waiting_for(person_id).with_only_columns(func.count())) or 0


def _waiting_for(person_id: int) -> Select[HandIn]:
    own = select(Enrolment.id).where(Enrolment.person_id == person_id)
    return select(HandIn).where(
        _hers_to_mark(), HandIn.state == Handed.WAITING, HandIn.enrolment_id.not_in(own)
    )


def in_scope(limit: int = SHOWN) -> Sequence[HandIn]:
    """Return the work of her units' people and courses: what waits first, the oldest of it on top."""
    return db.session.scalars(
        select(HandIn)
        .where(_hers_to_mark())
        .options(joinedload(HandIn.enrolment).joinedload(Enrolment.person))
        .order_by(HandIn.state != Handed.WAITING, HandIn.id)
        .limit(limit)
    ).all()


def one_or_404(hand_in_id: int) -> HandIn:
    """Return one piece of work that is hers to mark; raises Missing."""
    row = db.session.scalar(select(HandIn).where(HandIn.id == hand_in_id, _hers_to_mark()))
    if row is None:
        raise Missing
    return row
