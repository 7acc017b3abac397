"""Tables that people fill in: CSV (UTF-8 or GB18030) or XLSX, the first row naming the columns."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from lms.core.errors import Invalid

LARGEST_FILE, MOST_ROWS, LONGEST_CELL = 20_000_000, 50_000, 200
LARGEST_INSIDE = 200_000_000


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one row, in the words of the report."""

    file: str
    line: int
    message: str
    code: str = "row"

    def as_json(self) -> dict[str, object]:
        """The form of every command's problems."""
        message = f"第 {self.line} 行：{self.message}"
        return {"file": self.file, "line": self.line, "item": "", "code": self.code, "message": message}


class RowsWrong(Exception):
    """Some rows cannot be taken, so none was."""

    def __init__(self, problems: Sequence[Fault]) -> None:
        super().__init__(f"{len(problems)} rows")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its number as a spreadsheet shows it, and the cells by column."""

    number: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


def read(file: str, *, needed: Sequence[str], known: Sequence[str]) -> list[Line]:
    """Return the rows that are not empty; raises Invalid for a file or columns that cannot be used."""
    path = Path(file)
    if not path.is_file():
        raise Invalid(f"没有 {path} 这个文件。请核对文件名。")
    if path.stat().st_size > LARGEST_FILE:
        raise Invalid("文件太大了，最多 20 MB。请分成几份。")
    rows = _xlsx(path) if path.suffix.lower() == ".xlsx" else _csv(path)
    head = [cell.strip() for cell in next(rows, [])]
    if missing := [name for name in needed if name not in head]:
        raise Invalid(f"第 1 行应该写列名，缺少：{'、'.join(missing)}。可以用的列：{'、'.join(known)}。")
    if strange := [name for name in head if name and name not in known]:
        raise Invalid(f"不认识这些列：{'、'.join(strange)}。可以用的列：{'、'.join(known)}。")
    if twice := sorted({name for name in head if name and head.count(name) > 1}):
        raise Invalid(f"这些列写了两次：{'、'.join(twice)}。")
    found = [
        Line(number, _cells(head, row)) for number, row in enumerate(rows, 2) if any(map(str.strip, row))
    ]
    if not found:
        raise Invalid("文件里除了列名没有内容。")
    if len(found) > MOST_ROWS:
        raise Invalid(f"一次最多 {MOST_ROWS} 行，这里有 {len(found)} 行。请分成几份。")
    return found


def _cells(head: Sequence[str], row: Sequence[str]) -> dict[str, str]:
    return {name: cell.strip() for name, cell in zip(head, row, strict=False) if name}


def _csv(path: Path) -> Iterator[list[str]]:
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            content = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Invalid("读不出文字。请在表格软件里另存为“CSV UTF-8”或 XLSX。")
    if "\0" in content:
        raise Invalid("这不是 CSV 文件。请在表格软件里另存为“CSV UTF-8”或 XLSX。")
    try:
        yield from list(csv.reader(io.StringIO(content, newline="")))
    except csv.Error:
        raise Invalid("CSV 的格式不对。请在表格软件里另存为“CSV UTF-8”或 XLSX。") from None


def _xlsx(path: Path) -> Iterator[list[str]]:
    broken = Invalid("打不开这个 XLSX 文件（有密码，或者损坏了）。请重新另存一份。")
    try:
        with zipfile.ZipFile(path) as inside:
            if sum(one.file_size for one in inside.infolist()) > LARGEST_INSIDE:
                raise Invalid("文件展开后太大了。请分成几份，或另存为 CSV。")
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError, IndexError):
        raise broken from None
    for row in rows:
        yield [_text(cell) for cell in row]


def _text(cell: object) -> str:
    """A phone number typed as a number comes as 13800000001.0."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def too_long(line: Line) -> str | None:
    """Return the sentence about a cell nobody meant to be so long."""
    long = next((name for name, cell in line.cells.items() if len(cell) > LONGEST_CELL), None)
    return f"“{long}”太长了，最多 {LONGEST_CELL} 个字。" if long else None
