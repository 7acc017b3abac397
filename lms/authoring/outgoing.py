"""A course, published or a draft, as the package it can be imported from again: words, papers, originals of its media."""

import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from flask_babel import gettext as _
from sqlalchemy import select

from courses.formats import package_pictures, package_writer
from courses.formats.package_lessons import MediaFiles
from courses.formats.source import open_source
from courses.model import Course as Document
from lms.assets import pictures
from lms.assets.commands import storage
from lms.assets.models import MediaAsset, Picture
from lms.authoring import documents
from lms.authoring.models import Draft
from lms.catalogue.models import CourseVersion, VersionAsset
from lms.core import bodies
from lms.core.errors import Conflict
from lms.extensions import db

MOST_BYTES = 300 * bodies.MEGABYTE
COPIES = 3
"""How often a film lies on the disk while a package is made: taken out, put in its folder, packed."""


def write(version: CourseVersion, target: Path) -> None:
    """Write a published version as a zip or a new folder; raises CourseError, MediaError (an original that is gone)."""
    _write(version.content, _media(version.id), target)


def write_draft(draft: Draft, target: Path) -> None:
    """Write a draft as it stands, for its page: raises Conflict for lost originals and films too large for a page."""
    media = [(row.lesson_id, row.asset) for row in draft.lessons if row.asset is not None]
    content = documents.content_of(draft)
    originals = [key for _lesson_id, asset in media for key in _originals(asset)]
    if not all(storage().exists(row.storage_key) for row in _shown(content).values()):
        raise Conflict(_("有一张图片的原件不见了，导出不了。请告诉管理这个网站的人。"))
    if not all(storage().exists(key) for key in originals):
        raise Conflict(_("有一个视频的原件不见了，导出不了。请告诉管理这个网站的人。"))
    films = sum(storage().size(key) for key in originals)
    if films > MOST_BYTES:
        raise Conflict(_("视频一共超过 300 MB，不能在网页上导出。请让管理网站的人用命令导出。"))
    bodies.require_room(films * COPIES)
    _write(content, media, target)


def _originals(asset: MediaAsset) -> list[str]:
    """Return the keys of what a medium was made from: its file, its captions, the recordings of its slides."""
    keys = [key for key in (asset.source_key, asset.captions_key) if key]
    if asset.kind != "slides" or not storage().exists(asset.source_key):
        return keys
    with storage().open(asset.source_key) as file:
        slides = json.load(file)["slides"]
    return keys + [_beside(asset, slide["audio"]) for slide in slides if slide.get("audio")]


def _beside(asset: MediaAsset, name: str) -> str:
    return str(Path(asset.source_key).parent / name)


def _write(content: Document, media_of: Sequence[tuple[str, MediaAsset]], target: Path) -> None:
    scratch = Path(tempfile.mkdtemp(prefix=".export-", dir=target.absolute().parent))
    try:
        media = {lesson_id: _medium(lesson_id, asset, scratch) for lesson_id, asset in media_of}
        shown = _pictures(content)
        names = {address: name for address, (name, _data) in shown.items()}
        package_writer.write(
            package_pictures.renamed(content, names),
            target,
            media=media,
            source=open_source(scratch) if media else None,
            pictures=dict(shown.values()),
        )
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _pictures(content: Document) -> dict[str, tuple[str, bytes]]:
    """Return address → (name in the package, bytes) of every picture the course shows."""
    found = {}
    for address, row in _shown(content).items():
        with storage().open(row.storage_key) as file:
            name = f"img/{address.removeprefix(pictures.address(''))}{Path(row.storage_key).suffix}"
            found[address] = (name, file.read())
    return found


def _shown(content: Document) -> dict[str, Picture]:
    """Return address → row of every picture the course shows."""
    rows = {pictures.address(key): db.session.get(Picture, key) for key in _keys(content)}
    return {address: row for address, row in rows.items() if row is not None}


def _keys(content: Document) -> set[str]:
    before = pictures.address("")
    named = (name for _place, name in package_pictures.named(content))
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
        _with_recordings(asset, scratch, main)
    captions = None
    if asset.captions_key:
        captions = f"media/{lesson_id}/captions{Path(asset.captions_key).suffix}"
        _copy(asset.captions_key, scratch / captions)
    return MediaFiles(main, captions, asset.kind == "slides")


def _with_recordings(asset: MediaAsset, scratch: Path, main: str) -> None:
    """Put the recordings of slides beside them and name them from the top of the package, as the reader looks for them."""
    told = json.loads((scratch / main).read_text("utf-8"))
    for slide in told["slides"]:
        if name := slide.get("audio"):
            slide["audio"] = (Path(main).parent / name).as_posix()
            _copy(_beside(asset, name), scratch / slide["audio"])
    (scratch / main).write_text(json.dumps(told, ensure_ascii=False), "utf-8")


def _copy(key: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with storage().open(key) as incoming, target.open("wb") as out:
        shutil.copyfileobj(incoming, out)
