"""A published course as the package it can be imported from again: words, papers and the originals of its media."""

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from courses.formats import package_pictures, package_writer
from courses.formats.package_lessons import MediaFiles
from courses.formats.source import open_source
from courses.model import Course as Document
from lms.assets import pictures
from lms.assets.commands import storage
from lms.assets.models import MediaAsset, Picture
from lms.catalogue.models import CourseVersion, VersionAsset
from lms.extensions import db


def write(version: CourseVersion, target: Path) -> None:
    """Write the package as a zip or a new folder; raises CourseError, MediaError (an original that is gone)."""
    scratch = Path(tempfile.mkdtemp(prefix=".export-", dir=target.absolute().parent))
    try:
        media = {lesson_id: _medium(lesson_id, asset, scratch) for lesson_id, asset in _media(version.id)}
        shown = _pictures(version.content)
        names = {address: name for address, (name, _) in shown.items()}
        package_writer.write(
            package_pictures.renamed(version.content, names),
            target,
            media=media,
            source=open_source(scratch) if media else None,
            pictures=dict(shown.values()),
        )
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _pictures(content: Document) -> dict[str, tuple[str, bytes]]:
    """Return address → (name in the package, bytes) of every picture the course shows."""
    addresses = {pictures.address(key): key for key in _keys(content)}
    found = {}
    for address, key in addresses.items():
        if row := db.session.get(Picture, key):
            with storage().open(row.storage_key) as file:
                found[address] = (f"img/{key}{Path(row.storage_key).suffix}", file.read())
    return found


def _keys(content: Document) -> set[str]:
    before = pictures.address("")
    named = (name for _, name in package_pictures.named(content))
    return {name.removeprefix(before) for name in named if name.startswith(before)}


def _media(version_id: int) -> Sequence[tuple[str, MediaAsset]]:
    rows = db.session.execute(
        select(VersionAsset.lesson_id, MediaAsset)
        .join(MediaAsset, MediaAsset.id == VersionAsset.asset_id)
        .where(VersionAsset.version_id == version_id)
    )
    return [(lesson_id, asset) for lesson_id, asset in rows]


def _medium(lesson_id: str, asset: MediaAsset, scratch: Path) -> MediaFiles:
    main = f"media/{lesson_id}/main{Path(asset.source_key).suffix}"
    _copy(asset.source_key, scratch / main)
    if asset.kind == "slides":
        for slide in json.loads((scratch / main).read_text("utf-8"))["slides"]:
            if name := slide.get("audio"):
                beside = str(Path(asset.source_key).parent / name)
                _copy(beside, (scratch / main).parent / name)
    captions = None
    if asset.captions_key:
        captions = f"media/{lesson_id}/captions{Path(asset.captions_key).suffix}"
        _copy(asset.captions_key, scratch / captions)
    return MediaFiles(main, captions, asset.kind == "slides")


def _copy(key: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with storage().open(key) as incoming, target.open("wb") as out:
        shutil.copyfileobj(incoming, out)
