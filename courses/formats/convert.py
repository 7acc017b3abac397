"""From one format to another; what gets lost is told, and nothing is written unless all of it may be."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from courses.errors import CourseError
from courses.fields import Fields
from courses.formats import (
    aiken,
    excel,
    gift_reader,
    gift_writer,
    moodle_reader,
    moodle_writer,
    package,
    package_writer,
    pasted,
    word,
)
from courses.formats.bank import Bank, LeftOut, Written, refuse, sound
from courses.formats.decoding import MAX_FILE, text_of
from courses.formats.package_pictures import of_item
from courses.items import Item, codec

MAX_PICTURE = 8 * 1024**2


class Format(StrEnum):
    """Formats of questions, by the words of the command line."""

    PACKAGE = "package"
    JSON = "json"
    GIFT = "gift"
    AIKEN = "aiken"
    MOODLE = "moodle"
    EXCEL = "excel"
    WORD = "word"
    PASTED = "pasted"


ALIASES: Mapping[str, Format] = {
    "moodle-xml": Format.MOODLE, "moodlexml": Format.MOODLE, "moodle_xml": Format.MOODLE, "xml": Format.MOODLE,
    "xlsx": Format.EXCEL, "docx": Format.WORD, "text": Format.PASTED, "txt": Format.PASTED, "paste": Format.PASTED,
    "zip": Format.PACKAGE,
}  # fmt: skip
WRITES = (Format.PACKAGE, Format.JSON, Format.GIFT, Format.MOODLE, Format.EXCEL)
_SUFFIXES = {
    ".zip": Format.PACKAGE, ".json": Format.JSON, ".gift": Format.GIFT, ".xml": Format.MOODLE,
    ".xlsx": Format.EXCEL, ".docx": Format.WORD, ".md": Format.PASTED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Converted:
    """What came of it: the bank as read, what both sides lost, whether a file was written."""

    bank: Bank
    left_out: tuple[LeftOut, ...]
    ok: bool
    written: bool


def format_of(path: Path, data: bytes | None = None) -> Format:
    """Return the format that a name, or else the content, shows."""
    if path.is_dir() or (data is None and not path.suffix):
        return Format.PACKAGE
    if found := _SUFFIXES.get(path.suffix.lower()):
        return found
    if data is None:
        return Format.PASTED
    text = text_of(data, path.name)
    if "ANSWER:" in text.upper().replace("：", ":") and "{" not in text:
        return Format.AIKEN
    return Format.GIFT if "::" in text or ("{" in text and "}" in text) else Format.PASTED


def read(path: Path, form: Format | None = None) -> tuple[Bank, package.Package | None]:
    """Return the questions of a file, and the package when it is one; raises CourseError."""
    if not path.exists():
        raise refuse(path.name, "missing", f"没有找到“{path.name}”。请检查路径。")
    data = b"" if path.is_dir() else _bytes(path) if form != Format.PACKAGE and path.suffix != ".zip" else b""
    form = form or format_of(path, data)
    if form == Format.PACKAGE:
        whole = package.read(path)
        pictures = {name: whole.source.read(name, MAX_PICTURE) for name in whole.pictures}
        return Bank(tuple(whole.course.papers()), pictures=pictures), whole
    if path.is_dir():
        raise refuse(path.name, "folder", f"“{path.name}”是一个文件夹，不是 {form} 文件。")
    return _READERS[form](data, path.name), None


def _bytes(path: Path) -> bytes:
    if path.stat().st_size > MAX_FILE:
        raise refuse(
            path.name, "too-large", f"“{path.name}”太大了（最多 {MAX_FILE // 1024**2} MB）。请分成几个文件。"
        )
    return path.read_bytes()


def _pasted(data: bytes, file: str) -> Bank:
    items, problems = pasted.read(text_of(data, file))
    return Bank(items, (), tuple(replace(one, file=file) for one in problems))


def _json(data: bytes, file: str) -> Bank:
    try:
        parsed = json.loads(text_of(data, file))
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        raise refuse(
            file, "json", f"“{file}”第 {line} 行附近的写法不对，读不懂。请检查引号和逗号。", line
        ) from None
    notes: list[CourseError] = []
    fields = Fields(
        parsed if isinstance(parsed, dict) else {"items": parsed},
        lambda code, message: notes.append(refuse(file, code, message)),
    )
    items = [item for one in fields.objects("items") if (item := codec.from_json(one))]
    if notes:
        raise CourseError(problem for note in notes for problem in note.problems)
    good, problems = sound(((item, 0) for item in items), file)
    return Bank(good, (), problems)


_READERS: Mapping[Format, Callable[[bytes, str], Bank]] = {
    Format.JSON: _json,
    Format.GIFT: gift_reader.read,
    Format.AIKEN: aiken.read,
    Format.MOODLE: moodle_reader.read,
    Format.EXCEL: excel.read,
    Format.WORD: word.read,
    Format.PASTED: _pasted,
}


def convert(
    source: Path,
    target: Path | None,
    *,
    into: Format,
    given: Format | None = None,
    partial: bool = False,
    dry_run: bool = False,
) -> Converted:
    """Read, and write when nothing is wrong or lost, or `partial` lets it; raises CourseError."""
    bank, whole = read(source, given)
    problems = [LeftOut(one.item or f"第 {one.line} 行", one.message) for one in bank.problems]
    written = _writer(bank, whole, into, source)
    left_out = (*bank.left_out, *(problems if partial else ()), *written.left_out)
    ok = bool(bank.items) if partial else not (bank.problems or left_out)
    if not ok or dry_run or target is None:
        return Converted(bank, left_out, ok, False)
    if into == Format.PACKAGE:
        _write_package(bank, whole, target, source)
    else:
        _write(target, written.data)
    return Converted(bank, left_out, ok, True)


def _writer(bank: Bank, whole: package.Package | None, into: Format, source: Path) -> Written:
    if into == Format.MOODLE:
        return moodle_writer.write(bank.items, bank.pictures)
    pictured = [LeftOut(item.id, "这个格式里放不下图片。") for item in bank.items if any(of_item(item))]
    if into == Format.GIFT:
        written = gift_writer.write(bank.items)
        return Written(written.data, (*written.left_out, *pictured))
    if into == Format.EXCEL:
        written = excel.write(bank.items)
        return Written(written.data, (*written.left_out, *pictured))
    return Written(
        json.dumps(
            {"items": [codec.to_json(one) for one in bank.items]}, ensure_ascii=False, indent=1
        ).encode()
    )


def _write_package(bank: Bank, whole: package.Package | None, target: Path, source: Path) -> None:
    if whole:
        package_writer.write(whole.course, target, media=whole.videos, source=whole.source)
    else:
        package_writer.write(package_writer.around(bank.items, source.stem), target, pictures=bank.pictures)


def _write(target: Path, data: bytes) -> None:
    """Write beside the place and move, so that a file is there whole or not at all."""
    beside = target.with_name(f".{target.name}.part")
    try:
        beside.write_bytes(data)
        beside.replace(target)
    except OSError:
        raise refuse(
            target.name, "write", f"“{target.name}”写不进去。请检查文件夹在不在、能不能写。"
        ) from None
    finally:
        beside.unlink(missing_ok=True)


def as_json(items: tuple[Item, ...]) -> list[dict[str, object]]:
    """Return items as the command line prints them."""
    return [codec.to_json(one) for one in items]
