"""Changing sessions: hold one, sign up, give a seat back, record who was there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from lms.accounts.models import Person
from lms.catalogue.models import Course
from lms.classes.events import Attended
from lms.classes.models import Attendance, ClassSession, SignUp
from lms.core import audit_log, clock
from lms.core.database import begin_write
from lms.core.errors import Conflict
from lms.core.events import publish
from lms.extensions import db
from lms.federations.models import Unit
from lms.federations.queries import home_unit_id

OPENS_BEFORE = timedelta(minutes=60)


@dataclass(frozen=True, slots=True)
class Facts:
    """What an organiser says of a session."""

    lesson_id: str
    place: str
    starts_at: datetime
    ends_at: datetime
    seats: int
    organiser: str


def hold(facts: Facts, course: Course, unit: Unit, *, form_id: str, actor_id: int | None) -> ClassSession:
    """Add a session; the same form sent twice gives the same session."""
    begin_write(db.session, f"class-form:{form_id}")
    found = db.session.scalar(select(ClassSession).where(ClassSession.form_id == form_id))
    if found is not None:
        return found
    session = ClassSession(
        form_id=form_id, unit_id=unit.id, course_id=course.id, lesson_id=facts.lesson_id, place=facts.place,
        starts_at=facts.starts_at, ends_at=facts.ends_at, seats=facts.seats, organiser=facts.organiser,
        created_at=clock.now(), created_by_id=actor_id,
    )  # fmt: skip
    db.session.add(session)
    db.session.flush()  # the audit entry names its id
    audit_log.record(actor_id, "class.held", "class", session.id, {"course": course.slug})
    return session


def sign_up(session: ClassSession, person_id: int) -> SignUp:
    """Give her the next free seat, or a place in the queue; asking again changes nothing. Raises Conflict."""
    lock(session)
    if found := sign_up_of(session.id, person_id):
        return found
    if session.cancellation is not None:
        raise Conflict("这场课取消了，不能再报名。请看看别的场次。")
    if clock.now() >= session.ends_at:
        raise Conflict("这场课已经结束了，不能再报名。请看看别的场次。")
    row = SignUp(session_id=session.id, person_id=person_id, seat=_free_seat(session), at=clock.now())
    db.session.add(row)
    db.session.flush()  # the next one sees the seat taken
    return row


def step_back(session: ClassSession, person_id: int) -> None:
    """Give her seat to whoever waits longest; raises Conflict once the session began."""
    lock(session)
    row = sign_up_of(session.id, person_id)
    if row is None:
        return
    if clock.now() >= session.starts_at:
        raise Conflict("这场课已经开始了，不能再取消报名。来不了，请给组织的人打个电话。")
    db.session.delete(row)
    db.session.flush()  # the seat is free before it is given on
    first = select(SignUp).where(SignUp.session_id == session.id, SignUp.seat.is_(None)).order_by(SignUp.id)
    waiting = db.session.scalar(first.limit(1))
    if waiting is not None and row.seat is not None:
        waiting.seat = row.seat


def lock(session: ClassSession) -> None:
    """Hold a session until the commit."""
    begin_write(db.session, f"class:{session.id}")


def sign_up_of(session_id: int, person_id: int) -> SignUp | None:
    """Return her sign-up, None when there is none."""
    return db.session.scalar(
        select(SignUp).where(SignUp.session_id == session_id, SignUp.person_id == person_id)
    )


def _free_seat(session: ClassSession) -> int | None:
    taken = set(
        db.session.scalars(
            select(SignUp.seat).where(SignUp.session_id == session.id, SignUp.seat.is_not(None))
        )
    )
    return next((number for number in range(1, session.seats + 1) if number not in taken), None)


def attendance_of(session_id: int, person_id: int) -> Attendance | None:
    """Return the record that she was there, None when there is none."""
    return db.session.scalar(
        select(Attendance).where(Attendance.session_id == session_id, Attendance.person_id == person_id)
    )


def closed_words(session: ClassSession) -> str:
    """Return why nobody can sign in now, "" while the door is open."""
    now = clock.now()
    if session.cancellation is not None:
        return _("这场课取消了：%(r)s", r=session.cancellation.reason)
    if now < session.starts_at - OPENS_BEFORE:
        return "还没到签到时间，开课前 1 小时开始签到。"
    if now > session.ends_at:
        return "这场课已经结束，签到关了。您到场了的话，请找组织的人在名单上补记。"
    return ""


def sign_in(session: ClassSession, person_id: int) -> Attendance:
    """Record that she is there; a second time gives the first record. Raises Conflict when it is too early or late."""
    if words := closed_words(session):
        raise Conflict(words)
    row = _record(session, person_id, by_id=None)
    if not row.counts:
        raise Conflict("组织的人更正过您这一场的到场记录。您到场了的话，请当面跟组织的人说。")
    return row


def tick(session: ClassSession, people: Sequence[Person], *, actor_id: int) -> int:
    """Record people the organiser saw; returns how many were new. Raises Conflict before the door opens."""
    if clock.now() < session.starts_at - OPENS_BEFORE:
        raise Conflict("还没到上课时间，不能先记到场。开课前 1 小时起可以记。")
    if session.cancellation is not None:
        raise Conflict("这场课取消了，不能再记到场。")
    there = {one.id: attendance_of(session.id, one.id) for one in people}
    if any(row is not None and not row.counts for row in there.values()):
        raise Conflict("有人这一场的到场更正过，不能直接打勾。请在下面“更正过的”里，写明原因再记。")
    before = [person_id for person_id, row in there.items() if row is not None]
    new = [one.id for one in people if one.id not in before]
    for person_id in new:
        _record(session, person_id, by_id=actor_id)
    if new:
        audit_log.record(actor_id, "class.ticked", "class", session.id, {"people": new})
    return len(new)


def _record(session: ClassSession, person_id: int, *, by_id: int | None) -> Attendance:
    lock(session)
    if found := attendance_of(session.id, person_id):
        return found
    now = clock.now()
    row = Attendance(
        session_id=session.id, person_id=person_id, unit_id=home_unit_id(person_id), at=now, by_id=by_id,
        late=now > session.ends_at,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()  # the hearers read it
    publish(Attended(session.id, person_id, session.course_id, session.lesson_id))
    return row
