"""Files by signed address, with HTTP ranges; nginx sends them where it stands in front."""

import re
from pathlib import Path

from flask import Blueprint, request
from sqlalchemy import select
from werkzeug.datastructures import Range
from werkzeug.wrappers import Response as Answer

from lms.assets import links
from lms.assets.events import MediaFetched
from lms.assets.models import AssetPage, MediaAsset, Picture, Rendition
from lms.assets.sending import send
from lms.core.doors import public, signed_url
from lms.core.errors import Missing
from lms.core.events import publish
from lms.extensions import db

bp = Blueprint("assets", __name__)
FIRST_BYTES = 64 * 1024
"""A look at the head of a file is not playing: players read the index there (bytes)."""
PLAYED = ("720p", "360p", "audio")
PAGE = re.compile("p[1-9][0-9]{0,3}")


@bp.get("/media/<token>/<role>")
@signed_url
def file(token: str, role: str) -> Answer:
    """Send one file of an asset."""
    link = links.read(token)
    if PAGE.fullmatch(role):
        return _page(link.asset_id, int(role[1:]))
    rendition = db.session.scalar(
        select(Rendition).where(Rendition.asset_id == link.asset_id, Rendition.role == role)
    )
    if rendition is None:
        raise Missing
    answer = send(rendition.storage_key, rendition.mime)
    if link.visit and role in PLAYED and request.method == "GET" and _asks_for_media(rendition.size):
        publish(MediaFetched(link.visit, link.asset_id))
        db.session.commit()
    return answer


def _page(asset_id: int, n: int) -> Answer:
    page = db.session.get(AssetPage, (asset_id, n))
    if page is None:
        raise Missing
    return send(page.picture_key, page.mime)


@bp.get("/media/<token>/original")
@signed_url
def keep(token: str) -> Answer:
    """Send the original of a document, under the title of its lesson, to keep."""
    asset = db.session.get(MediaAsset, links.read(token, links.ORIGINAL).asset_id)
    if asset is None:
        raise Missing
    name = f"{asset.title}{Path(asset.source_key).suffix}"
    return send(asset.source_key, "application/octet-stream", save_as=name)


@bp.get("/pictures/<key>")
@public
def picture(key: str) -> Answer:
    """Send a picture of a course; its address is made from its content, so a browser may keep it."""
    found = db.session.get(Picture, key[:80])
    if found is None:
        raise Missing
    answer = send(found.storage_key, found.mime)
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer


def _asks_for_media(size: int) -> bool:
    """Say whether this request reaches beyond the first bytes of the file."""
    wanted = _range()
    if wanted is None:
        return True
    reach = min(size, FIRST_BYTES)
    return any(start is not None and (end is None or end >= reach) for start, end in wanted.ranges)


def _range() -> Range | None:
    asked = request.range
    return asked if asked is not None and asked.units == "bytes" and asked.ranges else None
