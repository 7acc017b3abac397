"""Rows of published courses and their frozen versions."""

from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from courses import document
from courses.model import Course as CourseDocument
from lms.core.types import UTCDateTime
from lms.extensions import Base, db


class CourseState(StrEnum):
    """What the catalogue says of a course."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Course(Base):
    """The row of a course: its name in addresses, its owner, its present version."""

    __tablename__ = "courses"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(db.ForeignKey("units.id"), index=True)
    state: Mapped[str] = mapped_column(default=CourseState.DRAFT)
    title: Mapped[str]
    tier: Mapped[str]
    category: Mapped[str]
    version_id: Mapped[int | None] = mapped_column(
        db.ForeignKey("course_versions.id", use_alter=True, name="fk_courses_version_id")
    )
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped["CourseVersion | None"] = relationship(foreign_keys=[version_id])
    __table_args__ = (CheckConstraint("state IN ('draft', 'published', 'withdrawn')", name="state"),)


class CourseVersion(Base):
    """A published, frozen document; enrolments are pinned to one."""

    __tablename__ = "course_versions"
    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(db.ForeignKey("courses.id"))
    number: Mapped[int]
    document: Mapped[dict[str, Any]] = mapped_column(db.JSON, deferred=True)
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_by_id: Mapped[int | None] = mapped_column(db.ForeignKey("people.id"))
    course: Mapped[Course] = relationship(foreign_keys=[course_id])
    __table_args__ = (db.UniqueConstraint("course_id", "number"),)

    @property
    def content(self) -> CourseDocument:
        """The course document; parsed once a process, because a version never changes."""
        return parsed(self.id, lambda: self.document)


class VersionAsset(Base):
    """Which asset a lesson of a version plays."""

    __tablename__ = "version_assets"
    version_id: Mapped[int] = mapped_column(db.ForeignKey("course_versions.id"), primary_key=True)
    lesson_id: Mapped[str] = mapped_column(primary_key=True)
    asset_id: Mapped[int] = mapped_column(db.ForeignKey("media_assets.id"), index=True)


class LocalValue(Base):
    """What a unit wrote into a local field of courses; fields of one id and label are one field."""

    __tablename__ = "local_values"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(db.ForeignKey("units.id"))
    field: Mapped[str]
    label: Mapped[str]
    value: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_by_id: Mapped[int] = mapped_column(db.ForeignKey("people.id"))
    __table_args__ = (db.UniqueConstraint("unit_id", "field", "label"),)


class Verdict(StrEnum):
    """What an expert said of a course."""

    PASSED = "passed"
    RETURNED = "returned"


class CourseReview(Base):
    """An expert looked at a course in exactly these words (`digest`) and signed; only ever added to."""

    __tablename__ = "course_reviews"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(index=True)
    digest: Mapped[str]
    verdict: Mapped[str]
    remark: Mapped[str]
    reviewer_id: Mapped[int] = mapped_column(db.ForeignKey("people.id"))
    reviewer_name: Mapped[str]
    reviewer_unit: Mapped[str]
    signed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = (CheckConstraint("verdict IN ('passed', 'returned')", name="verdict"),)


class _Once:
    """Makes the cache below ignore how the document is fetched."""

    def __init__(self, fetch: Any) -> None:
        self.fetch = fetch

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Once)


@lru_cache(maxsize=256)
def _parsed(version_id: int, once: _Once) -> CourseDocument:
    return document.from_json(once.fetch())


def parsed(version_id: int, fetch: Any) -> CourseDocument:
    """Return the parsed document of a version, fetching it only the first time."""
    return _parsed(version_id, _Once(fetch))


def forget_parsed() -> None:
    """Empty the cache (tests, where another database has the same ids)."""
    _parsed.cache_clear()
