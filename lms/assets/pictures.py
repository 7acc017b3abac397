"""Pictures of courses: kept once under a key made from their content, so that an address never changes its picture."""

import hashlib
import tempfile
from collections.abc import Iterable
from pathlib import Path

from flask import current_app
from sqlalchemy import bindparam, select

from lms.assets.commands import storage
from lms.assets.models import Picture
from lms.core import clock
from lms.extensions import db
from media.sizes import MIME, size_of

_KEPT = select(Picture.key).where(
    Picture.key.in_(bindparam("keys", expanding=True))
)  # built once: cards ask it


def key_of(source: bytes, mark: str) -> str:
    """Return the key of the picture made from these bytes; `mark` tells kinds apart and says its size."""
    return f"{hashlib.sha256(source).hexdigest()[:40]}-{mark}"


def keep(data: bytes) -> str:
    """Keep a picture as it is and return its key, which ends in its size; raises MediaError."""
    kind, width, height = size_of(data)
    return store(key_of(data, f"{width}x{height}"), data, kind)


def store(key: str, data: bytes, kind: str) -> str:
    """Keep a picture under its key unless it is there already; returns the key."""
    if db.session.get(Picture, key) is None:
        name = f"pictures/{key}.{kind}"
        with tempfile.NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            storage().put(name, Path(file.name))
        db.session.add(
            Picture(key=key, mime=MIME[kind], storage_key=name, size=len(data), created_at=clock.now())
        )
    return key


def kept(keys: Iterable[str]) -> set[str]:
    """Return which of some keys have their picture; asked of the database until it is there, then never again."""
    wanted = set(keys)
    known: set[str] = current_app.extensions.setdefault("lms_pictures_kept", set())
    if new := wanted - known:
        rows = db.session.connection().execute(_KEPT, {"keys": list(new)})
        known.update(key for (key,) in rows)
    return wanted & known


def address(key: str) -> str:
    """Return where a picture is sent from; texts of courses hold it, also when no request is served."""
    return f"/pictures/{key}"
