"""Heavy work on media: films, recordings and documents into what phones play and show; every file kept, then ready."""

import json
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flask import current_app

from lms.assets.commands import storage
from lms.assets.events import AssetReady
from lms.assets.models import AssetKind, AssetPage, AssetStatus, MediaAsset, Rendition
from lms.core import clock, crypto
from lms.core.events import publish
from lms.core.jobs import report_progress
from lms.extensions import db
from media import encode, paged, slides, sound
from media.encode import Packaged
from media.errors import MediaError
from media.sizes import MIME as PICTURES
from media.storage import Storage

MIME = {
    "720p": "video/mp4", "360p": "video/mp4", "poster": "image/jpeg", "audio": "audio/mp4", "captions": "text/vtt",
}  # fmt: skip
TELL_EVERY_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Original:
    """What is to be worked on: its kind, where it and its captions are kept."""

    kind: str
    source: str
    captions: str | None


@dataclass(frozen=True, slots=True)
class Made:
    """What was made of it: files to play, or pages to show."""

    played: Packaged | None = None
    pages: tuple[paged.Page, ...] = ()
    machine_voice: bool = False


def process(asset_id: int) -> None:
    """Turn an original into its renditions; a file that cannot be used is refused with a sentence."""
    asset = db.session.get_one(MediaAsset, asset_id)
    if asset.status == AssetStatus.READY:
        return
    captions = None if asset.rendition("captions") else asset.captions_key
    original = Original(asset.kind, asset.source_key, captions)
    key = asset.key
    db.session.rollback()  # no transaction stays open while ffmpeg works
    scratch = _scratch()
    try:
        made = _make(original, scratch, _teller(asset_id))
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


def _make(original: Original, scratch: Path, progress: Callable[[float], None]) -> Made:
    store, out = storage(), scratch / "out"
    local = _fetch(store, original.source, scratch)
    if original.kind == AssetKind.DOCUMENT:
        return Made(pages=paged.package(local, local.name, out))
    subtitles = _fetch(store, original.captions, scratch) if original.captions else None
    if original.kind == AssetKind.AUDIO:
        return Made(sound.package(local, out, captions=subtitles, progress=progress))
    if original.kind != AssetKind.SLIDES:
        return Made(encode.package(local, out, captions=subtitles, progress=progress))
    _fetch_recordings(store, original.source, local, scratch)
    film, subtitles = scratch / "slides.mp4", scratch / "slides.vtt"
    built = slides.build(local, film, subtitles)
    made = encode.package(film, out, captions=subtitles, progress=progress)
    return Made(made, machine_voice=built.machine_voice)


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


def _keep(asset_id: int, key: str, made: Made) -> None:
    store, folder = storage(), f"media/{key}/{crypto.token(6).lower().replace('-', 'x')}"
    renditions = _renditions(store, folder, made.played) if made.played else []
    pages = [_page(store, folder, one) for one in made.pages]
    asset = db.session.get_one(MediaAsset, asset_id)
    newer = asset.rendition("captions")  # a caption file that came while the film was made
    asset.renditions = [one for one in renditions if not newer or one.role != "captions"] + [
        *filter(None, [newer])
    ]
    asset.pages = pages
    asset.duration = made.played.duration if made.played else None
    asset.machine_voice = made.machine_voice
    asset.status, asset.reason, asset.ready_at = AssetStatus.READY, None, clock.now()
    publish(AssetReady(asset.id, asset.key))


def _renditions(store: Storage, folder: str, packaged: Packaged) -> list[Rendition]:
    kept = []
    for file in packaged.files:
        target = f"{folder}/{file.role}{file.path.suffix}"
        store.put(target, file.path)
        kept.append(
            Rendition(
                role=file.role, storage_key=target, mime=MIME[file.role], width=file.width, height=file.height,
                duration=file.duration, size=file.bytes,
            )
        )  # fmt: skip
    return kept


def _page(store: Storage, folder: str, page: paged.Page) -> AssetPage:
    target = f"{folder}/{page.path.name}"
    store.put(target, page.path)
    return AssetPage(
        n=page.n, text=page.text, picture_key=target, mime=PICTURES[page.path.suffix[1:]], width=page.width,
        height=page.height,
    )  # fmt: skip
