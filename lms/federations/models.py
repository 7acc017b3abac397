"""Rows of the unit tree (closure table, dated codes), memberships and roles."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.core.types import UTCDateTime
from lms.extensions import Base, db


class UnitKind(StrEnum):
    """What a node of the tree is."""

    FEDERATION = "federation"
    ORGANISATION = "organisation"
    TEAM = "team"
    SITE = "site"


class Level(StrEnum):
    """The six levels of the federation (domain.md 4.1); a level may be skipped, other kinds have none."""

    NATION = "nation"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"


class Unit(Base):
    """A node of the one tree; its place is the parent pointer, its subtree the closure table."""

    __tablename__ = "units"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(db.ForeignKey("units.id"), index=True)
    kind: Mapped[str]
    level: Mapped[str | None]
    name: Mapped[str]
    full_name: Mapped[str]
    help_phone: Mapped[str | None]
    open_to_join: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    codes: Mapped[list["UnitCode"]] = relationship(back_populates="unit", order_by="UnitCode.valid_from")
    __table_args__ = (
        CheckConstraint("kind IN ('federation', 'organisation', 'team', 'site')", name="kind"),
        CheckConstraint("id <> parent_id", name="not_own_parent"),
    )


class UnitCode(Base):
    """A dated code of a unit (GB/T 2260 style for federations); codes change, the old one stays found."""

    __tablename__ = "unit_codes"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(db.ForeignKey("units.id"), index=True)
    code: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    unit: Mapped[Unit] = relationship(back_populates="codes")
    __table_args__ = (
        Index(
            "uq_unit_codes_current",
            "code",
            unique=True,
            sqlite_where=text("valid_to IS NULL"),
            postgresql_where=text("valid_to IS NULL"),
        ),
    )


class UnitClosure(Base):
    """Every pair (ancestor, descendant), each unit with itself at depth 0."""

    __tablename__ = "unit_closure"
    ancestor_id: Mapped[int] = mapped_column(db.ForeignKey("units.id"), primary_key=True)
    descendant_id: Mapped[int] = mapped_column(db.ForeignKey("units.id"), primary_key=True)
    depth: Mapped[int]
    __table_args__ = (Index("ix_unit_closure_descendant", "descendant_id", "ancestor_id"),)


class Membership(Base):
    """A person belongs to a unit from a day on; one of the open ones is her home, whose stamp her facts carry."""

    __tablename__ = "memberships"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(db.ForeignKey("people.id"), index=True)
    unit_id: Mapped[int] = mapped_column(db.ForeignKey("units.id"))
    is_home: Mapped[bool] = mapped_column(default=True)
    since: Mapped[datetime] = mapped_column(UTCDateTime)
    until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    unit: Mapped[Unit] = relationship()
    __table_args__ = (
        Index(
            "uq_memberships_home",
            "person_id",
            unique=True,
            sqlite_where=text("is_home AND until IS NULL"),
            postgresql_where=text("is_home AND until IS NULL"),
        ),
        Index("ix_memberships_unit", "unit_id", "until", "person_id"),
    )


class RoleAssignment(Base):
    """A person holds a role in a unit and everything below it, between two dates."""

    __tablename__ = "role_assignments"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(db.ForeignKey("people.id"), index=True)
    role: Mapped[str]
    unit_id: Mapped[int] = mapped_column(db.ForeignKey("units.id"))
    since: Mapped[datetime] = mapped_column(UTCDateTime)
    until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    given_by_id: Mapped[int | None] = mapped_column(db.ForeignKey("people.id"))
    unit: Mapped[Unit] = relationship()
