"""Rows of papers that leave the system, of every kind, and their serial numbers."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.core import crypto
from lms.core.types import UTCDateTime
from lms.extensions import Base, db


class PaperKind(StrEnum):
    """The documents that are never mixed: the course certificate, the service-record proof (Order 67)."""

    COURSE = "course"
    SERVICE = "service"


class Serial(Base):
    """The last number given in a series; raised in the transaction that uses it, so none is used twice."""

    __tablename__ = "serials"
    series: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


class Certificate(Base):
    """One paper of any kind: frozen content, its signature, later perhaps a revocation; never changed otherwise."""

    __tablename__ = "certificates"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(default=PaperKind.COURSE)
    number: Mapped[str] = mapped_column(unique=True)
    code: Mapped[str] = mapped_column(unique=True, default=lambda: crypto.token(16))
    check_code: Mapped[str]
    completion_id: Mapped[int | None] = mapped_column(db.ForeignKey("completions.id"), unique=True)
    person_id: Mapped[int] = mapped_column(db.ForeignKey("people.id"), index=True)
    unit_id: Mapped[int] = mapped_column(db.ForeignKey("units.id"), index=True)
    content: Mapped[dict[str, Any]] = mapped_column(db.JSON)
    signature: Mapped[str]
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    pdf_key: Mapped[str | None]
    png_key: Mapped[str | None]
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_reason: Mapped[str | None]
    revoked_by_id: Mapped[int | None] = mapped_column(db.ForeignKey("people.id"))
    __table_args__ = (
        CheckConstraint("kind IN ('course', 'service')", name="kind"),
        CheckConstraint("(kind = 'course') = (completion_id IS NOT NULL)", name="completion_of_course"),
    )
