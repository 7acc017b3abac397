"""Rows of media kept and processed."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.core import crypto
from lms.core.types import UTCDateTime
from lms.extensions import Base, db


class AssetStatus(StrEnum):
    """received → processing → ready, or refused with a sentence."""

    RECEIVED = "received"
    PROCESSING = "processing"
    READY = "ready"
    REFUSED = "refused"


class AssetKind(StrEnum):
    """What an original is: a film, slides to build one from, a recording, a document."""

    VIDEO = "video"
    SLIDES = "slides"
    AUDIO = "audio"
    DOCUMENT = "document"


class MediaAsset(Base):
    """One video, recording or document with everything made from it; `key` is what a lesson holds."""

    __tablename__ = "media_assets"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True, default=lambda: crypto.token(12).lower().replace("-", "x"))
    kind: Mapped[str]
    title: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(db.ForeignKey("units.id"), index=True)
    source_key: Mapped[str]
    captions_key: Mapped[str | None]
    status: Mapped[str] = mapped_column(default=AssetStatus.RECEIVED)
    reason: Mapped[str | None]
    duration: Mapped[float | None]
    machine_voice: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ready_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    renditions: Mapped[list["Rendition"]] = relationship(
        back_populates="asset", order_by="Rendition.id", cascade="all, delete-orphan"
    )
    pages: Mapped[list["AssetPage"]] = relationship(
        back_populates="asset", order_by="AssetPage.n", cascade="all, delete-orphan"
    )
    __table_args__ = (
        CheckConstraint("kind IN ('video', 'slides', 'audio', 'document')", name="kind"),
        CheckConstraint("status IN ('received', 'processing', 'ready', 'refused')", name="status"),
    )

    def rendition(self, role: str) -> "Rendition | None":
        """Return the file of a role (720p, 360p, poster, audio, captions), None when there is none."""
        return next((one for one in self.renditions if one.role == role), None)


class Rendition(Base):
    """One playable or readable file of an asset (HLS: rendition; WebVTT: text track)."""

    __tablename__ = "renditions"
    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[int] = mapped_column(db.ForeignKey("media_assets.id"))
    role: Mapped[str]
    storage_key: Mapped[str]
    mime: Mapped[str]
    width: Mapped[int | None]
    height: Mapped[int | None]
    duration: Mapped[float | None]
    size: Mapped[int]
    asset: Mapped[MediaAsset] = relationship(back_populates="renditions")
    __table_args__ = (db.UniqueConstraint("asset_id", "role"),)


class AssetPage(Base):
    """One page of a document: its words and its picture."""

    __tablename__ = "asset_pages"
    asset_id: Mapped[int] = mapped_column(db.ForeignKey("media_assets.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    picture_key: Mapped[str]
    mime: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    asset: Mapped[MediaAsset] = relationship(back_populates="pages")


class Picture(Base):
    """A picture of a course; its key comes from what it was made of, so it never changes."""

    __tablename__ = "pictures"
    key: Mapped[str] = mapped_column(primary_key=True)
    mime: Mapped[str]
    storage_key: Mapped[str]
    size: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
