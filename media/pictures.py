"""Each page of a document as a picture to read inside WeChat: a PDF as it looks, other files as their words (文字版)."""

import html
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image, ImageChops
from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration

from media import documents
from media.documents import Sheet
from media.errors import MediaError
from media.kinds import MAX_DRAWN, DocumentKind, kind_of, too_long

WIDTH, MAX_HEIGHT = 1080, 4_000
PAPER = 600
STYLE = """@page { size: %dpx %dpx; margin: 0 }
body { margin: 36px 32px; font: 30px/1.75 "Noto Sans CJK SC", sans-serif; color: #1F1A1C; overflow-wrap: anywhere }
h1, h2, h3, h4 { font-size: 36px; line-height: 1.4; margin: 0 0 22px } p { margin: 0 0 20px; white-space: pre-line }
ul, ol { margin: 0 0 20px; padding-left: 44px } li { margin: 0 0 8px } li p { margin: 0 }
table { border-collapse: collapse; width: 100%%; font-size: 26px } td, th { border: 1px solid #8A7F82; padding: 8px 12px; text-align: left }
blockquote { margin: 0 0 20px; padding-left: 24px; border-left: 6px solid #E4DCD8; color: #574E51 }
pre { white-space: pre-wrap; font-size: 24px }"""


@dataclass(frozen=True, slots=True)
class PagePicture:
    """One page: its number from 1, its words, and its picture in the folder asked for."""

    n: int
    text: str
    file: str
    width: int
    height: int


def draw(path: Path, name: str, out: Path) -> Iterator[PagePicture]:
    """Yield the pages of a document one by one, so that memory stays small; raises MediaError."""
    kind = kind_of(path, name)
    if kind == DocumentKind.PDF:
        yield from _pdf(path, out)
        return
    sheets = documents.sheets(path, kind)
    _require_drawable(len(sheets))
    for number, sheet in enumerate(sheets, 1):
        picture = _sheet(sheet)
        picture.quantize(16).save(out / f"p{number}.png", "PNG", optimize=True)
        yield PagePicture(number, documents.text_on(sheet), f"p{number}.png", *picture.size)


def _require_drawable(count: int) -> None:
    if count > MAX_DRAWN:
        raise MediaError("document-long", too_long(count))


def _pdf(path: Path, out: Path) -> Iterator[PagePicture]:
    document = documents.open_pdf(path)
    try:
        _require_drawable(len(document))
        for number in range(1, len(document) + 1):
            page = document[number - 1]
            picture = _shot(page)
            picture.save(out / f"p{number}.webp", "WEBP", quality=80)
            yield PagePicture(number, documents.pdf_text(page), f"p{number}.webp", *picture.size)
            page.close()
    finally:
        document.close()


def _shot(page: Any) -> Image.Image:
    """Draw one page, never larger than WIDTH × MAX_HEIGHT whatever size it claims."""
    width, height = max(page.get_width(), 1.0), max(page.get_height(), 1.0)
    scale = min(WIDTH / width, MAX_HEIGHT / height)
    made: Image.Image = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
    return made


@lru_cache(maxsize=1)
def _fonts() -> FontConfiguration:
    return FontConfiguration()


def _sheet(sheet: Sheet) -> Image.Image:
    """Draw words on paper as long as they need."""
    lines = sum(2 + len(block.text) // 13 + block.text.count("\n") for block in sheet)
    body = "".join(block.html for block in sheet) or f"<p>{html.escape('（这一页没有文字）')}</p>"
    page = f"<html><style>{STYLE % (PAPER, 200 + 64 * lines)}</style><body>{body}</body></html>"
    pdf = HTML(string=page, url_fetcher=_nothing).write_pdf(font_config=_fonts())
    document = pypdfium2.PdfDocument(pdf)
    try:
        shots = [one.render(scale=WIDTH / one.get_width()).to_pil().convert("L") for one in document]
    finally:
        document.close()
    return _joined([_trimmed(shot) for shot in shots])


def _trimmed(picture: Image.Image) -> Image.Image:
    box = ImageChops.invert(picture).getbbox()
    bottom = min(picture.height, (box[3] if box else 80) + 60)
    return picture.crop((0, 0, picture.width, bottom))


def _joined(pictures: list[Image.Image]) -> Image.Image:
    if len(pictures) == 1:
        return pictures[0]
    whole = Image.new("L", (WIDTH, sum(one.height for one in pictures)), 255)
    top = 0
    for one in pictures:
        whole.paste(one, (0, top))
        top += one.height
    return whole


def _nothing(url: str) -> dict[str, Any]:
    raise ValueError(f"pages load nothing: {url[:60]}")
