"""Work on courses for later: draw covers."""

import base64
import logging
from io import BytesIO

from PIL import Image
from weasyprint.urls import FatalURLFetchingError

from lms.assets import pictures
from lms.catalogue import covers, queries
from lms.core import pdf
from lms.extensions import db

log = logging.getLogger(__name__)
MOST_BYTES = 60 * 1024
_PAGE = """<style>@page {{ size: {width}px {height}px; margin: 0 }} body {{ margin: 0 }}
img {{ display: block; width: {width}px; height: {height}px }}</style>
<img src="data:image/svg+xml;base64,{drawing}" alt="">"""


def draw_covers() -> None:
    """Draw the cover of every published course that has none yet; a bad one does not keep the others back."""
    wanted = {
        covers.key_of(row.version.content): row.version.content.cover
        for row in queries.published()
        if row.version is not None and row.version.content.cover
    }
    missing = set(wanted) - pictures.kept(wanted)
    db.session.rollback()  # no transaction stays open while we draw
    drawn = {key: picture for key in sorted(missing) if (picture := _drawn(key, wanted[key]))}
    for key, picture in drawn.items():
        pictures.store(key, picture, "webp")


def _drawn(key: str, drawing: str) -> bytes | None:
    try:
        return draw(drawing)
    except (FatalURLFetchingError, ValueError, ArithmeticError) as error:
        log.warning("cover %s cannot be drawn: %s", key, type(error).__name__)
        return None


def draw(drawing: str) -> bytes:
    """Return a cover as WebP of at most MOST_BYTES; nothing is fetched. Raises ValueError for one too rich."""
    source = base64.b64encode(drawing.encode()).decode()
    page = _PAGE.format(width=covers.WIDTH, height=covers.HEIGHT, drawing=source)
    picture = Image.open(BytesIO(pdf.picture(pdf.render(page), width=covers.WIDTH))).convert("RGB")
    for options in ({"lossless": True}, {"quality": 85}, {"quality": 60}):
        out = BytesIO()
        picture.save(out, "WEBP", method=6, **options)
        if out.tell() <= MOST_BYTES:
            return out.getvalue()
    raise ValueError("cover too large")
