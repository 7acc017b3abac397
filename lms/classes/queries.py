"""Reading sessions: an organiser's list and roster, what is open to a learner."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload

from courses.model import LessonKind
from lms.accounts.models import Person
from lms.catalogue.models import Course
from lms.catalogue.queries import content_of, published
from lms.classes.models import Attendance, AttendanceChange, ClassSession, SignUp
from lms.core import clock, days
from lms.core.errors import Missing
from lms.extensions import db
from lms.federations import scope
from lms.federations.models import Membership, UnitClosure

PAGE = 50
NEXT = 10


@dataclass(frozen=True, slots=True)
class Line:
    """One session in the organiser's list."""

    session: ClassSession
    title: str
    signed_up: int
    came: int


@dataclass(frozen=True, slots=True)
class OnRoster:
    """One person of a roster: whether she has a seat, a place in the queue, and was there (`record`: or was said to be)."""

    person: Person
    sign_up: SignUp | None
    record: Attendance | None

    @property
    def attendance(self) -> Attendance | None:
        """Her attendance while it stands."""
        return self.record if self.record is not None and self.record.counts else None


def classroom_lessons() -> Iterator[tuple[Course, str, str]]:
    """Yield (course, lesson id, title) of every classroom lesson of the published courses."""
    for course in published():
        if course.version_id is not None:
            for lesson in content_of(course.version_id).lessons():
                if lesson.kind == LessonKind.CLASSROOM:
                    yield course, lesson.id, lesson.title


def title_of(session: ClassSession) -> str:
    """Return the title of its lesson, or of its course when the lesson is gone from the present version."""
    version = session.course.version_id
    lessons = content_of(version).lessons() if version is not None else ()
    return next((one.title for one in lessons if one.id == session.lesson_id), session.course.title)


class When(StrEnum):
    """Sessions still to be held: today, or on the seven days after it."""

    TODAY = "today"
    WEEK = "week"


def _to_come(when: When) -> Select[ClassSession]:
    """The sessions of her units still to be held then, but for those called off."""
    today, tomorrow = days.bounds(days.day_of(clock.now()))
    since, until = (today, tomorrow) if when == When.TODAY else (tomorrow, tomorrow + timedelta(days=7))
    return select(ClassSession).where(
        ClassSession.unit_id.in_(scope.ids()),
        ClassSession.starts_at >= since,
        ClassSession.starts_at < until,
        ClassSession.ends_at > clock.now(),
        ~ClassSession.cancellation.has(),
    )


def count(when: When) -> int:
    """Return how many sessions of her units are still to be held then."""
    return db.session.scalar(_to_come(when).with_only_columns(func.count())) or 0


def sessions(page: int, when: When | None = None) -> tuple[Sequence[Line], bool]:
    """Return a page of the sessions of her units, and whether there are more: all, newest first, or those to come in turn."""
    newest = (ClassSession.starts_at.desc(), ClassSession.id.desc())
    every = select(ClassSession).where(ClassSession.unit_id.in_(scope.ids())).order_by(*newest)
    chosen = _to_come(when).order_by(ClassSession.starts_at, ClassSession.id) if when else every
    rows = db.session.scalars(
        chosen.options(joinedload(ClassSession.unit), joinedload(ClassSession.course))
        .limit(PAGE + 1)
        .offset((page - 1) * PAGE)
    ).all()
    ids = [one.id for one in rows[:PAGE]]
    asked, came = _counts(SignUp, ids), _counts(Attendance, ids, Attendance.id.not_in(_taken_back()))
    lines = [Line(one, title_of(one), asked.get(one.id, 0), came.get(one.id, 0)) for one in rows[:PAGE]]
    return lines, len(rows) > PAGE


def _counts(
    model: type[SignUp] | type[Attendance], ids: Sequence[int], *only: ColumnElement[bool]
) -> Mapping[int, int]:
    rows = db.session.execute(
        select(model.session_id, func.count())
        .where(model.session_id.in_(ids), *only)
        .group_by(model.session_id)
    )
    return {session_id: count for session_id, count in rows}


def _taken_back() -> Select[int]:
    """The attendances whose last correction says that she was not there."""
    last = select(func.max(AttendanceChange.id)).group_by(AttendanceChange.attendance_id)
    return select(AttendanceChange.attendance_id).where(
        AttendanceChange.id.in_(last), AttendanceChange.counts.is_(False)
    )


def within_scope(listed: Sequence[OnRoster]) -> tuple[list[OnRoster], int]:
    """Return those of a roster who belong to her units today, and how many do not: these are not named on what leaves."""
    inside = set(
        db.session.scalars(
            select(Membership.person_id).where(
                Membership.person_id.in_([one.person.id for one in listed]),
                Membership.until.is_(None),
                Membership.unit_id.in_(scope.ids()),
            )
        )
    )
    kept = [one for one in listed if one.person.id in inside]
    return kept, len(listed) - len(kept)


