"""Resumable uploads: the tus 1.0 protocol with creation, termination and expiration, for the owner only."""

import base64
import binascii
from datetime import timedelta

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import PreconditionFailed, UnsupportedMediaType
from werkzeug.http import http_date

from lms.authoring import media_lessons, queries, uploads
from lms.authoring.models import Upload
from lms.core.bodies import accepts
from lms.core.errors import BadRequest, Conflict, Invalid, TooLarge
from lms.extensions import db
from lms.federations.guards import requires
from lms.federations.permissions import Permission
from media.errors import MediaError

bp = Blueprint("uploads", __name__, url_prefix="/api/uploads")
VERSION = "1.0.0"
PART_TYPE = "application/offset+octet-stream"
SPARE = 64 * 1024
"""Bytes above the limit that are still read, so that the answer is a sentence and not a broken line."""


@bp.after_request
def _say_tus(response: Response) -> Response:
    response.headers["Tus-Resumable"] = VERSION
    response.headers["Cache-Control"] = "no-store"
    if request.method == "OPTIONS":
        response.headers["Tus-Version"] = VERSION
        response.headers["Tus-Extension"] = "creation,termination,expiration"
        response.headers["Tus-Max-Size"] = str(uploads.LIMITS.video)
    return response


def _require_version() -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise PreconditionFailed


def _number(header: str) -> int:
    value = request.headers.get(header, "")
    if not value.isascii() or not value.isdigit() or len(value) > 15:
        raise BadRequest(_("这个请求不完整。请刷新页面，再选一次文件。"))
    return int(value)


def _metadata() -> dict[str, str]:
    """Return what stands in Upload-Metadata: names with base64 values."""
    found = {}
    for pair in request.headers.get("Upload-Metadata", "").split(","):
        name, _space, value = pair.strip().partition(" ")
        try:
            found[name] = base64.b64decode(value, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            raise BadRequest(_("这个请求不完整。请刷新页面，再选一次文件。")) from None
    return found


def _hers(upload_id: str) -> Upload:
    """Return her own upload to a lesson that is still in her scope."""
    upload = uploads.mine(upload_id, current_user.id)
    queries.lesson(upload.lesson_id, *media_lessons.KINDS)
    return upload


def _answer(status: int, upload: Upload) -> Response:
    response = Response(status=status)
    response.headers["Upload-Offset"] = str(upload.received)
    if not upload.finished_at:
        until = upload.touched_at + timedelta(hours=uploads.LIMITS.kept_hours)
        response.headers["Upload-Expires"] = http_date(until)
    return response


@bp.post("")
@requires(Permission.COURSES_WRITE)
def create() -> Response:
    """Begin an upload for a lesson of hers that is made of a file."""
    _require_version()
    size, words = _number("Upload-Length"), _metadata()
    lesson = words.get("lesson", "")
    row = queries.lesson(
        int(lesson) if lesson.isascii() and lesson.isdigit() and len(lesson) < 10 else 0, *media_lessons.KINDS
    )
    upload = uploads.begin(row, words.get("filename", ""), size, person_id=current_user.id)
    db.session.commit()
    response = _answer(201, upload)
    response.headers["Location"] = url_for(".part", upload_id=upload.public_id)
    return response


@bp.route("/<upload_id>", methods=["HEAD"])
@requires(Permission.COURSES_WRITE)
def state(upload_id: str) -> Response:
    """Say how much has arrived."""
    _require_version()
    upload = _hers(upload_id)
    response = _answer(200, upload)
    response.headers["Upload-Length"] = str(upload.size)
    return response


@bp.patch("/<upload_id>")
@accepts(uploads.LIMITS.part + SPARE)
@requires(Permission.COURSES_WRITE)
def part(upload_id: str) -> Response:
    """Take the next part; what arrived before a break is kept."""
    _require_version()
    if request.mimetype != PART_TYPE:
        raise UnsupportedMediaType
    if (request.content_length or 0) > uploads.LIMITS.part:
        raise TooLarge(uploads.part_words())
    upload, offset = _hers(upload_id), _number("Upload-Offset")
    if offset != upload.received:
        raise Conflict(_("这一段的位置不对，网站已收到 %(n)s 字节。请接着传。", n=upload.received))
    db.session.rollback()  # no lock and no transaction while a slow line sends
    with uploads.received(request.stream) as path:
        upload = uploads.mine(upload_id, current_user.id)
        uploads.append(upload, offset, path)
        db.session.commit()
    if upload.received == upload.size:
        _complete(upload)
    return _answer(204, upload)


def _complete(upload: Upload) -> None:
    try:
        uploads.hand_over(upload)
    except MediaError as error:
        raise Invalid(error.message) from error


@bp.delete("/<upload_id>")
@requires(Permission.COURSES_WRITE)
def cancel(upload_id: str) -> Response:
    """Give an upload up."""
    _require_version()
    uploads.forget(_hers(upload_id))
    db.session.commit()
    return Response(status=204)
