"""The roster of a session as an Excel file; a name that looks like a formula stays a name."""

from collections.abc import Sequence
from datetime import datetime
from typing import IO

import xlsxwriter
from flask_babel import gettext as _

from lms.classes.models import ClassSession
from lms.classes.queries import OnRoster
from lms.core import days


def write(out: IO[bytes], session: ClassSession, title: str, listed: Sequence[OnRoster], hidden: int) -> None:
    """Write the sheet: the session, then a line for everyone."""
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "in_memory": True})
    sheet, bold = book.add_worksheet(_("名单")), book.add_format({"bold": True, "bottom": 1})
    when = f"{_at(session.starts_at)}–{days.clock_of(session.ends_at)}"
    for at, words in enumerate((title, f"{when} {session.place}", session.unit.full_name)):
        sheet.write_string(at, 0, words)
    if hidden:
        words = _("另有 %(n)s 人现在不在您管的单位，没有列出。", n=hidden)
        sheet.write_string(3, 0, words)
    heads = (_("姓名"), _("手机"), _("座位"), _("到场"), _("怎么记的"), _("更正"))
    for column, (words, width) in enumerate(zip(heads, (14, 14, 8, 8, 24, 40), strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(5, column, words, bold)
    for line, one in enumerate(listed, start=6):
        for column, words in enumerate(_line(one)):
            sheet.write_string(line, column, words)
    book.close()


def _line(one: OnRoster) -> tuple[str, ...]:
    seat = "" if one.sign_up is None else str(one.sign_up.seat or _("候补"))
    how = ""
    if one.record is not None:
        by_hand = one.record.by_id is not None
        how = f"{_at(one.record.at)} {_('手工记') if by_hand else _('扫码签到')}"
    changes = one.record.changes if one.record is not None else ()
    put_right = "；".join(
        f"{_at(change.at)} {_('又记为到场') if change.counts else _('更正为没有到场')}：{change.reason}"
        for change in changes
    )
    came = _("到场") if one.attendance is not None else ""
    return one.person.name, one.person.masked_phone, seat, came, how, put_right


def _at(moment: datetime) -> str:
    return f"{days.day_of(moment):%Y-%m-%d} {days.clock_of(moment)}"
