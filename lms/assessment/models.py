"""Rows of quiz attempts and their responses (QTI, xAPI: attempt, response)."""

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.core import crypto
from lms.core.types import UTCDateTime
from lms.enrolment.models import Enrolment
from lms.extensions import Base, db


class Attempt(Base):
    """One go at a paper; open until submitted, one open attempt per enrolment and lesson."""

    __tablename__ = "attempts"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=lambda: crypto.token(16))
    enrolment_id: Mapped[int] = mapped_column(db.ForeignKey("enrolments.id"))
    lesson_id: Mapped[str]
    number: Mapped[int]
    item_ids: Mapped[list[str]] = mapped_column(db.JSON)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    points: Mapped[int | None]
    out_of: Mapped[int | None]
    percent: Mapped[int | None]
    passed: Mapped[bool | None]
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
    )


class Response(Base):
    """What she answered to one item, as last saved."""

    __tablename__ = "responses"
    attempt_id: Mapped[int] = mapped_column(db.ForeignKey("attempts.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(primary_key=True)
    response: Mapped[list[Any]] = mapped_column(db.JSON)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    points: Mapped[int | None]
    correct: Mapped[bool | None]
    attempt: Mapped[Attempt] = relationship(back_populates="responses")
