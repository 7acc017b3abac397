"""Rows of courses being written: a draft, a revision per lesson, and the parts of uploads."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.assets.models import MediaAsset
from lms.core import crypto
from lms.core.types import UTCDateTime
from lms.extensions import Base, db


class Draft(Base):
    """The working copy of a course; publishing freezes it, writing goes on in it."""

    __tablename__ = "drafts"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(db.ForeignKey("units.id"), index=True)
    details: Mapped[dict[str, Any]] = mapped_column(db.JSON)
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_by_id: Mapped[int | None] = mapped_column(db.ForeignKey("people.id"))
    updated_by: Mapped[Person | None] = relationship()
    lessons: Mapped[list["DraftLesson"]] = relationship(
        back_populates="draft", order_by="DraftLesson.position", cascade="all, delete-orphan"
    )

    @property
    def updated_by_name(self) -> str:
        """The name of whoever wrote last, empty when nobody is known."""
        return self.updated_by.name if self.updated_by else ""


class DraftLesson(Base):
    """One lesson of a draft with a revision of its own, so that two people can write two lessons."""

    __tablename__ = "draft_lessons"
    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(db.ForeignKey("drafts.id"))
    lesson_id: Mapped[str]
    module_id: Mapped[str]
    position: Mapped[int]
    kind: Mapped[str]
    title: Mapped[str]
    title_en: Mapped[str] = mapped_column(default="")
    minutes: Mapped[int] = mapped_column(default=1)
    body: Mapped[dict[str, Any]] = mapped_column(db.JSON)
    requires: Mapped[list[str]] = mapped_column(db.JSON)
    waits_for_earlier: Mapped[bool] = mapped_column(default=False)
    asset_id: Mapped[int | None] = mapped_column(db.ForeignKey("media_assets.id"), index=True)
    revision: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_by_id: Mapped[int | None] = mapped_column(db.ForeignKey("people.id"))
    draft: Mapped[Draft] = relationship(back_populates="lessons")
    asset: Mapped[MediaAsset | None] = relationship()
    updated_by: Mapped[Person | None] = relationship()
    __table_args__ = (db.UniqueConstraint("draft_id", "lesson_id"),)

    @property
    def updated_by_name(self) -> str:
        """The name of whoever wrote last, empty when nobody is known."""
        return self.updated_by.name if self.updated_by else ""


class Upload(Base):
    """A video on its way in (tus 1.0): how many of its bytes lie on the disk for certain."""

    __tablename__ = "uploads"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=lambda: crypto.token(16))
    person_id: Mapped[int] = mapped_column(db.ForeignKey("people.id"), index=True)
    lesson_id: Mapped[int] = mapped_column(db.ForeignKey("draft_lessons.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    received: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    touched_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    problem: Mapped[str | None]
    lesson: Mapped[DraftLesson] = relationship()
    __table_args__ = (CheckConstraint("received >= 0 AND received <= size", name="received"),)
