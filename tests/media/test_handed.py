"""Documents that are handed in: each kind by its content, what is dangerous, locked or broken refused with a sentence."""

from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from media import apart, handed
from media.errors import MediaError
from tests.media import hostile, papers


def table(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write(0, 0, "走访")
    return path


def notes(path: Path) -> Path:
    path.write_text("走访了李奶奶。\n", "utf-8")
    return path


def gb_notes(path: Path) -> Path:
    path.write_bytes("走访了李奶奶。\r\n".encode("gb18030") * 150_000)
    return path


GOOD = [
    ("a.docx", hostile.word), ("报告.XLSX", table), ("a.pptx", hostile.show), ("a.pdf", papers.sheets),
    ("a.txt", notes), ("gb.txt", gb_notes),
]  # fmt: skip


@pytest.mark.parametrize(("name", "make"), GOOD)
def test_each_kind_is_taken_by_its_content(tmp_path: Path, name: str, make: Callable[[Path], Path]) -> None:
    handed.open_once(make(tmp_path / name), name)


def renamed(make: Callable[[Path], Path], ending: str) -> Callable[[Path], Path]:
    return lambda path: make(path.with_suffix(ending)).rename(path)


def table_with_macro(path: Path) -> Path:
    return hostile.rezipped(table(path), {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0macro"})


def table_with_old_macros(path: Path) -> Path:
    table(path)
    types = (
        b'<Types><Override ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        b'<Override ContentType="application/vnd.ms-excel.macrosheet+xml"/></Types>'
    )
    return hostile.rezipped(path, {"[Content_Types].xml": types})


def unreadable_table(path: Path) -> Path:
    return hostile.rezipped(table(path), {"xl/workbook.xml": b"<workbook"})


def bad_sum(path: Path) -> Path:
    """A word document in which a stored byte changed on the way."""
    hostile.rezipped(hostile.word(path), {"word/note.bin": bytes(range(256)) * 8})
    raw = bytearray(path.read_bytes())
    at = raw.find(b"word/note.bin") + len("word/note.bin") + 20
    raw[at] ^= 0xFF
    path.write_bytes(bytes(raw))
    return path


def windows_program(path: Path) -> Path:
    path.write_bytes(b"MZ\x90\x00\x03" + bytes(range(256)) * 40)
    return path


def small_program(path: Path) -> Path:
    """A program of which every byte could stand in a text, but for the zeros."""
    path.write_bytes(b"MZ\x00\x00PE\x00\x00 This program cannot be run in DOS mode.")
    return path


BAD = [
    ("a.docx", hostile.nothing, "空的"),
    ("a.txt", hostile.nothing, "空的"),
    ("a.docx", notes, "其实是纯文字"),
    ("a.docm", renamed(hostile.with_macro, ".docx"), "宏"),
    ("a.docx", hostile.with_macro, "宏"),
    ("a.xlsx", table_with_macro, "宏"),
    ("a.xlsx", table_with_old_macros, "宏"),
    ("a.doc", hostile.old_office, "另存为 DOCX"),
    ("a.et", hostile.old_office, "另存为 XLSX"),
    ("a.xlsx", hostile.old_office, "去掉密码，另存为 XLSX"),
    ("a.pdf", hostile.locked, "密码"),
    ("a.pdf", papers.torn, "打不开"),
    ("a.pdf", hostile.polyglot, "同时是"),
    ("a.docx", hostile.torn, "打不开"),
    ("a.docx", bad_sum, "打不开"),
    ("a.xlsx", unreadable_table, "打不开"),
    ("a.pptx", hostile.bomb, "太大"),
    ("a.docx", lambda path: hostile.with_outside(path, "attachedTemplate", "http://evil.test/a.dotm"), "别的地方"),
    ("a.docx", table, "内容却是 XLSX"),
    ("a.txt", hostile.word, "内容却是 DOCX"),
    ("a.txt", windows_program, "不像 TXT"),
    ("a.txt", small_program, "不像 TXT"),
    ("a.docx", windows_program, "不像 DOCX"),
    ("a.exe", windows_program, "只收 DOCX、XLSX、PPTX、PDF 和 TXT"),
    ("a.md", notes, "只收"),
    ("a.zip", hostile.zip_with_pdf_head, "只收"),
    ("noending", hostile.word, "只收"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "make", "words"), BAD)
def test_what_cannot_be_taken_is_refused_with_a_sentence(
    tmp_path: Path, name: str, make: Callable[[Path], Path], words: str
) -> None:
    make(tmp_path / name)
    with pytest.raises(MediaError, match=words):
        handed.open_once(tmp_path / name, name)


def test_it_is_opened_in_a_process_of_its_own(tmp_path: Path) -> None:
    apart.require_opens(table(tmp_path / "a"), "a.xlsx")
    with pytest.raises(MediaError, match="密码"):
        apart.require_opens(hostile.locked(tmp_path / "b.pdf"), "b.pdf")
