"""The file of a video, audio or document lesson: sent whole by a plain form, its captions, its state, a second attempt."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as Answer

from courses.model import LessonKind
from lms.assets import commands as assets
from lms.authoring import commands, forms, media_lessons, queries, uploads
from lms.authoring.lesson_views import lesson_page
from lms.authoring.models import DraftLesson
from lms.core import audit_log, bodies, jobs
from lms.core.bodies import accepts
from lms.core.database import begin_write
from lms.core.errors import Conflict, Missing, TooLarge
from lms.extensions import csrf, db
from lms.federations.guards import requires
from lms.federations.permissions import Permission
from media import captions
from media.errors import MediaError

bp = Blueprint("films", __name__, template_folder="templates", url_prefix="/teach/l/<int:video_id>")
WHOLE = uploads.LIMITS.whole + bodies.MEGABYTE
SUBTITLES = (".srt", ".vtt")


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for the length of a request."""
    folder = Path(tempfile.mkdtemp(prefix="form-", dir=bodies.scratch_folder()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _chosen(file: object) -> FileStorage | None:
    return file if isinstance(file, FileStorage) and file.filename else None


def _saved_captions(file: FileStorage, folder: Path) -> Path:
    """Write and check a caption file; raises MediaError."""
    suffix = uploads.safe_suffix(file.filename or "")
    path = folder / f"captions{suffix}"
    file.save(path)
    if suffix not in SUBTITLES:
        raise MediaError("captions-kind", _("字幕要用 SRT 或 VTT 格式的文件。"))
    captions.read(path)
    return path


@bp.post("/film")
@accepts(WHOLE)
@requires(Permission.COURSES_WRITE)
def send(video_id: int) -> Answer | tuple[str, int]:
    """Take a whole video, and its captions when they come along."""
    row = queries.lesson(video_id, *media_lessons.KINDS)
    if (request.content_length or 0) > WHOLE:
        raise TooLarge(
            _("这样传最大 300 MB。更大的视频，请用电脑上的新浏览器打开这一页，会分段传，最大 2 GB。")
        )
    csrf.protect()  # only now is the body read: after the door and the size
    form = media_lessons.FILE_FORMS[row.kind]()
    film, words = _chosen(form.video.data), _chosen(form.captions.data)
    if film is None:
        form.video.errors = [_("请先选一个视频文件。") if row.kind == "video" else _("请先选一个文件。")]
        return lesson_page(row, film_form=form), 422
    db.session.rollback()  # no transaction while files are copied and checked
    with scratch() as folder:
        refused = _take(row, film, words, folder, form)
    if refused:
        return lesson_page(row, film_form=form), 422
    flash(
        _("视频收到了，正在转码。可以先做别的，不用等。")
        if row.kind == "video"
        else _("文件收到了，正在处理。可以先做别的，不用等。"),
        "ok",
    )
    return redirect(url_for("teach.build", draft_id=row.draft_id))


csrf.exempt(send)  # checked inside, after the door: a stranger's 300 MB are never read


def _take(
    row: DraftLesson, film: FileStorage, words: FileStorage | None, folder: Path, form: forms.FilmForm
) -> bool:
    """Keep both files; says whether one was refused, with the sentence on its field."""
    field = form.captions
    try:
        subtitles = _saved_captions(words, folder) if words else None
        field = form.video
        path = folder / "film"
        film.save(path)
        asset = uploads.take_film(row, path, film.filename or "", person_id=current_user.id)
    except MediaError as error:
        db.session.rollback()
        field.errors = [error.message]
        return True
    if subtitles and asset:
        assets.attach_captions(asset, subtitles, scratch=folder)
        db.session.commit()
    return False


@bp.post("/captions")
@requires(Permission.COURSES_WRITE)
def send_captions(video_id: int) -> Answer | tuple[str, int]:
    """Give the film captions, in place of earlier ones; a published version keeps its own."""
    row = queries.lesson(video_id, *media_lessons.KINDS)
    if row.kind == LessonKind.DOCUMENT:
        raise Missing
    form = forms.CaptionsForm()
    words = _chosen(form.captions.data)
    if row.asset is None:
        raise Conflict(_("请先传视频，再传字幕。") if row.kind == "video" else _("请先传录音，再传字幕。"))
    if words is None:
        form.captions.errors = [_("请先选一个字幕文件。")]
        return lesson_page(row, captions_form=form), 422
    with scratch() as folder:
        try:
            path = _saved_captions(words, folder)
        except MediaError as error:
            form.captions.errors = [error.message]
            return lesson_page(row, captions_form=form), 422
        _attach(row, path, folder)
    flash(_("字幕存好了。"), "ok")
    return redirect(url_for("lessons.edit", lesson_id=row.id, _anchor="captions"))


def _attach(row: DraftLesson, path: Path, folder: Path) -> None:
    commands.lock_lesson(row)
    asset = row.asset
    if asset is None:
        raise Conflict(_("请先传视频，再传字幕。") if row.kind == "video" else _("请先传录音，再传字幕。"))
    if queries.is_published(asset):
        asset = assets.copy(asset)
    assets.attach_captions(asset, path, scratch=folder)
    commands.save_lesson(row, actor_id=current_user.id, asset=asset)
    audit_log.record(current_user.id, "captions.received", "asset", asset.key, {"lesson": row.id})
    db.session.commit()


@bp.get("/state")
@requires(Permission.COURSES_WRITE)
def state(video_id: int) -> str:
    """Answer with the few lines that say how far the film is; the page asks again while it is being made."""
    row = queries.lesson(video_id, *media_lessons.KINDS)
    return render_template("authoring/_film.html", lesson=row, film=queries.film_of(row))


@bp.post("/retry")
@requires(Permission.COURSES_WRITE)
def retry(video_id: int) -> Answer:
    """Let a film whose processing gave up wait in line again."""
    row = queries.lesson(video_id, *media_lessons.KINDS)
    begin_write(db.session)
    if row.asset is not None and queries.film_of(row).state == "stuck":
        payload, key = {"asset_id": row.asset.id}, f"asset:{row.asset.id}"
        jobs.enqueue("assets.process", payload, key=key, lane=jobs.Lane.HEAVY)
        audit_log.record(current_user.id, "film.retried", "asset", row.asset.key)
    db.session.commit()
    return redirect(url_for("lessons.edit", lesson_id=row.id, _anchor="video"))
