"""Heavy work on materials: the words and the picture of each page."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from flask import current_app

from lms.assets.commands import storage
from lms.core import clock, crypto
from lms.core.events import publish
from lms.extensions import db
from lms.materials.events import MaterialReady
from lms.materials.models import Material, MaterialPage, MaterialStatus
from media import apart
from media.errors import MediaError


def process(material_id: int) -> None:
    """Draw every page; a file that turns out unusable is refused with a sentence and nothing of it is kept."""
    material = db.session.get_one(Material, material_id)
    if material.status != MaterialStatus.RECEIVED:
        return
    key, source, name = material.key, material.source_key, material.file_name
    db.session.rollback()  # no transaction stays open while pages are drawn
    scratch = _scratch()
    try:
        original = scratch / "original"
        with storage().open(source) as incoming, original.open("wb") as out:
            shutil.copyfileobj(incoming, out)
        drawn = scratch / "pages"
        drawn.mkdir()
        pages = _kept(key, apart.draw(original, name, drawn), drawn)
        _finish(material_id, pages)
    except MediaError as error:
        material = db.session.get_one(Material, material_id)
        material.status, material.reason = MaterialStatus.REFUSED, error.message
        storage().delete(source)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _scratch() -> Path:
    base: Path = current_app.extensions["lms_settings"].data / "tmp"
    base.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="material-", dir=base))


def _kept(key: str, pages: list[dict[str, Any]], drawn: Path) -> list[MaterialPage]:
    store, folder = storage(), f"materials/{key}/{crypto.token(6).lower().replace('-', 'x')}"
    made = []
    for page in pages:
        target = f"{folder}/{page['file']}"
        store.put(target, drawn / page["file"])
        made.append(
            MaterialPage(
                n=page["n"], text=page["text"], picture_key=target, width=page["width"], height=page["height"]
            )
        )
    return made


def _finish(material_id: int, pages: list[MaterialPage]) -> None:
    material = db.session.get_one(Material, material_id)
    if material.status != MaterialStatus.RECEIVED:  # withdrawn while its pages were drawn
        return
    material.pages = pages
    material.page_count = len(pages)
    material.has_text = any(page.text.strip() for page in pages)
    material.status, material.reason, material.ready_at = MaterialStatus.READY, None, clock.now()
    publish(MaterialReady(material.id))
