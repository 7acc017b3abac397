"""A document somebody hands in: opened once, to know that whoever gets it can open it too; nothing of it is changed."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pptx
import python_calamine

from media import documents, kinds
from media.errors import MediaError
from media.kinds import DocumentKind


def open_once(path: Path, name: str) -> None:
    """Open a document of a kind that may be handed in; raises MediaError for a dangerous, locked or broken one."""
    kind = kinds.kind_of(path, name, kinds.HANDED)
    try:
        _OPENERS[kind](path)
    except MediaError:
        raise
    # The parsers raise many kinds of error for a broken file; to a person they all mean the same.
    except Exception:
        raise MediaError("document", "这个文件打不开，可能已经损坏或加了密码。请重新保存再试。") from None


def _pdf(path: Path) -> None:
    documents.open_pdf(path).close()


def _docx(path: Path) -> None:
    _require_whole(path)
    docx.Document(str(path))


def _pptx(path: Path) -> None:
    _require_whole(path)
    pptx.Presentation(str(path))


def _xlsx(path: Path) -> None:
    _require_whole(path)
    python_calamine.load_workbook(path).close()


def _require_whole(path: Path) -> None:
    """Read every part to its end against its checksum."""
    with zipfile.ZipFile(path) as packed:
        if packed.testzip() is not None:
            raise zipfile.BadZipFile


def _text(path: Path) -> None:
    """Text was read to its end when its kind was asked."""


_OPENERS: dict[DocumentKind, Callable[[Path], None]] = {
    DocumentKind.PDF: _pdf,
    DocumentKind.DOCX: _docx,
    DocumentKind.PPTX: _pptx,
    DocumentKind.XLSX: _xlsx,
    DocumentKind.TEXT: _text,
}
