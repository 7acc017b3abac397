"""Rows of service given: activities, who took part and for how long, corrections, proofs (domain.md 2.2)."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.certificates.models import Certificate
from lms.core.types import UTCDateTime
from lms.extensions import Base, db
from lms.federations.models import Unit

QUARTERS_A_DAY = 96


class RecordState(StrEnum):
    """待确认 until the organiser says that the hours are right; 已确认 from then on."""

    PENDING = "pending"
    CONFIRMED = "confirmed"


class RequestState(StrEnum):
    """What became of a volunteer's 申请更正."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class Activity(Base):
    """One activity on one day, with the fields of Order 67 Art. 7; its unit organises and records."""

    __tablename__ = "activities"
    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[str] = mapped_column(unique=True)
    unit_id: Mapped[int] = mapped_column(db.ForeignKey("units.id"))
    name: Mapped[str]
    category: Mapped[str]
    place: Mapped[str]
    content: Mapped[str]
    leader: Mapped[str]
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_by_id: Mapped[int | None] = mapped_column(db.ForeignKey("people.id"))
    unit: Mapped[Unit] = relationship()
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        Index("ix_activities_unit", "unit_id", "starts_at"),
    )


class ServiceRecord(Base):
    """One person's service in one activity: hours in quarters; `counted` is what overlapping services leave of them."""

    __tablename__ = "service_records"
    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(db.ForeignKey("activities.id"))
    person_id: Mapped[int] = mapped_column(db.ForeignKey("people.id"))
    unit_id: Mapped[int] = mapped_column(db.ForeignKey("units.id"))
    home_unit_id: Mapped[int | None] = mapped_column(db.ForeignKey("units.id"))
    quarters: Mapped[int]
    counted_quarters: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(default=RecordState.PENDING)
    due_on: Mapped[date]
    due_by_weekdays: Mapped[bool]
    late: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_by_id: Mapped[int | None] = mapped_column(db.ForeignKey("people.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    confirmed_by_id: Mapped[int | None] = mapped_column(db.ForeignKey("people.id"))
    activity: Mapped[Activity] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    __table_args__ = (
        db.UniqueConstraint("activity_id", "person_id"),
        CheckConstraint(f"quarters BETWEEN 0 AND {QUARTERS_A_DAY}", name="quarters"),
        CheckConstraint("counted_quarters BETWEEN 0 AND quarters", name="counted"),
        CheckConstraint("state IN ('pending', 'confirmed')", name="state"),
        CheckConstraint("(state = 'confirmed') = (confirmed_at IS NOT NULL)", name="confirmed"),
        Index("ix_service_records_person", "person_id", "state"),
        Index("ix_service_records_unit", "unit_id", "state"),
        Index("ix_service_records_home", "home_unit_id", "state"),
    )


class Correction(Base):
    """A change of something already confirmed: appended, with the old value, who, when and why."""

    __tablename__ = "service_corrections"
    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(db.ForeignKey("activities.id"), index=True)
    record_id: Mapped[int | None] = mapped_column(db.ForeignKey("service_records.id"), index=True)
    field: Mapped[str]
    old: Mapped[str]
    new: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by_id: Mapped[int | None] = mapped_column(db.ForeignKey("people.id"))


class CorrectionRequest(Base):
    """A volunteer says that a record of hers is wrong; the recording unit answers (Order 67 Art. 13)."""

    __tablename__ = "correction_requests"
    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(db.ForeignKey("service_records.id"))
    person_id: Mapped[int] = mapped_column(db.ForeignKey("people.id"))
    unit_id: Mapped[int] = mapped_column(db.ForeignKey("units.id"))
    wanted_quarters: Mapped[int | None]
    words: Mapped[str]
    state: Mapped[str] = mapped_column(default=RequestState.OPEN)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answer: Mapped[str | None]
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(db.ForeignKey("people.id"))
    record: Mapped[ServiceRecord] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    __table_args__ = (
        CheckConstraint("state IN ('open', 'accepted', 'refused')", name="state"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided"),
        Index(
            "uq_correction_requests_open",
            "record_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_correction_requests_unit", "unit_id", "state"),
    )


class ServiceProof(Base):
    """A proof asked for once by one form, of one recording unit; the paper itself is the certificates' row."""

    __tablename__ = "service_proofs"
    certificate_id: Mapped[int] = mapped_column(db.ForeignKey("certificates.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(db.ForeignKey("people.id"))
    unit_id: Mapped[int] = mapped_column(db.ForeignKey("units.id"), index=True)
    form_id: Mapped[str]
    certificate: Mapped[Certificate] = relationship()
    __table_args__ = (db.UniqueConstraint("person_id", "form_id", "unit_id"),)


class ProofRecord(Base):
    """Which records a proof states, so that a correction finds the papers it makes untrue."""

    __tablename__ = "proof_records"
    certificate_id: Mapped[int] = mapped_column(
        db.ForeignKey("service_proofs.certificate_id"), primary_key=True
    )
    record_id: Mapped[int] = mapped_column(db.ForeignKey("service_records.id"), primary_key=True, index=True)
