"""Units and people from tables: every wrong row named by its number and what to do; all or none; a trial writes nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from flask import Flask
from sqlalchemy import func, select

from lms.accounts.commands import by_phone
from lms.accounts.models import Person
from lms.extensions import db
from lms.federations import queries
from lms.federations.models import Unit
from tests import house

HEAD = "姓名,手机号,单位代码\n"
TREE = "代码,上级代码,类型,级别,名称,全称,求助电话\n88,,妇联,省,云海省,云海省妇联,\n8801,88,妇联,市,明月市,,0900-1\n8801Z1,8801,队伍,,姐妹队,,\n"


@pytest.fixture
def tree(app: Flask) -> house.Tree:
    return house.tree()


def say(app: Flask, *words: str) -> tuple[int, dict[str, Any]]:
    said = app.test_cli_runner().invoke(args=[*words, "--json"])
    assert said.exception is None or isinstance(said.exception, SystemExit), said.exception
    return said.exit_code, json.loads(said.stdout.splitlines()[-1])


def people() -> int:
    return db.session.scalar(select(func.count()).select_from(Person)) or 0


@pytest.mark.both_databases
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_people_come_in_with_their_unit_and_a_second_time_changes_nothing(
    app: Flask, tree: house.Tree, tmp_path: Path, encoding: str
) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes((HEAD + "王秀英,138 0000 0001,970101101\n\n李梅,13800000002,970102\n").encode(encoding))
    assert say(app, "people", "import", str(path), "--dry-run")[1]["added"] == 2
    assert people() == 0
    assert say(app, "people", "import", str(path))[0] == 0
    her = by_phone("13800000001")
    assert her and her.name == "王秀英"
    assert queries.home_unit_id(her.id) == tree.town.id
    code, answer = say(app, "people", "import", str(path))
    assert (code, answer["added"], answer["already"]) == (0, 0, 2)
    assert people() == 2


def test_a_spreadsheet_with_numbers_for_phones_is_read(app: Flask, tree: house.Tree, tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "p.xlsx") as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate([("姓名", "手机号", "单位代码"), ("李梅", 13800000002, 970102)]):
            sheet.write_row(row, 0, cells)
    assert say(app, "people", "import", str(tmp_path / "p.xlsx"))[1]["added"] == 1
    assert by_phone("13800000002")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("李梅,1380000002,970102", "手机号少一位，请补上。"),
        ("李梅,138000000022,970102", "手机号多一位，请改正。"),
        ("李梅,1380000000x,970102", "手机号里只能有数字，请检查有没有打错的字。"),
        ("李梅,,970102", "请填写手机号。"),
        (",13800000002,970102", "没有写姓名，请补上。"),
        ("李梅,13800000002,", "没有写单位代码，请补上。"),
        ("李梅,13800000002,nowhere", "没有代码是“nowhere”的单位，请核对，或先导入单位。"),
        ("李梅,13800000001,970102", "手机号和第 2 行一样，请改正或删掉一行。"),
        ("梅" * 41 + ",13800000002,970102", "姓名最多 40 个字。"),
        ("李梅,13800000002," + "9" * 300, "“单位代码”太长了，最多 200 个字。"),
        ("别人,13911111111,970102", "这个手机号已经登记在另一个名字下，请核对姓名和手机号。"),
    ],
)
def test_a_wrong_row_is_named_and_nobody_is_added(
    app: Flask, tree: house.Tree, tmp_path: Path, row: str, words: str
) -> None:
    house.person(tree.town, phone="13911111111")
    path = tmp_path / "people.csv"
    path.write_text(f"{HEAD}王秀英,13800000001,970101\n\n{row}\n", "utf-8")
    code, answer = say(app, "people", "import", str(path))
    assert code == 1
    assert [(one["line"], one["message"]) for one in answer["problems"]] == [(4, f"第 4 行：{words}")]
    assert people() == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "缺少"), ("姓名,电话\n".encode(), "缺少"), ((HEAD + "\n").encode(), "没有内容"),
        ((HEAD[:-1] + ",身份证\n李,1,2,3\n").encode(), "不认识"), (b"\xff\xff\xff\xff", "读不出文字"),
        ("姓名,姓名,手机号,单位代码\n李,李,1,2\n".encode(), "两次"), (b"a\0b", "不是 CSV"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_such_table_is_refused_with_a_sentence(
    app: Flask, tree: house.Tree, tmp_path: Path, content: bytes, words: str
) -> None:
    (tmp_path / "p.csv").write_bytes(content)
    code, answer = say(app, "people", "import", str(tmp_path / "p.csv"))
    assert code == 1
    assert words in answer["problems"][0]["message"]


@pytest.mark.parametrize("name", ["missing.csv", "broken.xlsx"])
def test_a_missing_or_broken_file_is_refused(app: Flask, tmp_path: Path, name: str) -> None:
    (tmp_path / "broken.xlsx").write_bytes(b"PK\3\4 nothing")
    assert say(app, "people", "import", str(tmp_path / name))[0] == 1


@pytest.mark.both_databases
def test_the_tree_comes_in_with_levels_and_closure(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "u.csv").write_text(TREE, "utf-8")
    assert say(app, "units", "import", str(tmp_path / "u.csv"), "--dry-run")[1]["added"] == 3
    assert db.session.scalar(select(func.count()).select_from(Unit)) == 0
    assert say(app, "units", "import", str(tmp_path / "u.csv"))[1]["added"] == 3
    team = queries.by_code("8801Z1")
    assert team
    assert [one.name for one in queries.path(team.id)] == ["云海省", "明月市", "姐妹队"]
    assert queries.help_phone(team.id) == "0900-1"
    assert say(app, "units", "import", str(tmp_path / "u.csv"))[1]["already"] == 3


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("99,,妇联,省,另一个,,", "没有写上级代码。只有最上面的一个单位可以空着。"),
        ("99,77,妇联,市,乙,,", "没有代码是“77”的上级。上级要写在下级前面。"),
        ("99,88,公司,,乙,,", "不认识类型“公司”，可以写 妇联、组织、队伍、阵地。"),
        ("99,88,妇联,,乙,,", "妇联要写级别：全国、省、市、县、乡镇、村。"),
        ("99,88,队伍,市,乙,,", "只有妇联写级别，请把级别空着。"),
        ("8801,88,妇联,市,乙,,", "代码“8801”在前面写过了，请改正或删掉一行。"),
        ("9 9,88,队伍,,乙,,", "代码“9 9”里只能有数字和英文字母，最多 32 个。"),
        ("99,88,队伍,,,,", "没有写名称，请补上。"),
    ],
)
def test_a_wrong_unit_is_named_and_none_is_added(app: Flask, tmp_path: Path, row: str, words: str) -> None:
    (tmp_path / "u.csv").write_text(TREE + row + "\n", "utf-8")
    code, answer = say(app, "units", "import", str(tmp_path / "u.csv"))
    assert code == 1
    assert [one["message"] for one in answer["problems"]] == [f"第 5 行：{words}"]
    assert db.session.scalar(select(func.count()).select_from(Unit)) == 0
