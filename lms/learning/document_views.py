"""A document lesson: one page after another as pictures, or as words (文字版); links and one plain form."""

from flask import Blueprint, render_template
from sqlalchemy import func, select
from werkzeug.wrappers import Response as Answer

from courses.model import DocumentBody
from lms.assets import links
from lms.assets.models import AssetPage, AssetStatus, MediaAsset
from lms.catalogue.queries import asset_of
from lms.core.doors import public
from lms.core.errors import Missing
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.learning import access, paging
from lms.learning.models import LessonProgress

bp = Blueprint("document", __name__, template_folder="templates")


@bp.get("/c/<slug>/<int:number>/page/<int:page>")
@public
def show(slug: str, number: int, page: int) -> Answer | str:
    """Show one page as it looks."""
    return turned(access.place(slug, number), page, as_text=False)


def turned(place: access.Place, page: int, *, as_text: bool) -> Answer | str:
    """Return one page, noted as seen, to whoever may read the lesson."""
    if not isinstance(place.lesson.body, DocumentBody):
        raise Missing("这一课没有这一页。")
    enrolment = access.entered(place)
    if not isinstance(enrolment, Enrolment):
        return enrolment
    html = page_of(place, enrolment, page, as_text=as_text)
    db.session.commit()
    return html


def page_of(
    place: access.Place, enrolment: Enrolment, page: int = 0, *, as_text: bool = False, notice: str = ""
) -> str:
    """Return a page of the document (0: where she was last), noted as seen; before it is ready, words that say so."""
    asset = asset_of(enrolment.version, place.lesson.id)
    ready = asset is not None and asset.status == AssetStatus.READY
    row = db.session.get(LessonProgress, (enrolment.id, place.lesson.id))
    page = page or max(1, int(row.position) if row else 1)
    sheet = db.session.get(AssetPage, (asset.id, page)) if asset and ready else None
    if ready and sheet is None:
        raise Missing("这份文档没有这一页。")
    if sheet is not None:
        paging.turn_to(enrolment, place.lesson, page, as_text=as_text)
    return render_template(
        "learning/document.html",
        **access.frame(place, enrolment, notice),
        **parts_of(place, asset, sheet, as_text=as_text),
    )


def parts_of(
    place: access.Place, asset: MediaAsset | None, sheet: AssetPage | None, *, as_text: bool
) -> dict[str, object]:
    """Return what the template needs of the file."""
    body = place.lesson.body
    may_keep = isinstance(body, DocumentBody) and body.download
    return {
        "file": asset,
        "sheet": sheet,
        "pages": _count(asset) if asset else 0,
        "as_text": as_text,
        "picture": links.page(asset.id, sheet.n) if asset and sheet else "",
        "original": links.original(asset.id) if asset and sheet and may_keep else "",
        "is_words_only": asset is not None and not asset.source_key.endswith(".pdf"),
    }


def _count(asset: MediaAsset) -> int:
    """Count the pages where they lie: each holds all its words."""
    return db.session.scalar(select(func.count()).where(AssetPage.asset_id == asset.id)) or 0
