"""The words of PDF, Word, PowerPoint and Markdown files, page by page, and each page as it is drawn.

A PDF has pages; a PowerPoint has slides; Word and Markdown are cut where Word last turned a page, at headings, or where
a page is full.
"""

import html
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import docx
import nh3
import pptx
import pypdfium2
from docx.table import Table
from docx.text.paragraph import Paragraph
from markdown_it import MarkdownIt

from media.errors import MediaError
from media.kinds import DocumentKind, kind_of, text_of

MAX_PAGES = 2_000
FULL_PAGE, NEARLY_FULL = 1_200, 700
"""Characters of a page of Word or Markdown; from the second on a heading begins a new one."""
MOST_LINES, MOST_WORDS = 60, 20_000
"""Paragraphs or lines of such a page; characters that are kept of any page, also of a PDF."""
TAGS = {"p", "h1", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "blockquote", "table", "thead", "tbody",
        "tr", "th", "td", "hr", "br", "code", "pre", "del"}  # fmt: skip
_markdown = MarkdownIt("js-default", {"html": False, "linkify": False})


@dataclass(frozen=True, slots=True)
class PageText:
    """The words of page n, counted from 1."""

    n: int
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, list or table: its words and its safe HTML; the lines it has at least."""

    text: str
    html: str
    heading: bool = False
    lines: int = 1


Sheet = Sequence[Block]


def pages(path: Path, name: str = "") -> tuple[PageText, ...]:
    """Return the words of a document; raises MediaError for an unknown, dangerous or unreadable one."""
    kind = kind_of(path, name)
    try:
        texts = list(_pdf(path)) if kind == DocumentKind.PDF else map(text_on, sheets(path, kind))
        return tuple(PageText(number, text.strip()) for number, text in enumerate(texts, 1))
    except MediaError:
        raise
    # The parsers raise many kinds of error for a broken file; to a person they all mean the same.
    except Exception:
        raise MediaError("document", "这个文件打不开，可能已经损坏或加了密码。请重新保存再试。") from None


def text_on(sheet: Sheet) -> str:
    """Return the words of a sheet."""
    return "\n".join(block.text for block in sheet)[:MOST_WORDS]


def sheets(path: Path, kind: DocumentKind) -> list[Sheet]:
    """Return the pages of a file that is not PDF as blocks."""
    made = READERS[kind](path)
    if len(made) > MAX_PAGES:
        raise MediaError("document-long", f"文件超过 {MAX_PAGES} 页。请分成几个文件。")
    return made


def open_pdf(path: Path) -> Any:
    """Return the opened PDF; raises MediaError for one with a password or too many pages."""
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD:
            raise MediaError("password", "文件加了密码。请去掉密码再传。") from None
        raise MediaError("document", "这个 PDF 打不开，可能没有传完整或已经损坏。请重新导出再试。") from None
    if not 0 < len(document) <= MAX_PAGES:
        document.close()
        raise MediaError("document-long", f"PDF 没有页，或超过 {MAX_PAGES} 页。请检查，或分成几个文件。")
    return document


def pdf_text(page: Any) -> str:
    """Return the words of one page."""
    text: str = page.get_textpage().get_text_bounded()[:MOST_WORDS]
    return text.replace("\r\n", "\n").replace("\ufffe", "").replace("\x00", "").strip()


def _pdf(path: Path) -> Iterator[str]:
    document = open_pdf(path)
    try:
        for number in range(len(document)):
            yield pdf_text(document[number])
    finally:
        document.close()


def _docx(path: Path) -> list[Sheet]:
    turned: list[list[Block]] = [[]]
    for part in docx.Document(str(path)).iter_inner_content():
        if isinstance(part, Table):
            turned[-1] += _table([cell.text for cell in row.cells] for row in part.rows)
            continue
        if _turns_page(part) and turned[-1]:
            turned.append([])
        turned[-1] += _paragraph(part)
    return [sheet for group in turned for sheet in _cut(group)] or [[]]


def _turns_page(part: Paragraph) -> bool:
    xml = part._p.xml
    return "w:lastRenderedPageBreak" in xml or 'w:type="page"' in xml or "w:pageBreakBefore" in xml


def _paragraph(part: Paragraph) -> list[Block]:
    style = (part.style.name or "") if part.style is not None else ""
    return _said(part.text, heading=style.startswith(("Heading", "Title", "标题")))


def _said(text: str, *, heading: bool = False) -> list[Block]:
    """Return one paragraph as blocks, a very long one in pieces."""
    text = text.strip()
    pieces = [text[at : at + FULL_PAGE] for at in range(0, len(text), FULL_PAGE)]
    tag = "h2" if heading else "p"
    return [Block(one, f"<{tag}>{html.escape(one)}</{tag}>", heading, one.count("\n") + 1) for one in pieces]


def _lines_said(text: str) -> Iterator[Block]:
    """Yield a text too long for one page line by line, so that it is cut between lines."""
    return (block for line in text.split("\n") for block in _said(line))


def _table(rows: Iterable[Sequence[str]]) -> list[Block]:
    """Return one block for each row, so that long tables are cut between rows, and a row too long line by line."""
    made: list[Block] = []
    for row in rows:
        cells = list(dict.fromkeys(cell.strip() for cell in row))  # a merged cell is told once
        said = "\n".join(filter(None, cells))
        if len(said) > FULL_PAGE:
            made += _lines_said(said)
        elif said:
            inner = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
            made.append(Block(said, f"<table><tr>{inner}</tr></table>"))
    return made


def _pptx(path: Path) -> list[Sheet]:
    made: list[Sheet] = []
    for slide in pptx.Presentation(str(path)).slides:
        title = slide.shapes.title
        made.append([block for shape in _shapes(slide.shapes) for block in _shape(shape, title)])
    return made or [[]]


def _shapes(shapes: Any) -> Iterator[Any]:
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        else:
            yield shape


def _shape(shape: Any, title: Any) -> list[Block]:
    if getattr(shape, "has_table", False):
        return _table([cell.text for cell in row.cells] for row in shape.table.rows)
    if not shape.has_text_frame:
        return []
    is_title = title is not None and shape.shape_id == title.shape_id
    return [block for one in shape.text_frame.paragraphs for block in _said(_line(one), heading=is_title)]


def _line(paragraph: Any) -> str:
    return str(paragraph.text).replace("\v", "\n")


def _markdown_sheets(path: Path) -> list[Sheet]:
    text = text_of(path)
    if text is None:
        raise MediaError("document", "这个文件不是文字。请用 UTF-8 保存后再试。")
    return list(_cut(list(_markdown_blocks(text)))) or [[]]


def _markdown_blocks(text: str) -> Iterator[Block]:
    """Yield the outermost pieces of a Markdown text."""
    tokens = _markdown.parse(text)
    begun = 0
    for at in count():
        if at == len(tokens):
            return
        if tokens[at].level == 0 and tokens[at].nesting <= 0:
            group = tokens[begun : at + 1]
            begun = at + 1
            drawn = nh3.clean(
                _markdown.renderer.render(group, _markdown.options, {}), tags=TAGS, attributes={}
            )
            said = "\n".join(_words(one) for one in group if one.type in ("inline", "fence", "code_block"))
            if len(said) > FULL_PAGE:
                yield from _lines_said(said)
            elif said:
                yield Block(said, drawn, group[0].type == "heading_open", said.count("\n") + 1)


def _words(token: Any) -> str:
    if token.type != "inline":
        return str(token.content).rstrip("\n")
    breaks = ("softbreak", "hardbreak")
    return "".join("\n" if one.type in breaks else one.content for one in token.children or [])


def _cut(blocks: Sequence[Block]) -> Iterator[Sheet]:
    """Cut a run of blocks into pages."""
    sheet: list[Block] = []
    length = lines = 0
    for block in blocks:
        full = length + len(block.text) > FULL_PAGE or lines + block.lines > MOST_LINES
        if sheet and (full or (block.heading and length > NEARLY_FULL)):
            yield sheet
            sheet, length, lines = [], 0, 0
        sheet.append(block)
        length += len(block.text)
        lines += block.lines
    if sheet:
        yield sheet


READERS: dict[DocumentKind, Callable[[Path], list[Sheet]]] = {
    DocumentKind.DOCX: _docx,
    DocumentKind.PPTX: _pptx,
    DocumentKind.MARKDOWN: _markdown_sheets,
}
