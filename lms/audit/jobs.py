"""Write the Excel file of an export, row by row; writing it twice leaves one file."""

import hashlib
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from flask import current_app

from lms.assets.commands import storage
from lms.audit import commands, people_queries
from lms.audit.models import Export
from lms.audit.people_queries import Row
from lms.audit.queries import Selection, State
from lms.catalogue.models import Course
from lms.core import clock, crypto, jobs
from lms.extensions import db

STATES = {State.DONE: "已学完", State.LEARNING: "学习中", State.NEW: "未开始"}
WANTED = {
    State.ALL: "全部", State.UNFINISHED: "未学完（学习中和未开始）", State.NEW: "未开始", State.LEARNING: "学习中",
    State.DONE: "已学完",
}  # fmt: skip
COLUMNS = (
    ("姓名", 14, "登记的姓名。"),
    ("手机号", 14, "默认隐去中间四位；要完整号码，须在导出时选，会记下来。"),
    ("所属单位", 28, "今天在本单位范围内所属的单位，主要的在前；范围外的不列。"),
    (
        "状态",
        10,
        "已学完：至少学完一门课（选了课程时：学完这门课）；学习中：开始了，还没学完；未开始：一课都没打开过。",
    ),
    ("开始学的课（门）", 14, "打开过至少一课的课程数。"),
    ("学完的课（门）", 14, "全部课都学完的课程数。"),
    ("学时", 8, "学完的课的培训学时之和，按颁发时的规则折算；不含服务时长。"),
    ("最近学完", 18, "最近一门课学完的时间。"),
    ("有效证书编号", 34, "没有作废的培训证书的编号。"),
)


def export(export_id: int) -> None:
    """Make the file of one export, note its rows, size and digest."""
    row = db.session.get_one(Export, export_id)
    if row.digest or row.expires_at <= clock.now():
        return
    with tempfile.TemporaryDirectory(prefix="export-") as folder:
        path = Path(folder) / "names.xlsx"
        row.rows = _write(row, path, folder)
        row.size, row.digest = path.stat().st_size, _digest(path)
        key = f"exports/{row.id}/{crypto.token(12).lower().replace('-', 'x')}.xlsx"
        storage().put(key, path)
    row.storage_key, row.ready_at = key, clock.now()


def sweep() -> None:
    """Delete the files of exports past their day."""
    commands.forget_expired()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(row: Export, path: Path, folder: str) -> int:
    """Write the sheets and return how many people stand in them."""
    # Every value goes in as text or number: a name that looks like a formula stays a name.
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": folder, "in_memory": False})
    selection = Selection.from_json(row.selection)
    ids = people_queries.everyone(selection)
    _names(book, row, ids, selection)
    _about(book, row, len(ids), selection)
    book.close()
    return len(ids)


def _names(book: Any, row: Export, ids: Any, selection: Selection) -> None:
    sheet, bold = book.add_worksheet("名单"), book.add_format({"bold": True, "bottom": 1})
    for at, (_, width, _) in enumerate(COLUMNS):
        sheet.set_column(at, at, width)
    sheet.freeze_panes(1, 1)
    for at, (title, _, _) in enumerate(COLUMNS):
        sheet.write_string(0, at, title, bold)
    line = 0
    for piece in people_queries.pieces(ids, selection, full_phones=row.full_phones):
        for person in piece:
            line += 1
            _line(sheet, line, person)
        jobs.report_progress(row.job_key, line / len(ids))


def _line(sheet: Any, line: int, person: Row) -> None:
    last = _local(person.last_done_at) if person.last_done_at else ""
    texts = {
        0: person.name, 1: person.phone, 2: "、".join(person.places), 3: STATES[person.state], 7: last,
        8: "、".join(person.certificates),
    }  # fmt: skip
    numbers = {4: person.begun, 5: person.done, 6: person.hours}
    for at in range(len(COLUMNS)):
        if at in numbers:
            sheet.write_number(line, at, numbers[at])
        else:
            sheet.write_string(line, at, texts[at])


def _about(book: Any, row: Export, people: int, selection: Selection) -> None:
    sheet, bold = book.add_worksheet("说明"), book.add_format({"bold": True})
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 90)
    course = db.session.get(Course, selection.course_id) if selection.course_id else None
    facts = [
        (
            "单位",
            row.unit.full_name
            + ("（只含直接属于本单位的人）" if selection.direct else "（含下级单位，每人只算一次）"),
        ),
        ("课程", course.title if course else "全部课程"),
        ("名单", WANTED[selection.state] + (f"，姓名含“{selection.words}”" if selection.words else "")),
        ("人数", str(people)),
        ("用途", row.purpose),
        ("导出人", row.asked_by.name),
        ("申请时间", _local(row.asked_at)),
        ("数据时间", _local(clock.now())),
        ("提醒", "表里是个人信息，只按上面的用途使用，用完请删除。"),
    ]
    words = [*facts, ("", ""), *((title, meaning) for title, _, meaning in COLUMNS)]
    for line, (title, meaning) in enumerate(words):
        sheet.write_string(line, 0, title, bold)
        sheet.write_string(line, 1, meaning)


def _local(moment: datetime) -> str:
    return moment.astimezone(current_app.extensions["lms_settings"].timezone).strftime("%Y-%m-%d %H:%M")
