"""Receive media: keep the original, note it, enqueue the processing."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask import current_app

from lms.assets.models import AssetKind, AssetPage, AssetStatus, MediaAsset, Rendition
from lms.core import clock, crypto, jobs
from lms.extensions import db
from media import captions
from media.storage import Storage, open_storage


@dataclass(frozen=True, slots=True)
class Incoming:
    """An original lying on this machine: one file, or a slides.json with a fetcher for its recordings."""

    main: Path
    captions: Path | None
    kind: AssetKind
    recording: Callable[[str, Path], None] | None = None


def storage() -> Storage:
    """Return the storage of the settings."""
    return open_storage(current_app.extensions["lms_settings"].storage_url)


def receive(incoming: Incoming, *, title: str, unit_id: int, scratch: Path) -> MediaAsset:
    """Keep an original and enqueue its processing; the asset's key is final from here on."""
    key = crypto.token(12).lower().replace("-", "x")
    store = storage()
    is_slides = incoming.kind == AssetKind.SLIDES
    main = _with_recordings(incoming, key, store, scratch) if is_slides else incoming.main
    source = f"originals/{key}/main{'.json' if is_slides else main.suffix.lower()[:9]}"
    store.put(source, main)
    captions = None
    if incoming.captions:
        captions = f"originals/{key}/captions{incoming.captions.suffix.lower()[:8]}"
        store.put(captions, incoming.captions)
    asset = MediaAsset(
        key=key, kind=incoming.kind, title=title, unit_id=unit_id, source_key=source, captions_key=captions,
        status="received", machine_voice=False, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(asset)
    db.session.flush()  # the job below names its id
    jobs.enqueue("assets.process", {"asset_id": asset.id}, key=f"asset:{asset.id}", lane=jobs.Lane.HEAVY)
    return asset


def _with_recordings(incoming: Incoming, key: str, store: Storage, scratch: Path) -> Path:
    """Keep the recordings beside the slides and return slides.json naming them by their stored names."""
    slides = json.loads(incoming.main.read_text("utf-8"))
    for number, slide in enumerate(slides.get("slides", [])):
        if slide.get("audio") and incoming.recording:
            name = f"audio-{number}{Path(slide['audio']).suffix.lower()}"
            incoming.recording(slide["audio"], scratch / name)
            store.put(f"originals/{key}/{name}", scratch / name)
            slide["audio"] = name
    rewritten = scratch / f"{key}.json"
    rewritten.write_text(json.dumps(slides, ensure_ascii=False), "utf-8")
    return rewritten


def attach_captions(asset: MediaAsset, source: Path, *, scratch: Path) -> None:
    """Keep a caption file and make it playable at once, whatever the state of the film. Raises MediaError."""
    readable = scratch / "captions.vtt"
    captions.write_vtt(captions.read(source), readable)
    store, mark = storage(), crypto.token(6).lower().replace("-", "x")
    original = f"originals/{asset.key}/captions-{mark}{source.suffix.lower()[:8]}"
    playable = f"media/{asset.key}/{mark}/captions.vtt"
    store.put(original, source)
    store.put(playable, readable)
    asset.captions_key = original
    rendition = asset.rendition("captions")
    if rendition is None:
        rendition = Rendition(role="captions", mime="text/vtt")
        asset.renditions.append(rendition)
    rendition.storage_key, rendition.size = playable, readable.stat().st_size


def copy(asset: MediaAsset) -> MediaAsset:
    """Return a second asset over the same files, so that one may change what a published version still plays."""
    made = MediaAsset(
        kind=asset.kind, title=asset.title, unit_id=asset.unit_id, source_key=asset.source_key,
        captions_key=asset.captions_key, status=asset.status, reason=asset.reason, duration=asset.duration,
        machine_voice=asset.machine_voice, created_at=clock.now(), ready_at=asset.ready_at,
    )  # fmt: skip
    made.renditions = [
        Rendition(
            role=one.role, storage_key=one.storage_key, mime=one.mime, width=one.width, height=one.height,
            duration=one.duration, size=one.size,
        )
        for one in asset.renditions
    ]  # fmt: skip
    made.pages = [
        AssetPage(n=one.n, text=one.text, picture_key=one.picture_key, mime=one.mime, width=one.width, height=one.height)
        for one in asset.pages
    ]  # fmt: skip
    db.session.add(made)
    db.session.flush()  # the job below names its id
    if made.status not in (AssetStatus.READY, AssetStatus.REFUSED):
        jobs.enqueue("assets.process", {"asset_id": made.id}, key=f"asset:{made.id}", lane=jobs.Lane.HEAVY)
    return made
