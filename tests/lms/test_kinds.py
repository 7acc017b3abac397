"""Assignments, surveys and what comes before a course: each by plain forms, seen by her, her trainer, a stranger."""

import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from courses.items import Criterion
from courses.model import Asks, AssignmentBody, EvidenceKind, Lesson, Module, Question, SurveyBody
from lms.accounts.models import Person
from lms.assets.commands import storage
from lms.catalogue.commands import publish
from lms.extensions import db
from lms.federations import commands as federations
from lms.federations.permissions import Role
from lms.learning.models import Completion, HandIn, LessonCompletion, SurveyAnswer
from tests import house
from tests.factories import Tree, document, page_token, person, post, tree

pytestmark = pytest.mark.both_databases
SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def place(app: Flask) -> Tree:
    return tree()


@pytest.fixture
def her(place: Tree) -> Person:
    return person("13900000001", place.village)


def trainer(place: Tree, *, other: bool = False) -> Person:
    made = person("13900000012" if other else "13900000011", place.county, "李敏")
    federations.appoint(made.id, Role.TRAINER, place.other_county if other else place.county, actor_id=None)
    db.session.commit()
    return made


def course_of(place: Tree, *lessons: Lesson, slug: str = "kinds", prerequisites: tuple[str, ...] = ()) -> str:
    content = replace(
        document(slug),
        title=f"课 {slug}",
        modules=(Module("m", "单元", lessons),),
        prerequisites=prerequisites,
    )
    publish(content, {}, unit_id=place.province.id, actor_id=None)
    db.session.commit()
    return f"/c/{slug}"


def hand_in(browser: FlaskClient, where: str, words: str = "", photo: bytes | None = None) -> tuple[int, str]:
    form = {"csrf_token": page_token(browser, where), "words": words}
    files = {"photo": (io.BytesIO(photo), "a.jpg")} if photo is not None else {}
    answer = browser.post(f"{where}/work", data={**form, **files}, content_type="multipart/form-data")
    return answer.status_code, answer.get_data(as_text=True)


def test_work_is_handed_in_returned_handed_in_again_and_accepted(
    as_person: SignIn, place: Tree, her: Person
) -> None:
    where = f"/c/{house.assigned(place.county).content.slug}/1"
    browser, staff = as_person(her), as_person(trainer(place))
    assert "作业还没交" in browser.get(where).get_data(as_text=True)
    assert hand_in(browser, where, "去了。")[0] == 302
    assert "老师还没看" in browser.get(where).get_data(as_text=True)
    assert hand_in(browser, where, "又交一次。")[0] == 409
    first = db.session.scalars(select(HandIn.id)).one()
    assert "王秀英" in staff.get("/teach/hand-ins").get_data(as_text=True)
    page = f"/teach/hand-ins/{first}"
    answer = post(staff, page, {"decision": "return", "comment": " ", "points-c1": "3"}, page=page)
    assert (answer.status_code, "退回要写一句评语" in answer.get_data(as_text=True)) == (422, True)
    back = {"decision": "return", "comment": "写清楚走访了谁。", "points-c1": "3"}
    assert post(staff, page, back, page=page).status_code == 302
    assert "写清楚走访了谁" in browser.get(where).get_data(as_text=True)
    assert hand_in(browser, where, "走访了李奶奶，约好下周再去。")[0] == 302
    second = f"/teach/hand-ins/{first + 1}"
    few = post(staff, second, {"decision": "accept", "points-c1": "3"}, page=second)
    assert (few.status_code, "6 分才算通过" in few.get_data(as_text=True)) == (422, True)
    many = post(staff, second, {"decision": "accept", "points-c1": "7"}, page=second)
    assert (many.status_code, "0 到 6 的分数" in many.get_data(as_text=True)) == (422, True)
    right = {"decision": "accept", "points-c1": "6", "points-c2": "2"}
    assert post(staff, second, right, page=second).status_code == 302
    assert post(staff, second, right, page=second).status_code == 409
    assert db.session.scalars(select(LessonCompletion.how)).all() == ["accepted"]
    assert db.session.scalars(select(HandIn.state).order_by(HandIn.id)).all() == ["returned", "accepted"]
    assert len(db.session.scalars(select(Completion)).all()) == 1
    assert "作业老师看过了，通过" in browser.get(where).get_data(as_text=True)


def test_a_trainer_of_another_county_finds_no_work(as_person: SignIn, place: Tree) -> None:
    row = house.work(place.county)
    stranger = as_person(trainer(place, other=True))
    assert "走访一次" not in stranger.get("/teach/hand-ins").get_data(as_text=True)
    assert stranger.get(f"/teach/hand-ins/{row.id}").status_code == 404


