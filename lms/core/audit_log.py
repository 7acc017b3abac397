"""The audit trail: append-only rows written in the transaction of what they tell of."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import has_request_context, request
from sqlalchemy.orm import Mapped, mapped_column

from lms.core import clock
from lms.core.types import UTCDateTime
from lms.extensions import Base, db


class AuditEntry(Base):
    """Who did what to which object, when; `detail` never holds a phone or identity number."""

    __tablename__ = "audit_entries"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    actor_id: Mapped[int | None] = mapped_column(db.ForeignKey("people.id"), index=True)
    action: Mapped[str]
    object_type: Mapped[str]
    object_id: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(db.JSON)
    address: Mapped[str | None]
    __table_args__ = (db.Index("ix_audit_entries_object", "object_type", "object_id"),)


def record(
    actor_id: int | None,
    action: str,
    object_type: str,
    object_id: object,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Append one entry; `action` reads "noun.done" (e.g. "certificate.revoked").

    What follows from a fact by itself (no actor) has no address: it may be written while another's request is served.
    """
    db.session.add(
        AuditEntry(
            at=clock.now(),
            actor_id=actor_id,
            action=action,
            object_type=object_type,
            object_id=str(object_id),
            detail=dict(detail or {}),
            address=request.remote_addr if actor_id is not None and has_request_context() else None,
        )
    )
