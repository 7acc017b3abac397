"""Our Excel template for questions: read whatever has its headings, write it."""

import re
import zipfile
from collections.abc import Iterable, Sequence
from io import BytesIO

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from courses.errors import Problem
from courses.formats import excel_rows
from courses.formats.bank import Bank, Ids, LeftOut, Written, refuse, sound
from courses.formats.excel_rows import COLUMNS, Row, Unclear
from courses.items import Item

MAX_UNPACKED = 64 * 1024**2
MAX_FILES = 500
MAX_ROWS = 20_000
_WIDTHS = {"题干": 50, "解析": 40, "答案": 20}
_HELP = (
    (
        "题型",
        "单选题、多选题、判断题、填空题、数字题、完形题、排序题、连线题、问答题。不写就按答案认单选、多选、判断、填空。",
    ),
    ("选项A 到 选项H", "一格一个选项。连线题一格一对，写“左边→右边”；只写“→右边”的是多出来的。"),
    (
        "答案",
        "单选、多选、排序写字母，如 B、ACD；判断写 对 或 错；填空一行一个可以接受的答案，也可以用 | 隔开。",
    ),
    (
        "答案",
        "数字题写 72 或 72±0.5；完形题题干里写 [[1]] [[2]]，答案一行一个空，数写 =72±0.5；问答题一行一条评分标准，写“内容（5 分）”。",
    ),
    ("难度", "易、中、难，或 1、2、3。"),
    ("标签", "用顿号或逗号隔开。"),
    ("部分给分", "是 或 否：多选、排序、完形、连线答对一部分给不给分。"),
)


def read(data: bytes, file: str = "") -> Bank:
    """Return the questions of a workbook; raises CourseError when it is none or has no headings."""
    found: list[tuple[Item, int]] = []
    problems: list[Problem] = []
    ids, at, columns = Ids(), 0, dict[str, int]()
    for at, cells in enumerate(_rows(data, file), start=1):
        if not columns:
            columns = excel_rows.headings(cells)
            continue
        if not any(cells):
            continue
        row = Row({name: cells[place] for name, place in columns.items() if place < len(cells)})
        try:
            found.append((excel_rows.item_of(row, ids), at))
        except Unclear as error:
            problems.append(
                Problem(file, at, row.text("编号") or str(at), error.code, f"第 {at} 行：{error}")
            )
    if not columns:
        raise refuse(
            file, "headings", "第一张表里没有找到标题行（要有“题干”和“答案”两列）。请用我们的表格模板。", 1
        )
    if not found and not problems:
        problems.append(Problem(file, at, "", "no-items", "表里没有题目，请从标题行下面一行开始写。"))
    items, wrong = sound(found, file)
    return Bank(items, (), (*problems, *wrong))


def _rows(data: bytes, file: str) -> Iterable[list[str]]:
    _require_safe(data, file)
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(data))
        sheet = workbook.get_sheet_by_index(0)
    except (CalamineError, ValueError, OSError, IndexError):
        raise refuse(file, "excel", f"“{file}”打不开，可能坏了或加了密码。请另存为 .xlsx 再试。") from None
    if sheet.total_height > MAX_ROWS:
        raise refuse(
            file, "too-many", f"表里有 {sheet.total_height} 行，最多 {MAX_ROWS} 行。请分成几个文件。"
        )
    for row in sheet.to_python(skip_empty_area=False):
        yield [excel_rows.cell(value) for value in row]


def _require_safe(data: bytes, file: str) -> None:
    """A workbook is a zip; a bomb is refused before it is unpacked."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise refuse(file, "excel", f"“{file}”不是 .xlsx 文件。请在表格软件里另存为 .xlsx 再试。") from None
    if len(infos) > MAX_FILES or sum(info.file_size for info in infos) > MAX_UNPACKED:
        raise refuse(file, "bomb", f"“{file}”解开后太大，不像题库表格，没有导入。")


def write(items: Sequence[Item]) -> Written:
    """Return a workbook with the template's headings, and what it could not hold; without items, the template."""
    stream = BytesIO()
    left_out: list[LeftOut] = []
    with xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        sheet, bold = book.add_worksheet("题目"), book.add_format({"bold": True, "bg_color": "#FCEDEE"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for at, name in enumerate(COLUMNS):
            sheet.write_string(0, at, name, bold)
            sheet.set_column(at, at, _WIDTHS.get(name, 14))
        sheet.freeze_panes(1, 0)
        row = 1
        for item in items:
            cells, losses = excel_rows.cells_of(item)
            left_out += [LeftOut(item.id, loss) for loss in losses]
            for at, name in enumerate(COLUMNS if cells else ()):
                sheet.write_string(row, at, _writable(cells.get(name, "")), wrapped)
            row += bool(cells)
        _write_help(book.add_worksheet("填写说明"), bold)
    return Written(stream.getvalue(), tuple(left_out))


def _writable(text: str) -> str:
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text)


def _write_help(sheet: "xlsxwriter.worksheet.Worksheet", bold: object) -> None:
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, 100)
    for at, (name, words) in enumerate(_HELP):
        sheet.write_string(at, 0, name, bold)
        sheet.write_string(at, 1, words)
