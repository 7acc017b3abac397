"""Word documents with questions: their lines as a person sees them, then read like pasted text."""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml.etree import LxmlError

from courses.errors import Problem
from courses.formats import pasted
from courses.formats.bank import Bank, refuse

MAX_UNPACKED = 128 * 1024**2
MAX_FILES = 5_000
MAX_LINES = 100_000
_CHINESE = "零一二三四五六七八九十"


def read(data: bytes, file: str = "") -> Bank:
    """Return the questions of a Word document; lines are counted as paragraphs. Raises CourseError."""
    lines = _lines(data, file)
    items, problems = pasted.read("\n".join(lines))
    return Bank(
        items, (), tuple(Problem(file, one.line, one.item, one.code, one.message) for one in problems)
    )


def _lines(data: bytes, file: str) -> list[str]:
    _require_safe(data, file)
    try:
        document = Document(BytesIO(data))
        numbers = _Numbers(document)
        lines = [line for block in document.iter_inner_content() for line in _of_block(block, numbers)]
    except (KeyError, ValueError, OSError, LxmlError, zipfile.BadZipFile):
        raise refuse(file, "word", f"“{file}”打不开，可能坏了或加了密码。请另存为 .docx 再试。") from None
    if len(lines) > MAX_LINES:
        raise refuse(file, "too-many", f"文档有 {len(lines)} 行，太长了。请分成几个文件。")
    return lines


def _require_safe(data: bytes, file: str) -> None:
    """A document is a zip; a bomb is refused before it is unpacked."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise refuse(file, "word", f"“{file}”不是 .docx 文件。请在 Word 里另存为 .docx 再试。") from None
    if len(infos) > MAX_FILES or sum(info.file_size for info in infos) > MAX_UNPACKED:
        raise refuse(file, "bomb", f"“{file}”解开后太大，没有导入。请删去里面的大图片再试。")


def _of_block(block: Paragraph | Table, numbers: "_Numbers") -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield from (numbers.of(block) + _text(block)).split("\n")
        return
    for row in block.rows:
        cells = list(dict.fromkeys(row.cells))  # a merged cell stands once for each column it covers
        parts = (" ".join(numbers.of(one) + _text(one) for one in cell.paragraphs) for cell in cells)
        yield "\t".join(part.strip() for part in parts)


def _text(paragraph: Paragraph) -> str:
    """The words of a paragraph; underlined emptiness is a blank."""
    parts = []
    for run in paragraph.runs:
        text = run.text
        parts.append("____" if run.underline and len(text) > 1 and not text.strip() else text)
    return "".join(parts) or paragraph.text


class _Numbers:
    """The numbers that Word writes by itself before paragraphs of a list."""

    def __init__(self, document: Any) -> None:
        self._levels: dict[tuple[str, str], tuple[str, str, int]] = {}
        self._counts: dict[tuple[str, int], int] = {}
        root = next(
            (part.element for part in (rel.target_part for rel in document.part.rels.values() if not rel.is_external)
             if part.partname.endswith("/numbering.xml")), None,
        )  # fmt: skip
        if root is not None:
            self._read(root)

    def _read(self, root: Any) -> None:
        kinds = {one.get(qn("w:abstractNumId")): one for one in root.findall(qn("w:abstractNum"))}
        for number in root.findall(qn("w:num")):
            link = number.find(qn("w:abstractNumId"))
            kind = kinds.get(link.get(qn("w:val"))) if link is not None else None
            for level in kind.findall(qn("w:lvl")) if kind is not None else ():
                key = (number.get(qn("w:numId")), level.get(qn("w:ilvl")))
                start = _value(level, "w:start", "1")
                self._levels[key] = (
                    _value(level, "w:numFmt", "decimal"), _value(level, "w:lvlText", "%1."), int(start) if start.isdigit() else 1,
                )  # fmt: skip

    def of(self, paragraph: Paragraph) -> str:
        """The number before a paragraph, "" when it has none."""
        numbered = _numbered(paragraph._p)
        if numbered is None:
            numbered = _numbered(getattr(paragraph.style, "element", None))
        if numbered is None or numbered.numId is None:
            return ""
        number = str(numbered.numId.val)
        depth = int(numbered.ilvl.val) if numbered.ilvl is not None else 0
        if (number, str(depth)) not in self._levels:
            return ""
        form, pattern, start = self._levels[(number, str(depth))]
        count = self._counts.get((number, depth), start - 1) + 1
        self._counts[(number, depth)] = count
        for deeper in [key for key in self._counts if key[0] == number and key[1] > depth]:
            del self._counts[deeper]
        return _written(form, pattern, depth, count)


def _numbered(owner: Any) -> Any:
    """The list a paragraph, or its style, belongs to."""
    properties = owner.pPr if owner is not None else None
    return properties.numPr if properties is not None else None


def _value(owner: Any, name: str, default: str) -> str:
    found = owner.find(qn(name))
    return found.get(qn("w:val"), default) if found is not None else default


def _written(form: str, pattern: str, depth: int, count: int) -> str:
    if form in ("bullet", "none"):
        return ""
    figure = str(count)
    if form in ("upperLetter", "lowerLetter") and count <= 26:
        figure = chr((65 if form == "upperLetter" else 97) + count - 1)
    elif "chinese" in form.lower() or "ideograph" in form.lower():
        figure = _CHINESE[count] if count <= 10 else figure
    sign = pattern.replace(f"%{depth + 1}", figure)
    return f"{sign} " if "%" not in sign else ""
