"""Heavy work on media: build the slides' video, encode, keep every file, say that it is ready."""

import json
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flask import current_app

from lms.assets.commands import storage
from lms.assets.events import AssetReady
from lms.assets.models import AssetStatus, MediaAsset, Rendition
from lms.core import clock, crypto
from lms.core.events import publish
from lms.core.jobs import report_progress
from lms.extensions import db
from media import encode, slides
from media.errors import MediaError
from media.storage import Storage

MIME = {"720p": "video/mp4", "360p": "video/mp4", "poster": "image/jpeg", "captions": "text/vtt"}
TELL_EVERY_SECONDS = 2.0


def process(asset_id: int) -> None:
    """Turn an original into its renditions; a file that cannot be used is refused with a sentence."""
    asset = db.session.get_one(MediaAsset, asset_id)
    if asset.status == AssetStatus.READY:
        return
    key, kind, source = asset.key, asset.kind, asset.source_key
    captions = None if asset.rendition("captions") else asset.captions_key
    db.session.rollback()  # no transaction stays open while ffmpeg works
    scratch = _scratch()
    try:
        made = _make(kind, source, captions, scratch, _teller(asset_id))
        _keep(asset_id, key, made)
    except MediaError as error:
        asset = db.session.get_one(MediaAsset, asset_id)
        asset.status, asset.reason = AssetStatus.REFUSED, error.message
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _scratch() -> Path:
    base: Path = current_app.extensions["lms_settings"].data / "tmp"
    base.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="asset-", dir=base))


def _teller(asset_id: int) -> Callable[[float], None]:
    """Return what notes the progress of the encode, at most once in two seconds."""
    told = [0.0]

    def tell(share: float) -> None:
        if time.monotonic() - told[0] >= TELL_EVERY_SECONDS:
            told[0] = time.monotonic()
            report_progress(f"asset:{asset_id}", share)

    return tell


def _make(
    kind: str, source: str, captions: str | None, scratch: Path, progress: Callable[[float], None]
) -> tuple[encode.Packaged, bool]:
    store, machine_voice = storage(), False
    local = _fetch(store, source, scratch)
    subtitles = _fetch(store, captions, scratch) if captions else None
    if kind == "slides":
        _fetch_recordings(store, source, local, scratch)
        subtitles = scratch / "slides.vtt"
        built = slides.build(local, scratch / "slides.mp4", subtitles)
        local, machine_voice = scratch / "slides.mp4", built.machine_voice
    made = encode.package(local, scratch / "out", captions=subtitles, progress=progress)
    return made, machine_voice


def _fetch(store: Storage, key: str, scratch: Path) -> Path:
    target = scratch / key.rsplit("/", 1)[1]
    with store.open(key) as incoming, target.open("wb") as out:
        shutil.copyfileobj(incoming, out)
    return target


def _fetch_recordings(store: Storage, source: str, slides_json: Path, scratch: Path) -> None:
    folder = source.rsplit("/", 1)[0]
    for slide in json.loads(slides_json.read_text("utf-8"))["slides"]:
        if slide.get("audio"):
            _fetch(store, f"{folder}/{slide['audio']}", scratch)


def _keep(asset_id: int, key: str, made: tuple[encode.Packaged, bool]) -> None:
    packaged, machine_voice = made
    store, folder = storage(), f"media/{key}/{crypto.token(6).lower().replace('-', 'x')}"
    renditions = []
    for file in packaged.files:
        target = f"{folder}/{file.role}{file.path.suffix}"
        store.put(target, file.path)
        renditions.append(
            Rendition(
                role=file.role, storage_key=target, mime=MIME[file.role], width=file.width, height=file.height,
                duration=file.duration, size=file.bytes,
            )
        )  # fmt: skip
    asset = db.session.get_one(MediaAsset, asset_id)
    newer = asset.rendition("captions")  # a caption file that came while the film was made
    asset.renditions = [one for one in renditions if not newer or one.role != "captions"] + [
        *filter(None, [newer])
    ]
    asset.duration, asset.machine_voice = packaged.duration, machine_voice
    asset.status, asset.reason, asset.ready_at = AssetStatus.READY, None, clock.now()
    publish(AssetReady(asset.id, asset.key))
