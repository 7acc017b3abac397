"""Which kind of document a file really is, by its content; what is dangerous or not what it says is refused.

Light: only the standard library and puremagic, so that web processes can ask before they take a file.
"""

import codecs
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from xml.etree import ElementTree

import puremagic

from media.errors import MediaError

MAX_BYTES = 50_000_000
MAX_ENTRIES, MAX_UNPACKED, MAX_RATIO = 5_000, 200_000_000, 200
MAX_RELATIONS = 2_000_000
MAX_DRAWN = 500
"""Pages of a document that is shown page by page."""
RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
PIECE = 1024 * 1024
HARMLESS_LINKS = ("http:", "https:", "mailto:", "tel:")


class DocumentKind(StrEnum):
    """Kinds that are known; the value is the usual ending."""

    PDF = "pdf"
    DOCX = "docx"
    PPTX = "pptx"
    MARKDOWN = "md"
    XLSX = "xlsx"
    TEXT = "txt"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a place takes, by the ending of the name; and the sentence for everything else."""

    endings: Mapping[str, DocumentKind]
    otherwise: str


READ = Wanted(
    {
        "pdf": DocumentKind.PDF,
        "docx": DocumentKind.DOCX,
        "pptx": DocumentKind.PPTX,
        "md": DocumentKind.MARKDOWN,
        "markdown": DocumentKind.MARKDOWN,
    },
    "只能读 PDF、DOCX、PPTX 和 MD 文件。请换一种格式保存。",
)
"""What the site reads page by page."""
HANDED = Wanted(
    {
        one.value: one
        for one in (
            DocumentKind.DOCX,
            DocumentKind.XLSX,
            DocumentKind.PPTX,
            DocumentKind.PDF,
            DocumentKind.TEXT,
        )
    },
    "只收 DOCX、XLSX、PPTX、PDF 和 TXT 文件。请用其中一种格式另存一份再传。",
)
"""What is handed in and kept as it came."""
OFFICE = "application/vnd.openxmlformats-officedocument"
MIMES: Mapping[str, str] = {
    DocumentKind.PDF: "application/pdf",
    DocumentKind.DOCX: f"{OFFICE}.wordprocessingml.document",
    DocumentKind.PPTX: f"{OFFICE}.presentationml.presentation",
    DocumentKind.XLSX: f"{OFFICE}.spreadsheetml.sheet",
    DocumentKind.MARKDOWN: "text/plain; charset=utf-8",
    DocumentKind.TEXT: "text/plain",
}
OLD_ENDINGS = {"doc": "DOCX", "wps": "DOCX", "xls": "XLSX", "et": "XLSX", "ppt": "PPTX", "dps": "PPTX"}
MACRO_ENDINGS = {"docm", "dotm", "xlsm", "xltm", "xlsb", "pptm", "potm", "ppsm"}
OFFICE_KINDS: Mapping[str, DocumentKind] = {
    "wordprocessingml.document.main+xml": DocumentKind.DOCX,
    "presentationml.presentation.main+xml": DocumentKind.PPTX,
    "spreadsheetml.sheet.main+xml": DocumentKind.XLSX,
}
"""By what the list of parts says."""
MACROS = "文件里有宏（小程序），不能收。请在 Office 里另存为不带宏的格式（比如 DOCX）再传。"
LONGEST_NAME = 120


def clean_name(name: str) -> str:
    """Return the last part of a file's name without control characters, short enough to keep."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(char for char in last if char.isprintable())[-LONGEST_NAME:]


def kind_of(path: Path, name: str = "", wanted: Wanted = READ) -> DocumentKind:
    """Return the kind of a file (`name`: what it is called); raises MediaError with a sentence."""
    if not path.is_file():
        raise MediaError("missing", "没有找到这个文件。请检查文件名。")
    size = path.stat().st_size
    if size == 0:
        raise MediaError("empty", "这个文件是空的（0 字节）。请重新导出再传。")
    if size > MAX_BYTES:
        raise MediaError("large", f"文件超过 {MAX_BYTES // 1_000_000} MB。请压缩图片，或分成几个文件。")
    ending = (name or path.name).rpartition(".")[2].lower()
    if ending not in wanted.endings:
        raise _unwanted(ending, wanted)
    said = wanted.endings[ending]
    kind = _by_content(path, said, wanted)
    if kind not in wanted.endings.values():
        raise MediaError("document-kind", f"内容是 {kind.upper()}。{wanted.otherwise}")
    if kind != said:
        raise MediaError("wrong-ending", f"文件名是 .{ending}，内容却是 {kind.upper()}。请改对文件名再传。")
    return kind


def _unwanted(ending: str, wanted: Wanted) -> MediaError:
    if ending in MACRO_ENDINGS:
        return MediaError("macros", MACROS)
    if ending in OLD_ENDINGS:
        new = OLD_ENDINGS[ending]
        return MediaError("old-office", f"这是旧版 Office 或 WPS 的格式（.{ending}）。请另存为 {new} 再传。")
    return MediaError("document-kind", wanted.otherwise)


