"""Audio and document lessons in the studio: their forms, what an empty one holds, how each file is looked at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import Length

from courses.model import AudioBody, Body, DocumentBody, LessonKind
from lms.assets.models import AssetKind
from lms.authoring.forms import MARKDOWN_LENGTH, FilmForm, VideoForm, Whole, title_field
from lms.core import bodies
from media import kinds, paged
from media.errors import MediaError
from media.probe import probe, recording

KINDS = (LessonKind.VIDEO, LessonKind.AUDIO, LessonKind.DOCUMENT)
"""Lessons that are made of a file."""
SECONDS_A_PAGE, MOST_SECONDS = 10, 600
"""What a document asks her to stay, unless the trainer says otherwise."""


class AudioForm(VideoForm):
    """What is typed of an audio lesson: its name and its text version, pages parted by lines of ---."""


class DocumentForm(FlaskForm):
    """What is typed of a document lesson: its name, words before its first page, its rule, whether it may be kept."""

    title = title_field(_l("这一课的名称"))
    body = TextAreaField(_l("开头的话"), [Length(max=MARKDOWN_LENGTH, message=_l("说明最多 %(max)d 个字。"))])
    min_seconds = StringField(
        _l("至少要看多少秒"), [Whole(0, 7200, _l("请写 0 到 7200 之间的整数。"), needed=True)]
    )
    download = BooleanField(_l("可以保存原文件"))
    revision = HiddenField()


class RecordingForm(FilmForm):
    """A recording, sent whole."""

    video = FileField(_l("录音文件"))


class PaperFileForm(FilmForm):
    """A document, sent whole."""

    video = FileField(_l("文档文件"))


FORMS: Mapping[str, type[AudioForm | DocumentForm]] = {
    LessonKind.AUDIO: AudioForm,
    LessonKind.DOCUMENT: DocumentForm,
}
FILE_FORMS: Mapping[str, type[FilmForm]] = {
    LessonKind.VIDEO: FilmForm,
    LessonKind.AUDIO: RecordingForm,
    LessonKind.DOCUMENT: PaperFileForm,
}
NEW_TITLES: Mapping[str, str] = {LessonKind.AUDIO: "新的录音课", LessonKind.DOCUMENT: "新的文档课"}
EMPTY: Mapping[str, Body] = {
    LessonKind.AUDIO: AudioBody("", 0.9),
    LessonKind.DOCUMENT: DocumentBody("", 3 * SECONDS_A_PAGE),
}
MOST_BYTES: Mapping[str, int] = {
    LessonKind.VIDEO: 2 * 1024 * bodies.MEGABYTE,
    LessonKind.AUDIO: 500 * bodies.MEGABYTE,
    LessonKind.DOCUMENT: kinds.MAX_BYTES,
}


def too_large(kind: str) -> str:
    """Return the sentence for a file that is too large for its lesson."""
    if kind == LessonKind.AUDIO:
        return str(_("录音最大 500 MB。请先存成 MP3 或 M4A，或分成几段。"))
    if kind == LessonKind.DOCUMENT:
        return str(_("文档最大 50 MB。请压缩图片，或分成几个文件。"))
    return str(_("视频最大 2 GB。请先压缩一下，或分成几段，每段一课。"))


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file turned out to be: what to keep it as, how many minutes it asks, its length or its pages."""

    kind: AssetKind
    minutes: int
    size: float


def look(kind: str, path: Path, name: str) -> Looked:
    """Return what the file of a lesson is; raises MediaError with a sentence for one that does not fit."""
    if kind == LessonKind.DOCUMENT:
        pages = paged.look(path, name)
        return Looked(AssetKind.DOCUMENT, max(1, round(pages / 2)), pages)
    if kind == LessonKind.AUDIO:
        heard = recording(path)
        return Looked(AssetKind.AUDIO, max(1, round(heard.duration / 60)), heard.duration)
    info = probe(path)
    if info.video is None:
        raise MediaError("no-video", _("这个文件只有声音，没有图像。请换一个视频文件。"))
    return Looked(AssetKind.VIDEO, max(1, round(info.duration / 60)), info.duration)


def fitted(body: Body, looked: Looked) -> Body:
    """Return the body of a lesson that gets its first file: a document asks for a stay by its pages."""
    if not isinstance(body, DocumentBody):
        return body
    return replace(body, min_seconds=min(MOST_SECONDS, int(looked.size) * SECONDS_A_PAGE))


def held(body: Body) -> dict[str, Any]:
    """Return what the form of a kept document says."""
    if isinstance(body, DocumentBody):
        return {"body": body.markdown, "min_seconds": str(body.min_seconds), "download": body.download}
    return {}


def written(form: DocumentForm, body: DocumentBody, clean: Callable[[str | None], str]) -> DocumentBody:
    """Return the body of a checked form."""
    return replace(
        body,
        markdown=clean(form.body.data).strip(),
        min_seconds=form.min_seconds.number,
        download=form.download.data,
    )
