"""HTML to PDF with WeasyPrint: packaged fonts and data: only, one font configuration per process."""

from functools import lru_cache
from io import BytesIO
from pathlib import Path

import pypdfium2
from fontTools.ttLib import TTFont
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher

FONTS = Path(__file__).resolve().parent.parent / "static" / "fonts"
WHOLE_FAMILY = "Noto Sans CJK SC"


class PackagedOnly(URLFetcher):
    """Refuses every address but data: and the fonts cut at set-up."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols={"data", "file"}, allow_redirects=False, fail_on_errors=True)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> object:
        """Return the answer for one address; anything else stops the render with FatalURLFetchingError."""
        if not url.startswith(("data:", FONTS.as_uri() + "/")) or ".." in url:
            raise FatalURLFetchingError(f"a paper may not load {url[:80]}")
        return super().fetch(url, headers)


@lru_cache(maxsize=1)
def _fonts() -> tuple[FontConfiguration, CSS]:
    configuration = FontConfiguration()
    rules = "".join(
        f"@font-face {{ font-family: 'LMS Sans'; font-weight: {weight}; src: url('{path.as_uri()}'); }}"
        for path, weight in _cut_faces()
    )
    return configuration, CSS(string=rules, font_config=configuration, url_fetcher=PackagedOnly())


def _cut_faces() -> list[tuple[Path, int]]:
    found = []
    for path in sorted(FONTS.glob("*.otf")) + sorted(FONTS.glob("*.ttf")):
        if "Sans" in path.name:
            found.append((path, 700 if "Bold" in path.name else 400))
    return found


@lru_cache(maxsize=1)
def _glyphs() -> frozenset[int]:
    faces = _cut_faces()
    if not faces:
        return frozenset()
    return frozenset.intersection(*(frozenset(TTFont(path).getBestCmap()) for path, _ in faces))


def family_for(text: str) -> str:
    """Return the font family that has every character of a text: the cut one, else the whole one."""
    return "LMS Sans" if all(ord(char) in _glyphs() for char in text) else WHOLE_FAMILY


def render(html: str) -> bytes:
    """Return the PDF of an HTML page."""
    configuration, css = _fonts()
    document = HTML(string=html, url_fetcher=PackagedOnly())
    result: bytes = document.write_pdf(stylesheets=[css], font_config=configuration)
    return result


def picture(pdf: bytes, *, width: int = 1240) -> bytes:
    """Return the first page of a PDF as PNG, `width` pixels wide."""
    out = BytesIO()
    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[0]
        page.render(scale=width / page.get_width()).to_pil().save(out, "PNG", optimize=True)
    finally:
        document.close()
    return out.getvalue()


def pages(pdf: bytes) -> int:
    """Return how many pages a PDF has."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()
