"""flask people import: names, phones and units from a table; all or none."""

from collections.abc import Mapping
from typing import Any

import click

from lms.accounts import commands as accounts
from lms.accounts import phones
from lms.core import audit_log
from lms.core.database import begin_write
from lms.core.errors import Invalid
from lms.extensions import db
from lms.federations import commands as federations
from lms.federations import queries as units
from lms.federations.models import Unit
from lms.operations import sheets
from lms.operations.sheets import Fault, Line

NAME, PHONE, UNIT = "姓名", "手机号", "单位代码"
COUNTED = {1: "一", 2: "两", 3: "三", 4: "四", 5: "五"}


def bring_in(file: str, dry_run: bool) -> dict[str, Any]:
    """Add everyone who is not there yet; raises RowsWrong naming every row that cannot be taken."""
    lines = sheets.read(file, needed=(NAME, PHONE, UNIT), known=(NAME, PHONE, UNIT))
    begin_write(db.session)
    places = _places(lines)
    problems: list[Fault] = []
    seen: dict[str, int] = {}
    new: list[tuple[Line, str]] = []
    for line in lines:
        try:
            phone = _phone(line, places, seen)
        except Invalid as wrong:
            problems.append(Fault(file, line.number, wrong.message))
        else:
            if accounts.by_phone(phone) is None:
                new.append((line, phone))
    if problems:
        raise sheets.RowsWrong(problems)
    answer = {"rows": len(lines), "added": len(new), "already": len(lines) - len(new), "dry_run": dry_run}
    if dry_run:
        db.session.rollback()
    else:
        _add(new, places, answer)
    click.echo(
        f"{'试运行，没有写入：' if dry_run else ''}新加 {len(new)} 人，已有 {answer['already']} 人。",
        err=True,
    )
    return answer


def _places(lines: list[Line]) -> Mapping[str, Unit | None]:
    return {code: units.by_code(code) for code in {line[UNIT] for line in lines}}


def _phone(line: Line, places: Mapping[str, Unit | None], seen: dict[str, int]) -> str:
    """Return the phone of a sound row; raises Invalid with what is wrong and what to do."""
    if wrong := sheets.too_long(line):
        raise Invalid(wrong)
    if not line[NAME]:
        raise Invalid("没有写姓名，请补上。")
    if len(line[NAME]) > 40:
        raise Invalid("姓名最多 40 个字。")
    phone = _normal(line[PHONE])
    if places[line[UNIT]] is None:
        raise Invalid(
            f"没有代码是“{line[UNIT]}”的单位，请核对，或先导入单位。"
            if line[UNIT]
            else "没有写单位代码，请补上。"
        )
    before = seen.setdefault(phone, line.number)
    if before != line.number:
        raise Invalid(f"手机号和第 {before} 行一样，请改正或删掉一行。")
    person = accounts.by_phone(phone)
    if person is not None and person.name != line[NAME]:
        raise Invalid("这个手机号已经登记在另一个名字下，请核对姓名和手机号。")
    return phone


def _normal(typed: str) -> str:
    digits = "".join(typed.split()).replace("-", "")
    off = len(digits) - 11
    if digits.isascii() and digits.isdigit() and digits.startswith("1") and 0 < abs(off) <= 5:
        count = COUNTED[abs(off)]
        raise Invalid(f"手机号少{count}位，请补上。" if off < 0 else f"手机号多{count}位，请改正。")
    return phones.normal(typed)


def _add(new: list[tuple[Line, str]], places: Mapping[str, Unit | None], answer: Mapping[str, Any]) -> None:
    """They have no password yet: their unit gives each a reset slip, or she joins by SMS where that is set."""
    for line, phone in new:
        place = places[line[UNIT]]
        if place is None:
            raise Invalid(f"没有代码是“{line[UNIT]}”的单位。")
        person = accounts.register(name=line[NAME], phone=phone, password_hash=None, consent=False)
        federations.settle(person.id, place)
    audit_log.record(None, "people.imported", "site", "people", dict(answer))
    db.session.commit()
