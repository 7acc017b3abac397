"""Rows of learning: visits, watched stretches, the watch clock, completions, the outbox's answers."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.core import crypto
from lms.core.types import UTCDateTime
from lms.enrolment.models import Enrolment
from lms.extensions import Base, db


class Visit(Base):
    """One opening of a lesson page; media counts from the moment it was really fetched."""

    __tablename__ = "visits"
    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True, default=lambda: crypto.token(16))
    enrolment_id: Mapped[int] = mapped_column(db.ForeignKey("enrolments.id"), index=True)
    lesson_id: Mapped[str]
    asset_id: Mapped[int | None] = mapped_column(db.ForeignKey("media_assets.id"))
    started_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    fetched_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    heard_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_seq: Mapped[int] = mapped_column(default=0)
    presence: Mapped[int] = mapped_column(default=0, server_default="0")
    device: Mapped[str]
    enrolment: Mapped[Enrolment] = relationship()


class LessonProgress(Base):
    """What is believed of one lesson: watched stretches in seconds of the medium, reading, the resume position."""

    __tablename__ = "lesson_progress"
    enrolment_id: Mapped[int] = mapped_column(db.ForeignKey("enrolments.id"), primary_key=True)
    lesson_id: Mapped[str] = mapped_column(primary_key=True)
    stretches: Mapped[list[list[float]]] = mapped_column(db.JSON, default=list)
    watched_seconds: Mapped[float] = mapped_column(default=0.0)
    position: Mapped[float] = mapped_column(default=0.0)
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    read_seconds: Mapped[float] = mapped_column(default=0.0)
    reached_end: Mapped[bool] = mapped_column(default=False)
    pages: Mapped[dict[str, Any]] = mapped_column(db.JSON, default=dict)
    checks_right: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)


class WatchClock(Base):
    """The one clock of a learner over all her visits: wall-clock seconds already spent (epoch stretches).

    `player_*` is the visit that plays now, by policy the only one: the one whose media was fetched last.
    """

    __tablename__ = "watch_clocks"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(db.ForeignKey("people.id"), unique=True)
    visitor_id: Mapped[int | None] = mapped_column(db.ForeignKey("visitors.id"), unique=True)
    spent: Mapped[list[list[float]]] = mapped_column(db.JSON, default=list)
    lent_day: Mapped[str] = mapped_column(default="")
    lent_seconds: Mapped[float] = mapped_column(default=0.0)
    player_visit_id: Mapped[int | None]
    player_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    player_heard_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    __table_args__ = (CheckConstraint("(person_id IS NULL) <> (visitor_id IS NULL)", name="one_learner"),)


class Appeal(Base):
    """She says that a lesson she finished is not counted; an officer decides, and both stay on record."""

    __tablename__ = "appeals"
    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(db.ForeignKey("enrolments.id"))
    lesson_id: Mapped[str]
    unit_id: Mapped[int] = mapped_column(db.ForeignKey("units.id"), index=True)
    note: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[str] = mapped_column(default="open")
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(db.ForeignKey("people.id"))
    answer: Mapped[str | None]
    enrolment: Mapped[Enrolment] = relationship()
    __table_args__ = (
        CheckConstraint("state IN ('open', 'accepted', 'refused')", name="state"),
        db.Index(
            "uq_appeals_open",
            "enrolment_id",
            "lesson_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )


class HandIn(Base):
    """Something she did and shows: words, a photograph, a file as it came; a trainer accepts it or gives it back with a comment."""

    __tablename__ = "hand_ins"
    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(db.ForeignKey("enrolments.id"))
    lesson_id: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(db.ForeignKey("units.id"), index=True)
    words: Mapped[str]
    picture_key: Mapped[str | None]
    file_key: Mapped[str | None]
    file_name: Mapped[str | None]
    file_size: Mapped[int | None]
    file_digest: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[str] = mapped_column(default="waiting")
    points: Mapped[dict[str, int]] = mapped_column(db.JSON, default=dict)
    comment: Mapped[str] = mapped_column(default="")
    marked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    marked_by_id: Mapped[int | None] = mapped_column(db.ForeignKey("people.id"))
    enrolment: Mapped[Enrolment] = relationship()
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'returned', 'accepted')", name="state"),
        db.Index("ix_hand_ins_enrolment", "enrolment_id", "lesson_id"),
        db.Index(
            "uq_hand_ins_waiting",
            "enrolment_id",
            "lesson_id",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )


class SurveyAnswer(Base):
    """What she answered to the questions of a survey, once; read as counts only."""

    __tablename__ = "survey_answers"
    enrolment_id: Mapped[int] = mapped_column(db.ForeignKey("enrolments.id"), primary_key=True)
    lesson_id: Mapped[str] = mapped_column(primary_key=True)
    unit_id: Mapped[int | None] = mapped_column(db.ForeignKey("units.id"), index=True)
    answers: Mapped[dict[str, list[str]]] = mapped_column(db.JSON)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class OutboxEntry(Base):
    """The first answer to an outbox entry; the same id again gets the same answer."""

    __tablename__ = "outbox_entries"
    id: Mapped[str] = mapped_column(primary_key=True)
    learner: Mapped[str]
    result: Mapped[dict[str, Any]] = mapped_column(db.JSON)
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class LessonCompletion(Base):
    """A finished lesson: once, with the way it was finished."""

    __tablename__ = "lesson_completions"
    enrolment_id: Mapped[int] = mapped_column(db.ForeignKey("enrolments.id"), primary_key=True)
    lesson_id: Mapped[str] = mapped_column(primary_key=True)
    how: Mapped[str]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    evidence: Mapped[dict[str, Any]] = mapped_column(db.JSON)


class Completion(Base):
    """A finished course: once per enrolment, stamped with the version and the unit of that moment."""

    __tablename__ = "completions"
    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(db.ForeignKey("enrolments.id"), unique=True)
    person_id: Mapped[int] = mapped_column(db.ForeignKey("people.id"))
    course_id: Mapped[int] = mapped_column(db.ForeignKey("courses.id"))
    version_id: Mapped[int] = mapped_column(db.ForeignKey("course_versions.id"))
    unit_id: Mapped[int | None] = mapped_column(db.ForeignKey("units.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    seconds: Mapped[float]
    hours: Mapped[float]
    hours_rule: Mapped[str]
    enrolment: Mapped[Enrolment] = relationship()
    __table_args__ = (
        db.Index("ix_completions_unit", "unit_id", "course_id", "person_id"),
        db.Index("ix_completions_person", "person_id", "course_id"),
    )
