"""Rows of face-to-face sessions: when and where, who has a seat, who was there."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.catalogue.models import Course
from lms.core import crypto
from lms.core.types import UTCDateTime
from lms.extensions import Base, db
from lms.federations.models import Unit

MOST_SEATS = 2000


class ClassSession(Base):
    """One meeting for one classroom lesson of a course; its unit holds it and everyone below it may come."""

    __tablename__ = "class_sessions"
    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[str] = mapped_column(unique=True)
    code: Mapped[str] = mapped_column(unique=True, default=lambda: crypto.token(12))
    unit_id: Mapped[int] = mapped_column(db.ForeignKey("units.id"))
    course_id: Mapped[int] = mapped_column(db.ForeignKey("courses.id"))
    lesson_id: Mapped[str]
    place: Mapped[str]
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seats: Mapped[int]
    organiser: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_by_id: Mapped[int | None] = mapped_column(db.ForeignKey("people.id"))
    unit: Mapped[Unit] = relationship()
    course: Mapped[Course] = relationship()
    cancellation: Mapped["Cancellation | None"] = relationship()
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint(f"seats BETWEEN 1 AND {MOST_SEATS}", name="seats"),
        db.Index("ix_class_sessions_unit", "unit_id", "starts_at"),
        db.Index("ix_class_sessions_lesson", "course_id", "lesson_id", "starts_at"),
    )


class Cancellation(Base):
    """The session was called off: why, when, by whom; sign-ups stay beside it."""

    __tablename__ = "class_cancellations"
    session_id: Mapped[int] = mapped_column(db.ForeignKey("class_sessions.id"), primary_key=True)
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by_id: Mapped[int] = mapped_column(db.ForeignKey("people.id"))


class SignUp(Base):
    """Somebody wants to come: `seat` is her number, none while she waits for one."""

    __tablename__ = "class_sign_ups"
    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(db.ForeignKey("class_sessions.id"))
    person_id: Mapped[int] = mapped_column(db.ForeignKey("people.id"), index=True)
    seat: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    person: Mapped[Person] = relationship()
    __table_args__ = (
        db.UniqueConstraint("session_id", "person_id"),
        db.UniqueConstraint("session_id", "seat"),
    )


class Attendance(Base):
    """She was there: signed in herself (`by_id` none) or ticked by the organiser; `late` when entered after the end."""

    __tablename__ = "attendances"
    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(db.ForeignKey("class_sessions.id"))
    person_id: Mapped[int] = mapped_column(db.ForeignKey("people.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(db.ForeignKey("units.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by_id: Mapped[int | None] = mapped_column(db.ForeignKey("people.id"))
    late: Mapped[bool] = mapped_column(default=False)
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    session: Mapped[ClassSession] = relationship()
    changes: Mapped[list["AttendanceChange"]] = relationship(order_by="AttendanceChange.id", lazy="selectin")
    __table_args__ = (db.UniqueConstraint("session_id", "person_id"),)

    @property
    def counts(self) -> bool:
        """Whether it stands: the last correction says so, the record itself while there is none."""
        return self.changes[-1].counts if self.changes else True


class AttendanceChange(Base):
    """A correction of an attendance: from here on it counts, or does not; the reason, when, by whom."""

    __tablename__ = "attendance_changes"
    id: Mapped[int] = mapped_column(primary_key=True)
    attendance_id: Mapped[int] = mapped_column(db.ForeignKey("attendances.id"), index=True)
    counts: Mapped[bool]
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by_id: Mapped[int] = mapped_column(db.ForeignKey("people.id"))
