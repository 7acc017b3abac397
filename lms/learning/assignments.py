"""Assignments: she hands in, a trainer accepts or gives back with a comment, she hands in again; all stays on record."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from flask import current_app, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload

from courses.model import AssignmentBody, EvidenceKind, Lesson
from courses.state import Handed
from lms.assets.commands import storage
from lms.catalogue.models import Course
from lms.core import audit_log, clock, crypto
from lms.core.database import begin_write
from lms.core.errors import Conflict, Invalid, Missing
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.federations import scope
from lms.federations.queries import home_unit_id
from lms.learning import commands
from lms.learning.models import HandIn
from media import photos
from media.errors import MediaError

WORDS_LENGTH, COMMENT_LENGTH = 4000, 500
GOOD_FOR_SECONDS = 4 * 3600


def hand_in(enrolment: Enrolment, lesson: Lesson, words: str, photo: Path | None) -> HandIn:
    """Take her work; raises Invalid for what is missing or no picture, Conflict while the last one waits."""
    words = words.replace("\0", "").strip()
    _check(lesson, words, photo)
    key = _kept(photo) if photo else None
    begin_write(db.session, f"enrolment:{enrolment.id}")
    earlier = of_lesson(enrolment.id, lesson.id)
    if commands.is_done(enrolment.id, lesson.id):
        raise Conflict("这份作业已经通过了，不用再交。")
    if earlier and earlier[0].state == Handed.WAITING:
        raise Conflict("作业已经交了，老师还没看，请等一等。")
    row = HandIn(
        enrolment_id=enrolment.id, lesson_id=lesson.id, words=words, picture_key=key, at=clock.now(),
        unit_id=home_unit_id(enrolment.person_id) if enrolment.person_id else None, state=Handed.WAITING,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()  # the audit entry names its id
    audit_log.record(enrolment.person_id, "work.handed_in", "hand_in", row.id)
    return row


def _check(lesson: Lesson, words: str, photo: Path | None) -> None:
    body = lesson.body
    if not isinstance(body, AssignmentBody):
        raise Invalid("这一课没有作业。")
    if len(words) > WORDS_LENGTH:
        raise Invalid(f"文字最多写 {WORDS_LENGTH} 个字，现在有 {len(words)} 个。")
    if EvidenceKind.TEXT in body.evidence and not words:
        raise Invalid("请先写作业的文字。")
    if EvidenceKind.PHOTO in body.evidence and photo is None:
        raise Invalid("请选一张照片。")
    if not words and photo is None:
        raise Invalid("请写点文字，或选一张照片。")


def _kept(photo: Path) -> str:
    """Keep the photograph drawn anew; raises Invalid when it is none."""
    drawn = photo.with_suffix(".drawn.jpg")
    try:
        photos.redraw(photo, drawn)
    except MediaError as error:
        raise Invalid(error.message) from None
    key = f"work/{crypto.token(18).lower().replace('-', 'x')}.jpg"
    storage().put(key, drawn)
    return key


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


def in_scope(limit: int = 100) -> Sequence[HandIn]:
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


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="lms.learning.work")


def picture_address(row: HandIn) -> str:
    """Return the signed address of its photograph, good for GOOD_FOR_SECONDS."""
    return url_for("work.picture", token=_serializer().dumps(row.id))


def picture_of(token: str) -> str:
    """Return the key of the photograph a token names; raises Missing for a forged or expired one."""
    try:
        row = db.session.get(HandIn, _serializer().loads(token, max_age=GOOD_FOR_SECONDS))
    except (BadSignature, ValueError):
        row = None
    if row is None or row.picture_key is None:
        raise Missing("这个地址过期了。请回到作业页面，再打开一次。")
    return row.picture_key
