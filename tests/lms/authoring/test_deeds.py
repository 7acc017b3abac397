"""Lessons people do (a class in a hall, an assignment, a survey), written in the studio through their forms."""

import re
import time
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from courses.model import Asks, AssignmentBody, ClassroomBody, EvidenceKind, SurveyBody
from lms.accounts.models import Person
from lms.authoring import documents
from lms.authoring.models import DraftLesson
from lms.extensions import db
from lms.federations.permissions import Role
from tests import house
from tests.lms.authoring.conftest import Studio

CLASS = {
    "title": "到村里练一次", "body": "两人一组，轮流敲门。", "minutes": "90", "place_note": "村委会二楼",
    "bring": "本子\n笔", "revision": "1",
}  # fmt: skip
WORK = {
    "title": "上一次门", "body": "上一次门，写下您说的第一句话。", "photo": "y", "text": "y", "file": "y",
    "rubric": "说清楚了我是谁 2 分\n问了一个问题：3", "pass_points": "4", "minutes": "30", "revision": "1",
}  # fmt: skip
QUESTIONS = "这门课有用吗？\n- 有用\n- 没用\n\n您最想再学什么？（多选）（可不填）\n- 急救\n- 手机\n- 法律\n\n老师讲得怎么样？（打分）\n\n还想说什么？（可不填）"
SURVEY = {"title": "学完说一说", "body": "没有对错。", "questions": QUESTIONS, "revision": "1"}
FORMS = {"classroom": CLASS, "assignment": WORK, "survey": SURVEY}


@pytest.fixture
def deeds(studio: Studio) -> Studio:
    """The course of the studio with an empty class, assignment and survey more."""
    for kind in FORMS:
        assert studio.post(f"/teach/c/{studio.draft.id}/lessons", kind=kind).status_code == 302
    return studio


def save(studio: Studio, kind: str, **changed: str) -> object:
    row = studio.lesson(kind)
    fields = FORMS[kind] | {"revision": str(row.revision)} | changed
    return studio.post(f"/teach/l/{row.id}", **{name: value for name, value in fields.items() if value})


def body(studio: Studio, kind: str) -> object:
    return documents.body_of(studio.lesson(kind))


def page(studio: Studio, kind: str) -> str:
    return studio.browser.get(f"/teach/l/{studio.lesson(kind).id}").get_data(as_text=True)


def test_what_is_typed_becomes_the_lesson_and_stands_in_the_form_again(deeds: Studio) -> None:
    for kind, fields in FORMS.items():
        assert save(deeds, kind).status_code == 302
        shown = page(deeds, kind)
        assert all(one in shown for one in (fields["title"], fields["body"]))
    assert body(deeds, "classroom") == ClassroomBody("两人一组，轮流敲门。", 90, "村委会二楼", ("本子", "笔"))
    assert deeds.lesson("classroom").minutes == 90
    work = body(deeds, "assignment")
    assert isinstance(work, AssignmentBody) and work.evidence == (
        EvidenceKind.PHOTO,
        EvidenceKind.TEXT,
        EvidenceKind.FILE,
    )
    assert len(re.findall(r'type="checkbox"[^>]* checked', page(deeds, "assignment"))) == 3
    assert [(one.text, one.points) for one in work.rubric] == [("说清楚了我是谁", 2), ("问了一个问题", 3)]
    assert work.pass_points == 4
    survey = body(deeds, "survey")
    assert isinstance(survey, SurveyBody)
    assert [one.asks for one in survey.questions] == [Asks.ONE, Asks.SEVERAL, Asks.SCALE, Asks.WORDS]
    assert [one.optional for one in survey.questions] == [False, True, False, True]
    assert survey.questions[1].options == ("急救", "手机", "法律")
    assert "问了一个问题 3 分" in page(deeds, "assignment")
    assert QUESTIONS in page(deeds, "survey")


WRONG = [
    ("classroom", "title", ""), ("classroom", "minutes", "0"), ("classroom", "minutes", ""),
    ("classroom", "place_note", "长" * 81), ("classroom", "bring", "一样\n" * 13), ("classroom", "body", "长" * 40_001),
    ("assignment", "rubric", "说清楚了我是谁"), ("assignment", "rubric", "说清楚 0 分"), ("assignment", "rubric", "说 1 分\n" * 11),
    ("assignment", "pass_points", "6"), ("assignment", "pass_points", "许多"), ("assignment", "minutes", "601"),
    ("survey", "questions", "- 选项在前"), ("survey", "questions", "问？\n- 只有一个"), ("survey", "questions", "问？\n没有横线"),
    ("survey", "questions", "问？（打分）\n- 好\n- 不好"), ("survey", "questions", "问？\n- 好\n- 好"),
    ("survey", "questions", "\n\n".join(f"问题{n}" for n in range(21))), ("survey", "questions", "长" * 201),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "name", "value"), WRONG)
