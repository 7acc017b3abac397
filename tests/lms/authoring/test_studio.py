"""The studio through its forms: what is typed stays, what is wrong is said, a colleague's work is not lost."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person
from lms.authoring.models import Draft, DraftLesson
from lms.core.audit_log import AuditEntry
from lms.extensions import db
from lms.federations.permissions import Role
from tests import house
from tests.lms.authoring.conftest import Studio

COURSE = {
    "title": "上门第一课", "summary": "学会上门。", "tier": "intro", "category": "care", "audience": "新来的姐妹",
    "outcomes": "会说第一句话\n会告别", "unit": "970101", "revision": "1",
}  # fmt: skip
TEXT = {"title": "第一句话", "body": "先说我是谁。", "min_seconds": "", "revision": "1"}
PAPER = {"title": "测验", "pass_mark": "60", "tries": "3", "waits": "y", "revision": "1"}
CHOICE = {
    "kind": "single", "stem": "先说什么？", "option_a": "我是谁", "option_b": "您家的事", "right": "a",
    "explanation": "先让人放心。", "lesson": "",
}  # fmt: skip


def page(answer: object) -> str:
    return answer.get_data(as_text=True)


def where(studio: Studio, form: str) -> str:
    """The address of a form by its short name."""
    if form == "new":
        return "/teach"
    if form == "details":
        return f"/teach/c/{studio.draft.id}/details"
    if form == "question":
        return f"/teach/l/{studio.lesson('quiz').id}/items/new"
    if form == "paste":
        return f"/teach/l/{studio.lesson('quiz').id}/paste"
    return f"/teach/l/{studio.lesson(form).id}"


WRONG = [
    ("new", COURSE, "title", ""),
    ("new", COURSE, "title", "长" * 61),
    ("new", COURSE, "summary", ""),
    ("new", COURSE, "summary", "长" * 301),
    ("new", COURSE, "unit", "970102"),
    ("details", COURSE, "title", " "),
    ("details", COURSE, "summary", ""),
    ("details", COURSE, "tier", "none"),
    ("details", COURSE, "category", "none"),
    ("details", COURSE, "audience", "长" * 121),
    ("details", COURSE, "outcomes", "一条\n" * 9),
    ("details", COURSE, "outcomes", "长" * 121),
    ("details", COURSE, "unit", "nowhere"),
    ("text", TEXT, "title", ""),
    ("text", TEXT, "body", "长" * 40_001),
    ("text", TEXT, "min_seconds", "7201"),
    ("text", TEXT, "min_seconds", "十秒"),
    ("video", {"title": "看一看", "pages": "", "revision": "1"}, "title", ""),
    ("video", {"title": "看一看", "pages": "", "revision": "1"}, "pages", "长" * 40_001),
    ("quiz", PAPER, "title", "长" * 61),
    ("quiz", PAPER, "pass_mark", ""),
    ("quiz", PAPER, "pass_mark", "101"),
    ("quiz", PAPER, "tries", "0"),
    ("question", CHOICE, "kind", "hotspot"),
    ("question", CHOICE, "stem", ""),
    ("question", CHOICE, "stem", "长" * 601),
    ("question", CHOICE, "option_a", "长" * 201),
    ("question", CHOICE, "option_b", ""),
    ("question", CHOICE, "right", "c"),
    ("question", CHOICE, "right", ""),
    ("question", CHOICE, "explanation", "长" * 601),
    ("question", CHOICE, "lesson", "nowhere"),
    ("question", CHOICE | {"kind": "truefalse"}, "truth", ""),
    ("question", CHOICE | {"kind": "text"}, "accepted", ""),
    ("question", CHOICE | {"kind": "number"}, "number", "许多"),
    ("paste", {"text": "1. 问"}, "text", " "),
]


@pytest.mark.parametrize(("form", "good", "name", "value"), WRONG)
def test_a_wrong_field_is_said_and_everything_typed_stays(
    studio: Studio, form: str, good: dict[str, str], name: str, value: str
) -> None:
    before = snapshot()
    answer = studio.post(where(studio, form), **(good | {name: value}))
    text = page(answer)
    assert answer.status_code == 422
    assert "field-error" in text and "有几处需要改一下" in text
    kept = [one for key, one in good.items() if key in ("title", "summary", "stem", "body") and key != name]
    assert all(one in text for one in kept)
    assert snapshot() == before


def snapshot() -> list[str]:
    db.session.rollback()
    return [
        repr(row)
        for table in (Draft.__table__, DraftLesson.__table__)
        for row in db.session.execute(select(table))
    ]


def test_forms_filled_in_well_are_kept_and_noted(studio: Studio) -> None:
    for form, fields in (("details", COURSE), ("text", TEXT), ("quiz", PAPER), ("question", CHOICE)):
        assert studio.post(where(studio, form), **fields).status_code == 302, form
    db.session.expire_all()
    assert studio.draft.details["outcomes"] == ["会说第一句话", "会告别"]
    assert studio.lesson("text").body["markdown"] == "先说我是谁。"
    paper = studio.lesson("quiz")
    assert (paper.body["pass_mark"], paper.body["tries"], len(paper.body["items"])) == (60, 3, 1)
    noted = {entry.action for entry in db.session.scalars(select(AuditEntry))}
    assert {"draft.created", "draft.changed", "lesson.added", "lesson.changed"} <= noted


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        (CHOICE | {"kind": "multiple", "right": ["a", "b"], "option_c": "别的"}, ["a", "b"]),
        (CHOICE | {"kind": "truefalse", "truth": "false"}, [False]),
        (CHOICE | {"kind": "text", "accepted": "自愿\n无偿"}, ["自愿", "无偿"]),
        (CHOICE | {"kind": "number", "number": "15", "tolerance": "0.5"}, {"value": 15, "tolerance": 0.5}),
    ],
)
def test_every_kind_that_can_be_typed_comes_back_in_its_form(
    studio: Studio, fields: dict[str, object], key: object
) -> None:
    address = where(studio, "question")
    assert studio.post(address, **fields).status_code == 302
    item = studio.lesson("quiz").body["items"][0]
    assert item["key"] == key
    form = page(studio.browser.get(address.replace("new", item["id"])))
    assert "先说什么？" in form
    revision = form.split('name="revision" type="hidden" value="')[1].split('"')[0]
    again = studio.post(address.replace("new", item["id"]), **fields, revision=revision)
    assert again.status_code == 302
    assert studio.lesson("quiz").body["items"] == [item], "saving without a change changes nothing"


def test_two_people_write_two_lessons_and_none_is_lost(
    studio: Studio, as_person: Callable[[Person], FlaskClient]
) -> None:
    colleague = as_person(house.staff(Role.TRAINER, studio.tree.county))
    token = house.csrf(colleague, "/help")
    assert studio.post(where(studio, "text"), **TEXT).status_code == 302
    fields = PAPER | {"csrf_token": token}
    assert colleague.post(where(studio, "quiz"), data=fields).status_code == 302
    assert studio.lesson("text").title == "第一句话"
    assert studio.lesson("quiz").body["pass_mark"] == 60


@pytest.mark.parametrize("form", ["text", "details", "quiz", "question"])
def test_when_a_colleague_saved_first_both_versions_are_shown_and_one_is_chosen(
    studio: Studio, form: str
) -> None:
    good = {"text": TEXT, "details": COURSE, "quiz": PAPER, "question": CHOICE}[form]
    name = {"text": "body", "details": "summary", "quiz": "title", "question": "stem"}[form]
    address = where(studio, form)
    if form == "question":
        studio.post(address, **CHOICE)
        address = address.replace("new", studio.lesson("quiz").body["items"][0]["id"])
        first = page(studio.browser.get(address))
        good = good | {"revision": first.split('name="revision" type="hidden" value="')[1].split('"')[0]}
    assert studio.post(address, **(good | {name: "她先存的话"})).status_code == 302
    answer = studio.post(address, **(good | {name: "我写了很久的话"}))
    text = page(answer)
    assert answer.status_code == 409
    assert "她先存的话" in text and "我写了很久的话" in text
    assert "她先存的话" in page(studio.browser.get(address)), "nothing was overwritten"
    revision = text.split('name="revision" value="')[1].split('"')[0]
    mine = good | {name: "我写了很久的话", "revision": revision}
    assert studio.post(address, **mine).status_code == 302
    assert "我写了很久的话" in page(studio.browser.get(address))


def test_the_same_form_sent_twice_is_no_conflict(studio: Studio) -> None:
    for _ in range(2):
        assert studio.post(where(studio, "text"), **TEXT).status_code == 302


def test_lessons_and_questions_move_and_go(studio: Studio) -> None:
    ids = [row.id for row in studio.draft.lessons]
    studio.post(f"/teach/l/{ids[2]}/move", to="up")
    studio.post(f"/teach/l/{ids[0]}/move", to="up")
    studio.post(f"/teach/l/{ids[0]}/move", to="down")
    db.session.expire_all()
    assert [row.id for row in studio.draft.lessons] == [ids[2], ids[0], ids[1]]
    for stem in ("甲问", "乙问"):
        studio.post(f"/teach/l/{ids[2]}/items/new", **(CHOICE | {"stem": stem}))
    first, second = (item["id"] for item in studio.lesson("quiz").body["items"])
    studio.post(f"/teach/l/{ids[2]}/items/{second}/move", to="up")
    assert [item["id"] for item in studio.lesson("quiz").body["items"]] == [second, first]
    studio.post(f"/teach/l/{ids[2]}/items/{second}/deletion")
    assert [item["stem"] for item in studio.lesson("quiz").body["items"]] == ["甲问"]
    studio.post(f"/teach/l/{ids[0]}/deletion")
    db.session.expire_all()
    assert [(row.id, row.position) for row in studio.draft.lessons] == [(ids[2], 1), (ids[1], 2)]


def test_pasted_questions_are_shown_first_then_kept_once(studio: Studio) -> None:
    text = "1. 先说什么？\nA. 我是谁\nB. 您家的事\n答案：A\n\n2. 后说什么？\nA. 甲\nB. 乙\n"
    address = where(studio, "paste")
    seen = page(studio.post(address, text=text))
    assert "认出了 1 题" in seen and "没看懂" in seen and "先说什么？" in seen
    assert studio.lesson("quiz").body["items"] == []
    left = page(studio.post(address, text=text, do="save"))
    box = left.split("<textarea")[1].split("</textarea>")[0]
    assert "后说什么" in box and "先说什么" not in box, "what was not clear stays in the box"
    studio.post(address, text=text, do="save")
    assert len(studio.lesson("quiz").body["items"]) == 1, "the same text again adds nothing"


def test_a_script_in_a_text_stays_text(studio: Studio) -> None:
    studio.post(where(studio, "text"), **(TEXT | {"body": "<script>alert(1)</script> **好**"}))
    shown = page(studio.browser.get(f"/teach/c/{studio.draft.id}/preview/1"))
    assert "<script>alert" not in shown and "<strong>好</strong>" in shown


def test_looking_at_the_text_keeps_nothing(studio: Studio) -> None:
    before = snapshot()
    assert "<strong>好</strong>" in page(
        studio.post(where(studio, "text"), **(TEXT | {"body": "**好**", "do": "sketch"}))
    )
    assert "<strong>好</strong>" in page(studio.post(where(studio, "text") + "/sketch", body="**好**"))
    assert snapshot() == before


def test_a_draft_nobody_learned_is_deleted_whole(studio: Studio) -> None:
    assert studio.post(f"/teach/c/{studio.draft.id}/withdrawal").status_code == 302
    assert snapshot() == []