def _by_content(path: Path, said: DocumentKind, wanted: Wanted) -> DocumentKind:
    with path.open("rb") as file:
        head = file.read(1024)
    if head.startswith(b"%PDF-"):
        if zipfile.is_zipfile(path):
            raise MediaError("two-in-one", "这个文件同时是 PDF 和压缩包，不能收。请重新导出为 PDF。")
        return DocumentKind.PDF
    if head.startswith(b"PK\x03\x04"):
        if b"%PDF-" in head:
            raise MediaError("two-in-one", "这个文件同时是 PDF 和压缩包，不能收。请重新导出。")
        return _office(path, wanted)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        new = OLD_ENDINGS.get(said.value[:3], "DOCX")  # .xlsx was .xls
        raise MediaError("old-office", f"文件加了密码，或是旧版 Office 格式。请去掉密码，另存为 {new} 再传。")
    is_text = _is_text(path)
    if said in (DocumentKind.MARKDOWN, DocumentKind.TEXT) and is_text:
        return said
    ending = said.upper()
    if is_text:
        raise MediaError(
            "document-kind", f"内容不像 {ending}，其实是纯文字。请用做它的软件另存为 {ending}，再传一次。"
        )
    raise MediaError("document-kind", f"内容不像 {ending}，{_looks_like(head)}。{wanted.otherwise}")


def _is_text(path: Path) -> bool:
    """Say whether a file is text in UTF-8 or GB18030, a piece at a time: it may be large."""
    return any(_decodes(path, encoding) for encoding in ("utf-8-sig", "gb18030"))


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while piece := file.read(PIECE):
                if CONTROL.search(piece):
                    return False
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _looks_like(head: bytes) -> str:
    try:
        ending: str = puremagic.from_string(head)
    except (puremagic.PureError, ValueError):
        return "可能已经损坏"
    return f"更像 {ending.lstrip('.').upper()}" if ending else "可能已经损坏"


def too_long(pages: int) -> str:
    """Return the sentence for a document with too many pages to draw."""
    return f"文件有 {pages} 页，最多 {MAX_DRAWN} 页。请分成几个文件。"


def text_of(path: Path) -> str | None:
    """Return the text of a file in UTF-8 or GB18030, None when it is not text."""
    raw = path.read_bytes()
    if CONTROL.search(raw):
        return None
    text = _decoded(raw, "utf-8-sig")
    return text if text is not None else _decoded(raw, "gb18030")


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _office(path: Path, wanted: Wanted) -> DocumentKind:
    try:
        with zipfile.ZipFile(path) as packed:
            _require_sane(packed.infolist())
            kind = _office_kind(packed, wanted)
            _require_nothing_outside(packed)
            return kind
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError, OSError):
        raise MediaError("document", "这个文件打不开，可能没有传完整或已经损坏。请重新保存再试。") from None


def _require_sane(entries: list[zipfile.ZipInfo]) -> None:
    """Refuse what unpacks to too much before anything is unpacked."""
    names = [one.filename for one in entries]
    unpacked = sum(one.file_size for one in entries)
    swollen = any(
        one.file_size > 1_000_000 and one.file_size > MAX_RATIO * one.compress_size for one in entries
    )
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or swollen:
        raise MediaError("document-large", "文件里的内容太大了。请压缩图片后再试。")
    if len(set(names)) != len(names) or any(one.startswith("/") or ".." in one for one in names):
        raise MediaError("document", "这个文件的内部结构不对，不能收。请重新保存再试。")
    if any(one.flag_bits & 1 for one in entries):
        raise MediaError("password", "文件加了密码。请去掉密码再传。")


def _office_kind(packed: zipfile.ZipFile, wanted: Wanted) -> DocumentKind:
    types = packed.read("[Content_Types].xml")[:1_000_000].decode("utf-8", "replace")
    names = [one.filename.lower() for one in packed.infolist()]
    marks = ("macroenabled", "macrosheet")
    if any(one in types.lower() for one in marks) or any(one.endswith("vbaproject.bin") for one in names):
        raise MediaError("macros", MACROS)
    for mark, kind in OFFICE_KINDS.items():
        if mark in types:
            return kind
    raise MediaError("document-kind", f"这是压缩包或别的 Office 文件。{wanted.otherwise}")


def _require_nothing_outside(packed: zipfile.ZipFile) -> None:
    """Refuse pictures, templates and objects fetched from elsewhere; plain links to web pages may stay."""
    for entry in packed.infolist():
        if entry.filename.endswith(".rels"):
            raw = packed.read(entry) if entry.file_size <= MAX_RELATIONS else b"<!DOCTYPE"
            if any(_loads(kind, target) for kind, target in _outside(raw)):
                raise MediaError(
                    "outside",
                    "文件会从别的地方取图片或模板，不能收。请把图片存进文件（断开链接）再保存一次。",
                )


def _outside(raw: bytes) -> list[tuple[str, str]]:
    """Return (type, target) of the relations that lead out of the file."""
    if re.search(rb"<!\s*(DOCTYPE|ENTITY)", raw, re.I):
        raise MediaError("document", "这个文件的内部结构不对，不能收。请重新保存再试。")
    try:
        tree = ElementTree.fromstring(raw)
    except ElementTree.ParseError:
        raise MediaError("document", "这个文件打不开，可能已经损坏。请重新保存再试。") from None
    return [
        (one.get("Type", ""), one.get("Target", ""))
        for one in tree.iter(RELATION)
        if one.get("TargetMode", "").lower() == "external"
    ]


def _loads(kind: str, target: str) -> bool:
    return not kind.endswith("/hyperlink") or not target.lower().startswith(HARMLESS_LINKS)