def test_a_wrong_field_is_said_and_everything_typed_stays(
    deeds: Studio, kind: str, name: str, value: str
) -> None:
    before = body(deeds, kind)
    answer = save(deeds, kind, **{name: value})
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "field-error" in shown and "有几处需要改一下" in shown
    assert all(FORMS[kind][one] in shown for one in ("title", "body") if one != name)
    assert body(deeds, kind) == before


LONG_LINE = "问" + " " * 30_000 + "答"
ENDLESS = [
    ("assignment", "rubric", LONG_LINE), ("survey", "questions", LONG_LINE),
    ("assignment", "rubric", "说清楚了我是谁 5 分" + "\n" * 40_000), ("survey", "questions", "问？" + "\n" * 40_000),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "name", "value"), ENDLESS)
def test_an_endless_line_or_text_is_refused_at_once_and_stays_in_its_field(
    deeds: Studio, kind: str, name: str, value: str
) -> None:
    before = body(deeds, kind)
    began = time.process_time()
    answer = save(deeds, kind, **{name: value})
    assert time.process_time() - began < 2
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 422 and "field-error" in shown
    assert value.strip() in shown
    assert body(deeds, kind) == before


def test_ids_stay_with_their_lines_so_that_points_and_answers_given_keep_their_meaning(deeds: Studio) -> None:
    save(deeds, "assignment")
    save(deeds, "survey")
    first, second = body(deeds, "assignment").rubric
    save(deeds, "assignment", rubric="问了一个问题 3 分\n说清楚了我是谁，为什么来 2 分")
    moved = body(deeds, "assignment").rubric
    assert [one.id for one in moved] == [second.id, first.id]
    save(deeds, "assignment", rubric="新的一条 5 分\n问了一个问题 3 分\n说清楚了我是谁，为什么来 2 分")
    grown = body(deeds, "assignment").rubric
    assert [one.id for one in grown[1:]] == [second.id, first.id]
    assert grown[0].id not in (first.id, second.id)
    kept = [one.id for one in body(deeds, "survey").questions]
    save(deeds, "survey", questions=QUESTIONS.replace("- 没用", "- 用处不大"))
    assert [one.id for one in body(deeds, "survey").questions] == kept


def test_the_marks_may_be_written_in_english(deeds: Studio) -> None:
    save(deeds, "survey", questions="Which ones? (several) (optional)\n- a\n- b\n\nHow was it? (scale)")
    first, second = body(deeds, "survey").questions
    assert (first.text, first.asks, first.optional) == ("Which ones?", Asks.SEVERAL, True)
    assert second.asks == Asks.SCALE


def test_the_steps_lead_to_what_is_missing_and_then_the_preview_shows_her_pages(deeds: Studio) -> None:
    build = f"/teach/c/{deeds.draft.id}"
    shown = deeds.browser.get(build).get_data(as_text=True)
    for kind, field in (("classroom", "body"), ("assignment", "rubric"), ("survey", "questions")):
        assert f"/teach/l/{deeds.lesson(kind).id}#{field}" in shown
    for kind in FORMS:
        save(deeds, kind)
    after = deeds.browser.get(build).get_data(as_text=True)
    assert not any(f"/teach/l/{deeds.lesson(kind).id}#" in after for kind in FORMS)
    for kind, words in (
        ("classroom", "村委会二楼"),
        ("assignment", "问了一个问题"),
        ("survey", "老师讲得怎么样"),
    ):
        position = deeds.lesson(kind).position
        inside = deeds.browser.get(f"{build}/preview/{position}")
        assert inside.status_code == 200
        assert words in inside.get_data(as_text=True)


def test_a_lesson_of_a_package_that_says_more_than_the_form_is_shown_and_not_cut(deeds: Studio) -> None:
    row = deeds.lesson("survey")
    row.body = row.body | {
        "questions": [{"id": "q", "text": "两行\n问题", "asks": "words", "options": [], "optional": False}]
    }
    db.session.commit()
    assert "这种课在这里不能改" in page(deeds, "survey")


def test_a_colleagues_newer_version_is_shown_beside(deeds: Studio) -> None:
    save(deeds, "survey")
    answer = save(deeds, "survey", revision="1", questions="只问这一句？")
    assert answer.status_code == 409
    assert "只问这一句？" in answer.get_data(as_text=True)
    assert len(body(deeds, "survey").questions) == 4


def test_a_trainer_of_the_next_county_and_an_auditor_do_not_reach_them(
    deeds: Studio, as_person: Callable[[Person], FlaskClient]
) -> None:
    row: DraftLesson = deeds.lesson("assignment")
    for her, status in (
        (house.staff(Role.TRAINER, deeds.tree.sibling), 404),
        (house.staff(Role.OFFICER, deeds.tree.county), 403),
    ):
        browser = as_person(her)
        assert browser.get(f"/teach/l/{row.id}").status_code == status
        answer = house.post(browser, f"/teach/l/{row.id}", house.csrf(browser, "/help"), **WORK)
        assert answer.status_code == status
    assert body(deeds, "assignment").rubric == ()