def test_a_photograph_is_drawn_anew_and_anything_else_is_refused_with_a_sentence(
    as_person: SignIn, place: Tree, her: Person
) -> None:
    task = AssignmentBody("拍一张。", (EvidenceKind.PHOTO,), (Criterion("c", "看得清", 1),), 1)
    where = course_of(place, Lesson("task", "拍照", "Photo", 5, task)) + "/1"
    browser = as_person(her)
    assert "请选一张照片" in hand_in(browser, where)[1]
    for bad in (
        b"MZ not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\x89PNG\r\n\x1a\n" + b"0" * 99,
    ):
        status, words = hand_in(browser, where, "我的话", bad)
        assert (status, "不是能打开的照片" in words, "我的话" in words) == (422, True, True)
    huge = io.BytesIO()
    Image.new("1", (9000, 9000)).save(huge, "PNG")
    assert "照片太大了" in hand_in(browser, where, "", huge.getvalue())[1]
    assert hand_in(browser, where, "", b"\xff" * 11_500_000)[0] == 413
    assert db.session.scalars(select(HandIn)).all() == []
    exif = Image.Exif()
    exif[0x010E] = "home address"
    good = io.BytesIO()
    Image.new("RGB", (3000, 10), "red").save(good, "JPEG", exif=exif)
    assert hand_in(browser, where, "", good.getvalue())[0] == 302
    row = db.session.scalars(select(HandIn)).one()
    assert row.picture_key
    with storage().open(row.picture_key) as kept:
        bytes_kept = kept.read()
    assert b"home address" not in bytes_kept
    assert Image.open(io.BytesIO(bytes_kept)).size[0] == 1600
    page = browser.get(where).get_data(as_text=True)
    address = page.split('src="/evidence/')[1].split('"')[0]
    with browser.get(f"/evidence/{address}") as sent:
        assert sent.data == bytes_kept
    assert browser.get(f"/evidence/{address[:-3]}abc").status_code == 404


def test_a_survey_is_answered_once_and_read_as_counts(as_person: SignIn, place: Tree, her: Person) -> None:
    asks = (
        Question("a", "讲得怎么样", Asks.SCALE),
        Question("b", "用过哪些", Asks.SEVERAL, ("电话", "微信")),
        Question("c", "想说的话", Asks.WORDS, optional=True),
    )
    where = course_of(place, Lesson("ask", "问一问", "Survey", 3, SurveyBody("请填。", asks))) + "/1"
    browser = as_person(her)
    browser.get(where)
    answer = post(browser, f"{where}/survey", {"q-a": "9", "q-c": "很好"}, page=where)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, "还有 2 个问题没有填" in page, "很好" in page) == (422, True, True)
    filled = {"q-a": "5", "q-b": ["电话", "微信", "假的"], "q-c": "很好"}
    for again in (filled, filled | {"q-a": "1"}):
        assert post(browser, f"{where}/survey", again, page="/help").status_code == 302
    row = db.session.scalars(select(SurveyAnswer)).one()
    assert row.answers == {"a": ["5"], "b": ["电话", "微信"], "c": ["很好"]}
    assert db.session.scalars(select(LessonCompletion.how)).all() == ["answered"]
    shown = as_person(trainer(place)).get("/teach/surveys?course=kinds").get_data(as_text=True)
    assert "有 1 人填了" in shown and "很好" in shown and her.name not in shown
    other = as_person(trainer(place, other=True)).get("/teach/surveys?course=kinds").get_data(as_text=True)
    assert "有 0 人填了" in other and "很好" not in other


def test_what_comes_before_a_course_and_a_lesson_is_told_with_the_way_there(
    as_person: SignIn, place: Tree, her: Person
) -> None:
    survey = SurveyBody("请填。", (Question("a", "好吗", Asks.SCALE),))
    one = Lesson("one", "第一问", "One", 3, survey)
    two = Lesson("two", "第二问", "Two", 3, survey, requires=("one",))
    first = course_of(place, one, two, slug="first")
    then = course_of(place, one, slug="then", prerequisites=("first",))
    browser = as_person(her)
    page = browser.get(then).get_data(as_text=True)
    assert "先学完《课 first》" in page and f'href="{first}"' in page
    closed = browser.get(f"{then}/1")
    assert (closed.status_code, "去学《课 first》" in closed.get_data(as_text=True)) == (409, True)
    assert post(browser, f"{then}/1/survey", {"q-a": "5"}, page="/help").status_code == 409
    waiting = browser.get(f"{first}/2")
    assert (waiting.status_code, "去学第 1 课《第一问》" in waiting.get_data(as_text=True)) == (409, True)
    assert post(browser, f"{first}/2/survey", {"q-a": "5"}, page="/help").status_code == 409
    browser.get(f"{first}/1")
    for number in (1, 2):
        assert post(browser, f"{first}/{number}/survey", {"q-a": "5"}, page="/help").status_code == 302
    assert "先学完" not in browser.get(then).get_data(as_text=True)
    assert browser.get(f"{then}/1").status_code == 200
