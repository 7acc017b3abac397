"""flask units import: the tree from a table; a parent stands in the file above its children, or is there already."""

from collections.abc import Mapping
from typing import Any

import click

from lms.core import audit_log
from lms.core.errors import Invalid
from lms.extensions import db
from lms.federations import commands, queries
from lms.federations.models import Level, Unit, UnitKind
from lms.operations import sheets
from lms.operations.sheets import Fault, Line

CODE, PARENT, KIND, LEVEL, NAME, FULL, PHONE = (
    "代码", "上级代码", "类型", "级别", "名称", "全称", "求助电话",
)  # fmt: skip
KINDS: Mapping[str, UnitKind] = {
    "妇联": UnitKind.FEDERATION, "组织": UnitKind.ORGANISATION, "队伍": UnitKind.TEAM, "阵地": UnitKind.SITE,
}  # fmt: skip
LEVELS: Mapping[str, Level] = {
    "全国": Level.NATION, "省": Level.PROVINCE, "市": Level.CITY, "县": Level.COUNTY, "乡镇": Level.TOWN,
    "村": Level.VILLAGE,
}  # fmt: skip


def bring_in(file: str, dry_run: bool) -> dict[str, Any]:
    """Add every unit that is not there yet; raises RowsWrong naming every row that cannot be taken."""
    lines = sheets.read(file, needed=(CODE, KIND, NAME), known=(CODE, PARENT, KIND, LEVEL, NAME, FULL, PHONE))
    made: dict[str, Unit] = {}
    added, problems = 0, list[Fault]()
    for line in lines:
        try:
            added += _take(line, made)
        except Invalid as wrong:
            problems.append(Fault(file, line.number, wrong.message))
    if problems:
        db.session.rollback()
        raise sheets.RowsWrong(problems)
    answer = {"rows": len(lines), "added": added, "already": len(lines) - added, "dry_run": dry_run}
    if dry_run:
        db.session.rollback()
    else:
        audit_log.record(None, "units.imported", "site", "units", answer)
        db.session.commit()
    click.echo(
        f"{'试运行，没有写入：' if dry_run else ''}新加 {added} 个单位，已有 {answer['already']} 个。",
        err=True,
    )
    return answer


def _take(line: Line, made: dict[str, Unit]) -> int:
    """Add the unit of a row; returns 1, or 0 when it is there with the same name. Raises Invalid."""
    _check(line)
    if line[CODE] in made:
        raise Invalid(f"代码“{line[CODE]}”在前面写过了，请改正或删掉一行。")
    known = queries.by_code(line[CODE])
    if known is not None and known.name != line[NAME]:
        raise Invalid(f"代码“{line[CODE]}”已经是“{known.name}”的，请核对。")
    made[line[CODE]] = known or _add(line, made)
    return 0 if known else 1


def _check(line: Line) -> None:
    if wrong := sheets.too_long(line):
        raise Invalid(wrong)
    if empty := [name for name in (CODE, KIND, NAME) if not line[name]]:
        raise Invalid(f"没有写{'、'.join(empty)}，请补上。")
    if not line[CODE].isascii() or not line[CODE].isalnum() or len(line[CODE]) > 32:
        raise Invalid(f"代码“{line[CODE]}”里只能有数字和英文字母，最多 32 个。")
    if line[KIND] not in KINDS:
        raise Invalid(f"不认识类型“{line[KIND]}”，可以写 {'、'.join(KINDS)}。")
    if line[KIND] == "妇联" and line[LEVEL] not in LEVELS:
        raise Invalid(f"妇联要写级别：{'、'.join(LEVELS)}。")
    if line[KIND] != "妇联" and line[LEVEL]:
        raise Invalid("只有妇联写级别，请把级别空着。")


def _add(line: Line, made: Mapping[str, Unit]) -> Unit:
    parent = made.get(line[PARENT]) or (queries.by_code(line[PARENT]) if line[PARENT] else None)
    if line[PARENT] and parent is None:
        raise Invalid(f"没有代码是“{line[PARENT]}”的上级。上级要写在下级前面。")
    if parent is None and queries.roots():
        raise Invalid("没有写上级代码。只有最上面的一个单位可以空着。")
    return commands.add_unit(
        parent, kind=KINDS[line[KIND]], level=LEVELS[line[LEVEL]] if line[LEVEL] else None, name=line[NAME],
        code=line[CODE], full_name=line[FULL], help_phone=line[PHONE] or None,
    )  # fmt: skip
