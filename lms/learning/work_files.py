"""What she hands in besides words: a photograph drawn anew, a file as it came; kept, and sent to whom the page was made for."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from flask import current_app, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response as Answer

from courses.model import EvidenceKind
from lms.assets.commands import storage
from lms.assets.sending import send
from lms.core import crypto
from lms.core.errors import Invalid, Missing, TooLarge
from lms.extensions import db
from lms.learning.models import HandIn
from media import apart, kinds, photos
from media.errors import MediaError

PHOTO_BYTES, FILE_BYTES = 10_000_000, kinds.MAX_BYTES
GOOD_FOR_SECONDS = 4 * 3600
PHOTO_LARGE = f"照片超过 {PHOTO_BYTES // 1_000_000} MB。请压缩一下，或换一张小的。"
FILE_LARGE = f"文件超过 {FILE_BYTES // 1_000_000} MB。请压缩里面的图片，或拆成小一点的文件再交。"
BOTH_LARGE = f"照片最大 {PHOTO_BYTES // 1_000_000} MB，文件最大 {FILE_BYTES // 1_000_000} MB。请压缩一下，或换小一点的再交。"
CHOICE: Mapping[str, object] = {
    "accepted": ",".join(f".{ending},{kinds.MIMES[kind]}" for ending, kind in kinds.HANDED.endings.items()),
    "most": FILE_BYTES // 1_000_000,
}
"""What the form says of a file: the kinds a browser offers first, the megabytes."""


class Part(StrEnum):
    """Which file of a piece of work an address is of."""

    PHOTO = "photo"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Brought:
    """A file as it came: where it lies until it is kept, and what she calls it."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Kept:
    """The columns of a hand-in that tell of its files."""

    picture_key: str | None = None
    file_key: str | None = None
    file_name: str | None = None
    file_size: int | None = None
    file_digest: str | None = None

    def columns(self) -> dict[str, str | int | None]:
        """Return them by name."""
        return asdict(self)

    def forget(self) -> None:
        """Take the files out of the storage again: no row will name them."""
        for key in filter(None, (self.picture_key, self.file_key)):
            storage().delete(key)


def too_large(asked: Collection[EvidenceKind]) -> str:
    """Return the sentence for more bytes than a hand-in may bring."""
    if EvidenceKind.FILE not in asked:
        return PHOTO_LARGE
    return BOTH_LARGE if EvidenceKind.PHOTO in asked else FILE_LARGE


def keep(photo: Path | None, file: Brought | None) -> Kept:
    """Look at both, then keep both; raises Invalid or TooLarge and keeps nothing when one cannot be used."""
    try:
        drawn = _drawn(photo) if photo else None
        kind = _looked_at(file) if file else None
    except MediaError as error:
        raise (TooLarge if error.code == "large" else Invalid)(error.message) from None
    picture = _put(f"work/{_token()}.jpg", drawn) if drawn else None
    if file is None or kind is None:
        return Kept(picture)
    with file.path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    key = _put(f"work/{_token()}/handed.{kind}", file.path)
    return Kept(picture, key, name_of(file.name, kind), file.path.stat().st_size, digest)


def _drawn(photo: Path) -> Path:
    if photo.stat().st_size > PHOTO_BYTES:
        raise MediaError("large", PHOTO_LARGE)
    drawn = photo.with_suffix(".drawn.jpg")
    photos.redraw(photo, drawn)
    return drawn


def _looked_at(file: Brought) -> kinds.DocumentKind:
    kind = kinds.kind_of(file.path, kinds.clean_name(file.name), kinds.HANDED)
    apart.require_opens(file.path, f"handed.{kind}")
    return kind


def name_of(name: str, kind: str) -> str:
    """Return what she calls her file, made clean; the ending is of its kind."""
    stem = kinds.clean_name(name).rpartition(".")[0].strip(" .")
    return f"{stem or '作业'}.{kind}"


def _token() -> str:
    return crypto.token(18).lower().replace("-", "x")


def _put(key: str, source: Path) -> str:
    storage().put(key, source)
    return key


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="lms.learning.work")


def address(row: HandIn, part: str, reader_id: int) -> str:
    """Return the signed address of a file, good for GOOD_FOR_SECONDS and for the person whose page carries it."""
    return url_for("work.kept", token=_serializer().dumps([row.id, Part(part), reader_id]))


def read(token: str, reader_id: int | None) -> tuple[HandIn, Part]:
    """Return what a token names; raises Missing for a forged or expired one, or one made for another person."""
    try:
        row_id, part, made_for = _serializer().loads(token, max_age=GOOD_FOR_SECONDS)
        row = db.session.get(HandIn, row_id) if made_for == reader_id else None
    except (BadSignature, ValueError, TypeError):
        row, part = None, ""
    if row is None or (row.file_key if part == Part.FILE else row.picture_key) is None:
        raise Missing("这个地址过期了。请回到作业页面，再打开一次。")
    return row, Part(part)


def sent(row: HandIn, part: Part) -> Answer:
    """Return the answer that carries a photograph to show, or a file to save; the browser never opens the file itself."""
    if part == Part.PHOTO:
        return send(row.picture_key or "", "image/jpeg")
    key = row.file_key or ""
    kind = kinds.DocumentKind(key.rpartition(".")[2])
    answer = send(key, kinds.MIMES[kind], save_as=row.file_name or "")
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
