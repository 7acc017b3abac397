"""One document in; a picture for phones and the words of each page out, counted, put in place last."""

from dataclasses import dataclass
from pathlib import Path

from media import apart, kinds, made
from media.errors import MediaError

FIRST_SECONDS, PAGE_SECONDS = 60.0, 4.0
"""How long drawing may take: to begin, and for each page; an honest page needs a fifth of a second."""


@dataclass(frozen=True, slots=True)
class Page:
    """Page n, counted from 1: its words and its picture."""

    n: int
    text: str
    path: Path
    width: int
    height: int


def look(path: Path, name: str) -> int:
    """Return how many pages a document has; raises MediaError for one that cannot be shown page by page."""
    kinds.kind_of(path, name)
    count = apart.check(path, name)
    if count > kinds.MAX_DRAWN:
        raise MediaError("document-long", kinds.too_long(count))
    return count


def package(source: Path, name: str, out: Path) -> tuple[Page, ...]:
    """Draw every page in a temporary folder beside `out`, check their number, rename into place.

    Raises MediaError for anything that is not a whole document; `out` then does not exist.
    """
    count = look(source, name)
    with made.beside(out) as work:
        drawn = apart.draw(source, name, work, FIRST_SECONDS + PAGE_SECONDS * count)
        if [page["n"] for page in drawn] != list(range(1, count + 1)):
            raise MediaError("pages", "有几页画不出来，文件可能坏了。请重新导出 PDF 再试。")
    return tuple(
        Page(page["n"], page["text"], out / page["file"], page["width"], page["height"]) for page in drawn
    )
