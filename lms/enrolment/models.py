"""Rows of who learns what."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.catalogue.models import Course, CourseVersion
from lms.core.types import UTCDateTime
from lms.extensions import Base, db


class Enrolment(Base):
    """A person (or a visitor, for 24 hours) learns one version of a course; the unit is the one of that day."""

    __tablename__ = "enrolments"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(db.ForeignKey("people.id"))
    visitor_id: Mapped[int | None] = mapped_column(db.ForeignKey("visitors.id"))
    course_id: Mapped[int] = mapped_column(db.ForeignKey("courses.id"))
    version_id: Mapped[int] = mapped_column(db.ForeignKey("course_versions.id"))
    unit_id: Mapped[int | None] = mapped_column(db.ForeignKey("units.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    course: Mapped[Course] = relationship()
    version: Mapped[CourseVersion] = relationship()
    person: Mapped[Person | None] = relationship()
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (visitor_id IS NULL)", name="one_learner"),
        db.UniqueConstraint("person_id", "course_id"),
        db.UniqueConstraint("visitor_id", "course_id"),
        db.Index("ix_enrolments_unit", "unit_id", "course_id"),
    )