def roster(session_id: int) -> list[OnRoster]:
    """Return everyone who signed up or was there: those with a seat first, then the queue, then who simply came."""
    asked = db.session.scalars(
        select(SignUp)
        .options(joinedload(SignUp.person))
        .where(SignUp.session_id == session_id)
        .order_by(SignUp.seat.is_(None), SignUp.seat, SignUp.id)
    ).all()
    came = {
        one.person_id: one
        for one in db.session.scalars(
            select(Attendance)
            .options(joinedload(Attendance.person))
            .where(Attendance.session_id == session_id)
            .order_by(Attendance.id)
        )
    }
    listed = [OnRoster(one.person, one, came.pop(one.person_id, None)) for one in asked]
    return listed + [OnRoster(one.person, None, one) for one in came.values()]


def attendance(attendance_id: int) -> Attendance:
    """Return an attendance at a session of her units; raises Missing."""
    inside = ClassSession.unit_id.in_(scope.ids())
    of = select(Attendance).join(ClassSession, ClassSession.id == Attendance.session_id)
    row = db.session.scalar(of.where(Attendance.id == attendance_id, inside))
    if row is None:
        raise Missing
    return row


def by_code(own: str) -> ClassSession:
    """Return the session of a code; raises Missing."""
    session = db.session.scalar(select(ClassSession).where(ClassSession.code == own[:64]))
    if session is None:
        raise Missing("没有找到这场课。请对着现场的签到码再扫一次。")
    return session


def coming(person_id: int, course_id: int, lesson_id: str) -> Sequence[ClassSession]:
    """Return the sessions of a lesson that are not over, of her units or those above; called off ones if she signed up."""
    hers = select(SignUp.session_id).where(SignUp.person_id == person_id)
    return db.session.scalars(
        select(ClassSession)
        .options(joinedload(ClassSession.unit))
        .where(
            ClassSession.course_id == course_id,
            ClassSession.lesson_id == lesson_id,
            ClassSession.ends_at > clock.now(),
            ClassSession.unit_id.in_(_above(person_id)),
            or_(~ClassSession.cancellation.has(), ClassSession.id.in_(hers)),
        )
        .order_by(ClassSession.starts_at, ClassSession.id)
        .limit(NEXT)
    ).all()


def _above(person_id: int) -> Select[int]:
    """The units she belongs to today, and all above them."""
    return (
        select(UnitClosure.ancestor_id)
        .join(Membership, Membership.unit_id == UnitClosure.descendant_id)
        .where(Membership.person_id == person_id, Membership.until.is_(None))
    )


def open_to(person_id: int, session_id: int) -> ClassSession:
    """Return a session that her units or those above them hold; raises Missing."""
    session = db.session.scalar(
        select(ClassSession).where(ClassSession.id == session_id, ClassSession.unit_id.in_(_above(person_id)))
    )
    if session is None:
        raise Missing
    return session


def taken(session_ids: Sequence[int]) -> Mapping[int, int]:
    """Return session id → how many have signed up."""
    return _counts(SignUp, session_ids)


def sign_ups_of(person_id: int, session_ids: Sequence[int]) -> Mapping[int, SignUp]:
    """Return session id → her sign-up."""
    rows = db.session.scalars(
        select(SignUp).where(SignUp.person_id == person_id, SignUp.session_id.in_(session_ids))
    )
    return {one.session_id: one for one in rows}


def withdrawn(person_id: int, course_id: int) -> Mapping[str, str]:
    """Return lesson id → why her attendance was taken back, the last time; she may have come another time (`attended`)."""
    rows = db.session.scalars(
        select(Attendance)
        .join(ClassSession, ClassSession.id == Attendance.session_id)
        .options(joinedload(Attendance.session))
        .where(
            Attendance.person_id == person_id,
            ClassSession.course_id == course_id,
            Attendance.id.in_(_taken_back()),
        )
        .order_by(Attendance.id)
    )
    return {one.session.lesson_id: one.changes[-1].reason for one in rows}


def attended(person_id: int, course_id: int) -> frozenset[str]:
    """Return the ids of the lessons of a course at whose sessions she was."""
    return frozenset(
        db.session.scalars(
            select(ClassSession.lesson_id)
            .join(Attendance, Attendance.session_id == ClassSession.id)
            .where(
                Attendance.person_id == person_id,
                ClassSession.course_id == course_id,
                Attendance.id.not_in(_taken_back()),
            )
        )
    )
