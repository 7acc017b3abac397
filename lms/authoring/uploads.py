"""Videos, recordings and documents on their way in: parts on the disk beside rows that say how much of them is certain.

A part is received into a file of its own without any lock; only then is it appended under the row lock. A crash
between the append and the commit leaves bytes the row does not know: the next append cuts them off first.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import func, select, update
from werkzeug.exceptions import ClientDisconnected

from lms.assets import commands as assets
from lms.assets.models import AssetKind, MediaAsset
from lms.authoring import commands, documents, media_lessons
from lms.authoring.models import DraftLesson, Upload
from lms.core import audit_log, bodies, clock, jobs
from lms.core.database import begin_write
from lms.core.errors import Conflict, DiskFull, Missing, TooLarge, TooMany
from lms.extensions import db
from media.errors import MediaError


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be sent (bytes, counts, hours)."""

    video: int = 2 * 1024 * bodies.MEGABYTE
    whole: int = 300 * bodies.MEGABYTE
    part: int = 6 * bodies.MEGABYTE
    package: int = 300 * bodies.MEGABYTE
    open_at_once: int = 5
    a_day: int = 20 * 1024 * bodies.MEGABYTE
    kept_hours: int = 48


LIMITS = Limits()
PIECE = 256 * 1024
HAND_OVER_AFTER = timedelta(minutes=5)


def folder() -> Path:
    """Return where parts lie."""
    found: Path = current_app.extensions["lms_settings"].data / "uploads"
    found.mkdir(parents=True, exist_ok=True)
    return found


def part_of(upload: Upload) -> Path:
    """Return the file of an upload's bytes."""
    return folder() / f"{upload.public_id}.part"


def begin(row: DraftLesson, name: str, size: int, *, person_id: int) -> Upload:
    """Note that a video is coming; refuses what is too large, too much, or has no room. Commits nothing."""
    if size > min(LIMITS.video, media_lessons.MOST_BYTES[row.kind]):
        raise TooLarge(media_lessons.too_large(row.kind))
    if size < 1:
        raise Conflict(_("这个文件是空的。请换一个文件。"))
    bodies.require_room(2 * size)  # the parts, then the kept original
    begin_write(db.session)
    earlier = _earlier(row, person_id)
    _require_quota(size, person_id, without=[one.id for one in earlier])
    for one in earlier:
        forget(one)
    now = clock.now()
    upload = Upload(
        person_id=person_id, lesson_id=row.id, name=name[:200], size=size, received=0, created_at=now,
        touched_at=now,
    )  # fmt: skip
    db.session.add(upload)
    db.session.flush()  # its address carries the public id
    part_of(upload).touch()
    audit_log.record(person_id, "upload.begun", "upload", upload.public_id, {"lesson": row.id, "bytes": size})
    return upload


def _earlier(row: DraftLesson, person_id: int) -> Sequence[Upload]:
    """A new file for the same lesson takes the place of her unfinished one, once it may come."""
    return db.session.scalars(
        select(Upload).where(
            Upload.lesson_id == row.id, Upload.person_id == person_id, Upload.finished_at.is_(None)
        )
    ).all()


def _require_quota(size: int, person_id: int, *, without: Sequence[int]) -> None:
    today = clock.now() - timedelta(days=1)
    still_open, sent = db.session.execute(
        select(
            func.count().filter(Upload.finished_at.is_(None)),
            func.coalesce(func.sum(Upload.size).filter(Upload.created_at > today), 0),
        ).where(Upload.person_id == person_id, Upload.id.not_in(without))
    ).one()
    if still_open >= LIMITS.open_at_once:
        raise Conflict(_("您有 %(n)s 个视频还没传完。先传完，或取消一个，再传新的。", n=still_open))
    if int(sent) + size > LIMITS.a_day:
        raise TooMany(_("一天最多传 20 GB 视频。请明天再传。"))


def forget(upload: Upload) -> None:
    """Drop an upload and its bytes."""
    part_of(upload).unlink(missing_ok=True)
    db.session.delete(upload)
    db.session.flush()  # counted right after


def mine(public_id: str, person_id: int) -> Upload:
    """Return her own upload; raises Missing for another's or one that expired."""
    upload = db.session.scalar(
        select(Upload).where(Upload.public_id == public_id, Upload.person_id == person_id)
    )
    if upload is None:
        raise Missing(_("这次上传过期了。请重新选择文件。"))
    return upload


def unfinished(row: DraftLesson) -> Upload | None:
    """Return the newest unfinished upload of a lesson, to say how far it came."""
    return db.session.scalar(
        select(Upload)
        .where(Upload.lesson_id == row.id, Upload.finished_at.is_(None))
        .order_by(Upload.id.desc())
        .limit(1)
    )


@contextmanager
def received(stream: IO[bytes]) -> Iterator[Path]:
    """Receive a part into a file of its own; a line that breaks ends the part, and the bytes so far count."""
    bodies.require_room(LIMITS.part)
    with _room_or_507():
        descriptor, name = tempfile.mkstemp(dir=bodies.scratch_folder(), prefix="part-")
        path = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as out, contextlib.suppress(ClientDisconnected, ConnectionError):
                _copy(stream, out)
            yield path
        finally:
            path.unlink(missing_ok=True)


