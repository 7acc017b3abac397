"""Rows of who she is: people, their sign-ins, visitors, reset slips, consents."""

from datetime import datetime
from enum import StrEnum

from flask_login import UserMixin
from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from lms.accounts import phones
from lms.core import crypto
from lms.core.types import UTCDateTime
from lms.extensions import Base, db


class PersonState(StrEnum):
    """active; suspended (may not enter); closed (locked while the retention period runs, domain.md 2.15)."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class Person(UserMixin, Base):
    """One human being, whatever her roles; the phone is sealed and found again by its blind index."""

    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True, default=lambda: crypto.token(16))
    name: Mapped[str]
    name_order: Mapped[str] = mapped_column(default="", server_default="")
    phone_sealed: Mapped[bytes]
    phone_index: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    state: Mapped[str] = mapped_column(default=PersonState.ACTIVE)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = (
        CheckConstraint("state IN ('active', 'suspended', 'closed')", name="state"),
        db.Index("ix_people_state", "state"),
    )

    @validates("name")
    def _sort_by(self, _: str, name: str) -> str:
        """Keep her place in lists in step with the name: GB 18030 orders the common characters by pinyin."""
        self.name_order = name.encode("gb18030", "replace").hex()
        return name

    @property
    def is_active(self) -> bool:
        """Whether she may be signed in at all (asked by Flask-Login)."""
        return self.state == PersonState.ACTIVE

    @property
    def phone(self) -> str:
        """The full phone number; every page that shows it whole records why."""
        return phones.opened(self.phone_sealed)

    @property
    def masked_phone(self) -> str:
        """The phone as lists show it: 138****5678."""
        return phones.masked(self.phone)


class SignIn(Base):
    """One signed-in browser: the cookie holds the token, the row its hash; revoked at once by deleting."""

    __tablename__ = "sign_ins"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(db.ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    device: Mapped[str]
    second_factor_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    person: Mapped[Person] = relationship()


class SecondFactor(Base):
    """The authenticator of one person; `last_step` is the newest step that was used, so no code works twice."""

    __tablename__ = "second_factors"
    person_id: Mapped[int] = mapped_column(db.ForeignKey("people.id"), primary_key=True)
    secret_sealed: Mapped[bytes]
    last_step: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class RecoveryCode(Base):
    """A one-use code in place of the authenticator; only its keyed hash is kept."""

    __tablename__ = "recovery_codes"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(db.ForeignKey("people.id"), index=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class SignInAttempt(Base):
    """One guess at a door; the subject is a blind index or a hashed network, never a phone number."""

    __tablename__ = "sign_in_attempts"
    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    __table_args__ = (db.Index("ix_sign_in_attempts_subject", "subject", "at"),)


class Visitor(Base):
    """Somebody learning without an account; what she did is kept 24 hours and merged at /join or /login."""

    __tablename__ = "visitors"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class ResetSlip(Base):
    """A one-use code, good for 24 hours, that lets a person choose a new password."""

    __tablename__ = "reset_slips"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(db.ForeignKey("people.id"), index=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    issued_by_id: Mapped[int | None] = mapped_column(db.ForeignKey("people.id"))
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Consent(Base):
    """Which version of the privacy notice she accepted, and when (PIPL Art. 14, 17)."""

    __tablename__ = "consents"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(db.ForeignKey("people.id"), index=True)
    notice: Mapped[str]
    version: Mapped[str]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
