"""The words of PDF, Word, PowerPoint and Markdown files, page by page."""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import docx
import pptx
import pypdfium2

from media.errors import MediaError

MAX_PAGES = 2_000
MAX_UNPACKED = 200_000_000


@dataclass(frozen=True, slots=True)
class PageText:
    """The words of page n, counted from 1 (a slide of PowerPoint; Word and Markdown are one page)."""

    n: int
    text: str


def pages(path: Path) -> tuple[PageText, ...]:
    """Return the words of a document; raises MediaError for an unknown or unreadable one."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise MediaError("document-kind", "只能读 PDF、DOCX、PPTX 和 MD 文件。请换一种格式保存。")
    if not path.is_file():
        raise MediaError("missing", "没有找到这个文件。请检查文件名。")
    try:
        texts = reader(path)
    except MediaError:
        raise
    # The parsers raise many kinds of error for a broken file; to a person they all mean the same.
    except Exception:
        raise MediaError("document", "这个文件打不开，可能已经损坏或加了密码。请重新保存再试。") from None
    return tuple(PageText(number, text.strip()) for number, text in enumerate(texts, 1))


def _pdf(path: Path) -> list[str]:
    document = pypdfium2.PdfDocument(path)
    try:
        if len(document) > MAX_PAGES:
            raise MediaError("document-long", f"文件超过 {MAX_PAGES} 页。请分成几个文件。")
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def _docx(path: Path) -> list[str]:
    _require_small(path)
    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return ["\n".join([*(one.text for one in document.paragraphs), *cells])]


def _pptx(path: Path) -> list[str]:
    _require_small(path)
    slides = pptx.Presentation(str(path)).slides
    return ["\n".join(one.text_frame.text for one in slide.shapes if one.has_text_frame) for slide in slides]


def _markdown(path: Path) -> list[str]:
    return [path.read_text("utf-8-sig")]


def _require_small(path: Path) -> None:
    """An Office file is a zip: one that unpacks to too much is refused before it is unpacked."""
    with zipfile.ZipFile(path) as packed:
        if sum(one.file_size for one in packed.infolist()) > MAX_UNPACKED:
            raise MediaError("document-large", "文件里的内容太大了。请压缩图片后再试。")


READERS: dict[str, Callable[[Path], list[str]]] = {
    ".pdf": _pdf,
    ".docx": _docx,
    ".pptx": _pptx,
    ".md": _markdown,
}