def _copy(stream: IO[bytes], out: IO[bytes]) -> None:
    left = LIMITS.part
    while piece := stream.read(min(PIECE, left + 1)):
        left -= len(piece)
        if left < 0:
            raise TooLarge(part_words())
        out.write(piece)


def part_words() -> str:
    """Return the sentence for a part that is too large."""
    return _("一次传的一段太大了，最多 6 MB。请刷新页面，再选一次文件。")


@contextmanager
def _room_or_507() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if bodies.is_full(error):
            raise DiskFull(bodies.full_words()) from error
        raise


def append(upload: Upload, offset: int, part: Path) -> None:
    """Add a received part at `offset` under the row lock; raises Conflict when the upload stands elsewhere."""
    length = part.stat().st_size
    begin_write(db.session)
    db.session.refresh(upload, with_for_update=True)
    if upload.finished_at or offset != upload.received:
        raise Conflict(_("这一段的位置不对，网站已收到 %(n)s 字节。请接着传。", n=upload.received))
    if upload.received + length > upload.size:
        raise TooLarge(_("传来的内容比文件本身还大。请重新选择文件。"))
    with _room_or_507():
        _append_durably(part_of(upload), upload.received, part)
    upload.received += length
    upload.touched_at = clock.now()
    if upload.received == upload.size:
        jobs.enqueue(
            "authoring.hand_over", {"upload_id": upload.id}, key=f"upload:{upload.id}",
            run_after=clock.now() + HAND_OVER_AFTER,
        )  # fmt: skip


def _append_durably(target: Path, at: int, part: Path) -> None:
    with target.open("r+b" if target.exists() else "wb") as out, part.open("rb") as incoming:
        out.truncate(at)
        out.seek(at)
        shutil.copyfileobj(incoming, out, PIECE)
        out.flush()
        os.fsync(out.fileno())


def hand_over(upload: Upload) -> None:
    """Give a complete upload to the lesson: checked, kept, in line for processing; commits. Harmless when repeated.

    A file that does not fit is refused with a sentence that the lesson's page shows; raises MediaError with it.
    """
    if upload.finished_at:
        return
    part = part_of(upload)
    try:
        take_film(upload.lesson, part, upload.name, person_id=upload.person_id, upload=upload)
    except MediaError as error:
        db.session.rollback()
        _finish(upload, error.message)
        db.session.commit()
        raise
    finally:
        if upload.finished_at:
            part.unlink(missing_ok=True)


def _finish(upload: Upload, problem: str | None) -> bool:
    """Mark an upload as dealt with; says whether this caller was the first."""
    first = db.session.execute(
        update(Upload)
        .where(Upload.id == upload.id, Upload.finished_at.is_(None))
        .values(finished_at=clock.now(), problem=problem)
        .returning(Upload.id)
        .execution_options(synchronize_session=False)
    ).first()
    db.session.expire(upload, ["finished_at", "problem"])
    return first is not None


def take_film(
    row: DraftLesson, path: Path, name: str, *, person_id: int, upload: Upload | None = None
) -> MediaAsset | None:
    """Check a whole file, keep it, hang it on the lesson; commits. Raises MediaError. None when done before."""
    looked = media_lessons.look(row.kind, path, name)
    title = title_from(name) or row.title
    asset = _keep(row, path, name, title, looked.kind)
    if upload is not None and not _finish(upload, None):
        db.session.rollback()
        return None
    commands.lock_lesson(row)
    values: dict[str, Any] = {"asset": asset, "minutes": looked.minutes}
    values["title"] = title if row.title == commands.NEW_TITLES[row.kind] else row.title
    if row.asset is None:
        values["body"] = documents.body_json(media_lessons.fitted(documents.body_of(row), looked))
    commands.save_lesson(row, actor_id=person_id, **values)
    audit_log.record(
        person_id, "film.received", "asset", asset.key, {"lesson": row.id, "seconds": looked.size}
    )
    db.session.commit()
    return asset


def _keep(row: DraftLesson, path: Path, name: str, title: str, kind: AssetKind) -> MediaAsset:
    """Keep the original under a name with its own ending, which storage takes over."""
    named = path.with_name(f"{path.stem}.film{safe_suffix(name)}")
    os.link(path, named)
    try:
        film = assets.Incoming(named, None, kind)
        return assets.receive(film, title=title, unit_id=row.draft.unit_id, scratch=path.parent)
    finally:
        named.unlink(missing_ok=True)


def safe_suffix(name: str) -> str:
    """Return the ending of a file name when it is a plain one, else .bin."""
    suffix = Path(name).suffix.lower()
    return suffix if suffix[1:].isascii() and suffix[1:].isalnum() and len(suffix) <= 9 else ".bin"


def title_from(name: str) -> str:
    """Return a lesson title proposed from a file name."""
    return Path(name.replace("\\", "/")).stem.replace("_", " ").strip()[:60]


def sweep() -> None:
    """Drop uploads nobody went on with, and the rows of finished ones after a week."""
    old = clock.now() - timedelta(hours=LIMITS.kept_hours)
    week = clock.now() - timedelta(days=7)
    gone = (Upload.finished_at.is_(None) & (Upload.touched_at < old)) | (Upload.finished_at < week)
    for upload in db.session.scalars(select(Upload).where(gone)).all():
        forget(upload)
    known = {f"{one}.part" for one in db.session.scalars(select(Upload.public_id))}
    for path in folder().glob("*.part"):
        if path.name not in known:
            path.unlink(missing_ok=True)
