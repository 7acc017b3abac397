"""Rows of quiz attempts and their responses (QTI, xAPI: attempt, response)."""

from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.core import crypto
from lms.core.types import Exact, UTCDateTime
from lms.enrolment.models import Enrolment
from lms.extensions import Base, db


class Attempt(Base):
    """One go at a paper; open until submitted, one open attempt per enrolment and lesson.

    `due_at` is None without a time limit; `awaiting` counts the answers a person has not marked yet;
    `key_version_id` names the version whose keys count since the last regrade, None for the pinned one.
    """

    __tablename__ = "attempts"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=lambda: crypto.token(16))
    enrolment_id: Mapped[int] = mapped_column(db.ForeignKey("enrolments.id"))
    lesson_id: Mapped[str]
    number: Mapped[int]
    item_ids: Mapped[list[str]] = mapped_column(db.JSON)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    points: Mapped[Fraction | None] = mapped_column(Exact)
    out_of: Mapped[int | None]
    percent: Mapped[int | None]
    passed: Mapped[bool | None]
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    awaiting: Mapped[int] = mapped_column(default=0)
    key_version_id: Mapped[int | None] = mapped_column(db.ForeignKey("course_versions.id"))
    enrolment: Mapped[Enrolment] = relationship()
    responses: Mapped[list["Response"]] = relationship(back_populates="attempt")
    __table_args__ = (
        db.UniqueConstraint("enrolment_id", "lesson_id", "number"),
        db.Index(
            "uq_attempts_open",
            "enrolment_id",
            "lesson_id",
            unique=True,
            sqlite_where=text("submitted_at IS NULL"),
            postgresql_where=text("submitted_at IS NULL"),
        ),
        db.Index(
            "ix_attempts_due",
            "due_at",
            sqlite_where=text("submitted_at IS NULL"),
            postgresql_where=text("submitted_at IS NULL"),
        ),
        db.Index(
            "ix_attempts_awaiting",
            "submitted_at",
            sqlite_where=text("awaiting > 0"),
            postgresql_where=text("awaiting > 0"),
        ),
    )


class Response(Base):
    """What she answered to one item, as last saved, and what a person gave for it."""

    __tablename__ = "responses"
    attempt_id: Mapped[int] = mapped_column(db.ForeignKey("attempts.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(primary_key=True)
    response: Mapped[list[Any]] = mapped_column(db.JSON)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    points: Mapped[Fraction | None] = mapped_column(Exact)
    correct: Mapped[bool | None]
    marks: Mapped[dict[str, int] | None] = mapped_column(db.JSON(none_as_null=True))
    comment: Mapped[str | None]
    marked_by_id: Mapped[int | None] = mapped_column(db.ForeignKey("people.id"))
    marked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    attempt: Mapped[Attempt] = relationship(back_populates="responses")


class EventKind(StrEnum):
    """What happened to an attempt."""

    BEGUN = "begun"
    SAVED = "saved"
    SUBMITTED = "submitted"
    TIMED_OUT = "timed_out"
    EXTENDED = "extended"
    REOPENED = "reopened"
    MARKED = "marked"
    REGRADED = "regraded"


class AttemptEvent(Base):
    """One line of an attempt's log; saved answers are counted by minute and device."""

    __tablename__ = "attempt_events"
    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(db.ForeignKey("attempts.id"))
    kind: Mapped[str]
    device: Mapped[str]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    times: Mapped[int] = mapped_column(default=1)
    actor_id: Mapped[int | None] = mapped_column(db.ForeignKey("people.id"))
    detail: Mapped[dict[str, Any]] = mapped_column(db.JSON, default=dict)
    __table_args__ = (db.UniqueConstraint("attempt_id", "kind", "device", "at"),)


class Allowance(Base):
    """More tries or more minutes for one person on one paper, with the reason; rows are only added."""

    __tablename__ = "attempt_allowances"
    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(db.ForeignKey("enrolments.id"))
    lesson_id: Mapped[str]
    tries: Mapped[int]
    minutes: Mapped[int]
    reason: Mapped[str]
    actor_id: Mapped[int | None] = mapped_column(db.ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = (
        db.CheckConstraint("tries >= 0 AND minutes >= 0 AND tries + minutes > 0", name="gives"),
        db.Index("ix_attempt_allowances_paper", "enrolment_id", "lesson_id"),
    )


class Regrade(Base):
    """One correction of a paper's key: who, why, which version's keys count since then."""

    __tablename__ = "regrades"
    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(db.ForeignKey("courses.id"), index=True)
    lesson_id: Mapped[str]
    version_id: Mapped[int] = mapped_column(db.ForeignKey("course_versions.id"))
    reason: Mapped[str]
    actor_id: Mapped[int | None] = mapped_column(db.ForeignKey("people.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    changes: Mapped[list["RegradeChange"]] = relationship(back_populates="regrade")


class RegradeChange(Base):
    """What a regrade changed for one attempt; the score before is kept."""

    __tablename__ = "regrade_changes"
    regrade_id: Mapped[int] = mapped_column(db.ForeignKey("regrades.id"), primary_key=True)
    attempt_id: Mapped[int] = mapped_column(db.ForeignKey("attempts.id"), primary_key=True, index=True)
    before_points: Mapped[Fraction] = mapped_column(Exact)
    before_percent: Mapped[int]
    before_passed: Mapped[bool]
    after_points: Mapped[Fraction] = mapped_column(Exact)
    after_percent: Mapped[int]
    after_passed: Mapped[bool]
    regrade: Mapped[Regrade] = relationship(back_populates="changes")
