"""Files that mean harm, or are broken: a sentence with its place, nothing written, memory and time bounded."""

import json
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.errors import CourseError
from courses.formats import aiken, excel, gift_reader, moodle_reader, word
from courses.formats.bank import Bank
from courses.validation import problems_of_item
from tests.courses.depth import EXAMPLES, deep
from tests.courses.limits import courses

LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY a "' + "ha" * 50 + '">'
    + "".join(f'<!ENTITY {b} "{"&" + a + ";" * 1}{("&" + a + ";") * 9}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><quiz><question type='essay'><name><text>&i;</text></name></question></quiz>"
)  # fmt: skip
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz><question type="essay"><name><text>&x;</text></name></question></quiz>'
QUESTION = '<quiz><question type="{}"><name><text>题一</text></name><questiontext format="html"><text>{}</text></questiontext>{}</question></quiz>'


def refused(path: Path, *more: str) -> dict[str, object]:
    """Convert within bounds; it must refuse with sentences and places and leave no file behind."""
    before = sorted(path.parent.rglob("*"))
    done = courses("convert", path, path.parent / "out.json", "--json", *more)
    assert done.returncode == 1, (done.returncode, done.stdout[-300:], done.stderr[-2000:])
    assert "Traceback" not in done.stderr
    assert sorted(path.parent.rglob("*")) == before
    told: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    assert told["ok"] is False and (told["problems"] or told["left_out"])
    return told


def codes(told: dict[str, object]) -> set[str]:
    problems = told["problems"]
    assert isinstance(problems, list)
    assert all(problem["message"].endswith(("。", "，没有导入。")) for problem in problems)
    return {problem["code"] for problem in problems}


@pytest.mark.parametrize("document", [LAUGHS, OUTSIDE], ids=["entity bomb", "outside entity"])
def test_entities_in_xml_are_refused(tmp_path: Path, document: str) -> None:
    (tmp_path / "bad.xml").write_text(document, "utf-8")
    told = refused(tmp_path / "bad.xml")
    assert codes(told) == {"entities"} and "root:" not in json.dumps(told)


def test_very_deep_xml_is_refused(tmp_path: Path) -> None:
    (tmp_path / "deep.xml").write_text("<quiz>" + "<a>" * 200_000, "utf-8")
    assert codes(refused(tmp_path / "deep.xml")) == {"xml-deep"}


@pytest.mark.parametrize("name", ["line.txt", "line.gift", "line.xml", "line.json"])
def test_200_megabytes_of_one_line_are_refused(tmp_path: Path, name: str) -> None:
    with (tmp_path / name).open("wb") as file:
        for _ in range(200):
            file.write(b"a" * 1_000_000)
    assert codes(refused(tmp_path / name)) == {"too-large"}


def test_two_megabytes_of_one_line_are_refused_with_the_line(tmp_path: Path) -> None:
    (tmp_path / "line.gift").write_text("// x\n" + "a" * 2_000_000, "utf-8")
    told = refused(tmp_path / "line.gift")
    assert codes(told) == {"line-long"} and told["problems"][0]["line"] == 2  # type: ignore[index]


@pytest.mark.parametrize("name", ["bomb.xlsx", "bomb.docx", "bomb.zip"])
def test_a_zip_bomb_is_refused(tmp_path: Path, name: str) -> None:
    inside = {
        "bomb.xlsx": "xl/worksheets/sheet1.xml",
        "bomb.docx": "word/document.xml",
        "bomb.zip": "course.json",
    }
    with (
        zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(inside[name], "w") as file,
    ):
        for _ in range(300):
            file.write(b"0" * 1_000_000)
    assert codes(refused(tmp_path / name)) == {"bomb"}


