"""What is said in a recording, to read: its captions as paragraphs, page after page, by links only."""

import html
from collections.abc import Sequence

from flask import Blueprint, render_template
from werkzeug.wrappers import Response as Answer

from courses.model import AudioBody
from lms.assets.commands import storage
from lms.assets.models import MediaAsset
from lms.catalogue.queries import asset_of
from lms.core.doors import public
from lms.core.errors import Missing
from lms.enrolment.models import Enrolment
from lms.learning import access
from media import captions
from media.captions import Cue
from media.errors import MediaError

bp = Blueprint("transcript", __name__, template_folder="templates")
PAGE_LENGTH = 2_000
"""Characters of a page, so that it stays as small as every page of a learner."""


@bp.get("/c/<slug>/<int:number>/words/<int:page>")
@public
def show(slug: str, number: int, page: int) -> Answer | str:
    """Show a page of what is said, to whoever may hear it."""
    place = access.place(slug, number)
    if not isinstance(place.lesson.body, AudioBody):
        raise Missing("只有录音课有录音里的话。")
    enrolment = access.entered(place)
    if not isinstance(enrolment, Enrolment):
        return enrolment
    parts = parts_of(asset_of(enrolment.version, place.lesson.id), page)
    return render_template("learning/transcript.html", place=place, lesson=place.lesson, **parts)


def parts_of(asset: MediaAsset | None, page: int) -> dict[str, object]:
    """Return one page of what is said; raises Missing."""
    pages = _pages(asset)
    if not 1 <= page <= len(pages):
        raise Missing("没有这一页。")
    return {"said": pages[page - 1], "page": page, "pages": len(pages)}


def _pages(asset: MediaAsset | None) -> list[list[Cue]]:
    pages: list[list[Cue]] = [[]]
    length = 0
    for one in captions.paragraphs(_cues(asset)):
        if pages[-1] and length + len(one.text) > PAGE_LENGTH:
            pages.append([])
            length = 0
        pages[-1].append(one)
        length += len(one.text)
    return pages


def _cues(asset: MediaAsset | None) -> Sequence[Cue]:
    track = asset.rendition("captions") if asset else None
    if track is None:
        raise Missing("这段录音没有文字。")
    try:
        with storage().open(track.storage_key) as file:
            text = html.unescape(file.read().decode("utf-8", "replace"))
        return captions.parse(text)
    except MediaError as error:
        raise Missing(error.message) from None
