"""The one row this room owns: an Excel file that was asked for."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.accounts.models import Person
from lms.core.types import UTCDateTime
from lms.extensions import Base, db
from lms.federations.models import Unit


class Export(Base):
    """Who asked for which people, why and when; the file goes when it expires, the row stays.

    `digest` (SHA-256 of the file) stands from the moment the file is ready.
    """

    __tablename__ = "exports"
    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(db.ForeignKey("units.id"), index=True)
    asked_by_id: Mapped[int] = mapped_column(db.ForeignKey("people.id"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    purpose: Mapped[str]
    selection: Mapped[dict[str, Any]] = mapped_column(db.JSON)
    full_phones: Mapped[bool] = mapped_column(default=False)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    ready_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    rows: Mapped[int | None]
    size: Mapped[int | None]
    digest: Mapped[str | None]
    storage_key: Mapped[str | None]
    unit: Mapped[Unit] = relationship()
    asked_by: Mapped[Person] = relationship()

    @property
    def job_key(self) -> str:
        """The key of the job that writes the file."""
        return f"export:{self.id}"