@pytest.mark.parametrize("name", ["../out.md", "/etc/x.md", "a/../../b.md"])
def test_a_name_that_leaves_the_package_is_refused(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        archive.writestr("course.json", "{}")
        archive.writestr(name, "x")
    assert codes(refused(tmp_path / "bad.zip")) == {"name-unsafe"}


def test_a_link_in_a_package_is_refused(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("lessons/a.md")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive:
        archive.writestr("course.json", "{}")
        archive.writestr(info, "/etc/passwd")
    assert codes(refused(tmp_path / "link.zip")) == {"link"}


@pytest.mark.parametrize(
    "stem",
    [
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&lt;img src=x onerror=alert(1)&gt;",
        "&lt;a href=' java script:alert(1)'&gt;x&lt;/a&gt;",
    ],
)
def test_a_script_in_a_stem_is_refused(tmp_path: Path, stem: str) -> None:
    (tmp_path / "bad.xml").write_text(QUESTION.format("essay", stem, ""), "utf-8")
    assert codes(refused(tmp_path / "bad.xml")) == {"script"}


def test_two_right_answers_in_a_single_choice_and_none_in_any_are_refused(tmp_path: Path) -> None:
    (tmp_path / "two.gift").write_text("::t::题 {=甲 =乙 ~丙}\n\n::n::题 {~甲 ~乙}\n", "utf-8")
    assert codes(refused(tmp_path / "two.gift")) == {"key-many", "key-missing"}


def test_the_same_options_twice_are_refused(tmp_path: Path) -> None:
    (tmp_path / "same.gift").write_text("题 {=甲 ~乙 ~乙}", "utf-8")
    assert codes(refused(tmp_path / "same.gift")) == {"option-same"}


def test_a_trap_for_regular_expressions_costs_no_time(tmp_path: Path) -> None:
    item = {"id": "q", "kind": "text", "stem": "题", "key": [], "pattern": "(a|aa)+(a|a)*$"}
    (tmp_path / "items.json").write_text(json.dumps({"items": [item]}), "utf-8")
    done = courses("grade", tmp_path / "items.json", "--json", given=json.dumps({"q": ["a" * 900 + "b"]}))
    assert done.returncode == 0 and json.loads(done.stdout)["points"] == 0


def test_a_pattern_too_costly_to_compile_is_refused(tmp_path: Path) -> None:
    item = {"id": "q", "kind": "text", "stem": "题", "key": ["x"], "pattern": "((((a{100}){100}){100}){100})"}
    (tmp_path / "items.json").write_text(json.dumps({"items": [item]}), "utf-8")
    assert codes(refused(tmp_path / "items.json")) == {"pattern"}


def test_what_gets_lost_is_a_refusal_unless_the_caller_says_otherwise(tmp_path: Path) -> None:
    (tmp_path / "some.gift").write_text("只是说明。\n\n题 {=甲 ~乙}\n\n坏 {=甲\n", "utf-8")
    told = refused(tmp_path / "some.gift")
    assert told["left_out"] and codes(told) == {"gift"}
    done = courses("convert", tmp_path / "some.gift", tmp_path / "out.json", "--partial", "--json")
    assert done.returncode == 0 and len(json.loads((tmp_path / "out.json").read_text("utf-8"))["items"]) == 1
    assert len(json.loads(done.stdout)["left_out"]) == 2


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "good.gift").write_text("题 {=甲 ~乙}\n", "utf-8")
    done = courses("convert", tmp_path / "good.gift", tmp_path / "out.xml", "--dry-run", "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["items"] and not (tmp_path / "out.xml").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [((), 2), (("convert",), 2), (("convert", "x", "--to", "docbook"), 2), (("check", "nowhere"), 1)],
)
def test_exit_codes_tell_usage_from_refusal(arguments: tuple[str, ...], code: int) -> None:
    assert courses(*arguments).returncode == code


@pytest.mark.parametrize(
    "given",
    [
        "",
        "[]",
        "{",
        '{"lessons": 3}',
        '{"lessons": {"nowhere": {}}}',
        '{"today": "yesterday"}',
        '{"lessons": {"welcome": {"read_seconds": "x"}}}',
    ],
)
def test_a_state_that_does_not_fit_is_refused(given: str) -> None:
    done = courses("explain", "courses/starter/about", "--json", given=given)
    assert done.returncode == 1 and json.loads(done.stdout)["problems"] and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "given",
    [
        '{"q1": "b"}',
        '{"nowhere": []}',
        '{"q1": ["z"]}',
        '{"responses": 1}',
        '{"responses": {}, "marks": {"q1": 3}}',
    ],
)
def test_responses_that_do_not_fit_are_refused(given: str) -> None:
    done = courses("grade", "courses/starter/about", "--json", given=given)
    assert done.returncode == 1 and json.loads(done.stdout)["problems"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_files_are_read_in_the_encodings_people_save(encoding: str) -> None:
    assert gift_reader.read("::甲::对吗？{T}\n".encode(encoding)).items[0].stem == "对吗？"
    assert aiken.read("题？\r\nA. 甲\r\nB. 乙\r\nANSWER: B\r\n".encode(encoding)).items[0].key == ("b",)


def test_xml_in_gb18030_is_read() -> None:
    document = '<?xml version="1.0" encoding="GB2312"?>' + QUESTION.format("essay", "说说看", "")
    assert moodle_reader.read(document.encode("gb18030")).items[0].stem == "说说看"


def sound(bank: Bank) -> None:
    assert bank.items or bank.problems or bank.left_out
    assert not [problem for item in bank.items for problem in problems_of_item(item)]


def try_text(text: str) -> None:
    for read in (gift_reader.read, aiken.read, moodle_reader.read, excel.read, word.read):
        for data in (text.encode("utf-8", "replace"), text.encode("gb18030", "replace")):
            try:
                sound(read(data, "x"))
            except CourseError as error:
                assert all(problem.message for problem in error.problems)


gift = st.lists(
    st.sampled_from([*list("{}=~#\\:%-.>* \n"), "::", "->", "%50%", "T", "//", "[html]", "<b>", "甲", "3.5", "..", "$CATEGORY: a/b", "\n\n", "####"]), max_size=40
).map("".join)  # fmt: skip
kinds = st.sampled_from([*moodle_reader.KINDS, "category", "description", "x"])
inner = st.lists(
    st.sampled_from(
        ["<answer fraction='100'><text>甲</text></answer>", "<answer fraction='x'/>", "<answer><text>*</text></answer>", "<single>true</single>",
         "<subquestion><text>a</text><answer><text>b</text></answer></subquestion>", "<tolerance>1</tolerance>", "<defaultgrade>9e9</defaultgrade>",
         "<defaultgrade>nan</defaultgrade>", "<tags><tag><text>难度=9</text></tag></tags>", "<selectoption><text>a</text><group>1</group></selectoption>", "<hint/>"]
    ), max_size=5,
).map("".join)  # fmt: skip
stems = st.sampled_from(
    ["题", "", "{1:SA:=a}", "{1:NM:=x}", "{1:MC:a~=b}", "[[1]]", "[[9]]", "&lt;b&gt;&lt;/i&gt;", "&lt;p"]
)
moodle = st.builds(QUESTION.format, kinds, stems, inner)


@given(st.one_of(gift, moodle, st.text(max_size=200)))
@settings(max_examples=EXAMPLES, deadline=None)
def test_any_file_is_read_or_refused_with_a_sentence(text: str) -> None:
    try_text(text)


@pytest.mark.soak
@given(st.one_of(gift, moodle, st.text(max_size=200)))
@deep
def test_any_file_at_length(text: str) -> None:
    try_text(text)


@given(st.binary(max_size=300))
@settings(max_examples=EXAMPLES, deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read in (gift_reader.read, aiken.read, moodle_reader.read, excel.read, word.read):
        try:
            sound(read(data, "x"))
        except CourseError as error:
            assert all(problem.message for problem in error.problems)
