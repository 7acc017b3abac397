"""Rows of the library of materials."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.core import crypto
from lms.core.types import UTCDateTime
from lms.extensions import Base, db
from lms.federations.models import Unit


class MaterialStatus(StrEnum):
    """received → ready, or refused with a sentence; withdrawn by its unit."""

    RECEIVED = "received"
    READY = "ready"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Visibility(StrEnum):
    """Who may read it."""

    PUBLIC = "public"
    UNIT = "unit"


class Material(Base):
    """One document of a unit; `key` names its files in storage, `digest` its content."""

    __tablename__ = "materials"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True, default=lambda: crypto.token(12).lower().replace("-", "x"))
    unit_id: Mapped[int] = mapped_column(db.ForeignKey("units.id"), index=True)
    title: Mapped[str]
    file_name: Mapped[str]
    kind: Mapped[str]
    visibility: Mapped[str]
    status: Mapped[str] = mapped_column(default=MaterialStatus.RECEIVED)
    reason: Mapped[str | None]
    source_key: Mapped[str]
    digest: Mapped[str]
    size: Mapped[int]
    page_count: Mapped[int]
    has_text: Mapped[bool] = mapped_column(default=False)
    uploaded_by_id: Mapped[int | None] = mapped_column(db.ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ready_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    unit: Mapped[Unit] = relationship()
    pages: Mapped[list["MaterialPage"]] = relationship(
        back_populates="material", order_by="MaterialPage.n", cascade="all, delete-orphan"
    )
    __table_args__ = (
        CheckConstraint("kind IN ('pdf', 'docx', 'pptx', 'md')", name="kind"),
        CheckConstraint("visibility IN ('public', 'unit')", name="visibility"),
        CheckConstraint("status IN ('received', 'ready', 'refused', 'withdrawn')", name="status"),
        Index(
            "uq_materials_living",
            "unit_id",
            "digest",
            unique=True,
            sqlite_where=text("status IN ('received', 'ready')"),
            postgresql_where=text("status IN ('received', 'ready')"),
        ),
    )

    @property
    def is_words_only(self) -> bool:
        """Whether its pages are drawn from its words (文字版), not as they look in the file."""
        return self.kind != "pdf"


class MaterialPage(Base):
    """One page: its words and its picture."""

    __tablename__ = "material_pages"
    material_id: Mapped[int] = mapped_column(db.ForeignKey("materials.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    picture_key: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    material: Mapped[Material] = relationship(back_populates="pages")
