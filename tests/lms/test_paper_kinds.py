"""A paper of every kind that grades itself, answered with plain forms; what has no page here is not published."""

import html
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from courses.errors import CourseError
from courses.items import Criterion, Item, ItemKind, Number, Option, Region, Shape
from courses.model import (
    Body,
    ClassroomBody,
    Course,
    Draw,
    Lesson,
    Module,
    QuizBody,
    SurveyBody,
    TextPage,
    VideoBody,
)
from lms.accounts.models import Person
from lms.catalogue.commands import publish
from lms.extensions import db
from tests.factories import Tree, document, page_token, person, post, tree

SignIn = Callable[[Person], FlaskClient]


def item(name: str, kind: ItemKind, **fields: object) -> Item:
    empty = {
        "id": name,
        "kind": kind,
        "stem": f"题 {name}",
        "options": (),
        "key": (),
        "explanation": "",
        "lesson": "",
    }
    return Item(**empty | fields)  # type: ignore[arg-type]


OPTIONS = tuple(Option(one, f"第{one}") for one in "abc")
PAPER = (
    item("text", ItemKind.TEXT, key=("自愿",)),
    item("number", ItemKind.NUMBER, key=(Number(72, 0),), unit="小时"),
    item("cloze", ItemKind.CLOZE, stem="甲[[1]]乙[[2]]", key=(("一",), Number(2)), partial=True),
    item("order", ItemKind.ORDER, options=OPTIONS, key=("c", "a", "b")),
    item("match", ItemKind.MATCH, left=(Option("l1", "左一"), Option("l2", "左二")), right=(Option("r1", "右一"), Option("r2", "右二")),
         key=(("l1", "r2"), ("l2", "r1")), partial=True),
    item("spot", ItemKind.HOTSPOT, picture="img/x.png", alt="一间厨房", key=("r1",),
         regions=(Region("r1", "灶台", Shape.RECT, (0, 0, 9, 9)), Region("r2", "窗台", Shape.CIRCLE, (50, 50, 9)))),
    item("case", ItemKind.CASE, stem="王阿姨独居。", items=(item("part", ItemKind.MULTIPLE, options=OPTIONS, key=("a", "b")),)),
)  # fmt: skip
RIGHT = {
    "item-text": " 自 愿", "item-number": "７２小时", "item-cloze": ["一", "2"], "item-order": ["c", "a", "b"],
    "item-match-l1": "r2", "item-match-l2": "r1", "item-spot": "r1", "item-part": ["a", "b"],
}  # fmt: skip


def course(body: Body) -> Course:
    whole = document()
    return replace(whole, modules=(Module("m1", "单元", (Lesson("paper", "考一考", "", 5, body),)),))


@pytest.fixture
def place(app: Flask) -> Tree:
    return tree()


@pytest.fixture
def browser(place: Tree, as_person: SignIn) -> FlaskClient:
    return as_person(person("13900000001", place.village))


def published(place: Tree, body: Body) -> None:
    publish(course(body), {}, unit_id=place.county.id, actor_id=None)
    db.session.commit()


def begin(browser: FlaskClient) -> str:
    token = page_token(browser, "/c/small")
    address: str = browser.post("/c/small/1/try", data={"csrf_token": token}).headers["Location"]
    return address


def test_every_kind_is_answered_with_plain_forms_and_graded(place: Tree, browser: FlaskClient) -> None:
    published(place, QuizBody(PAPER, 60, None, False))
    address = begin(browser)
    page = html.unescape(browser.get(address).get_data(as_text=True)).replace("\u2060", "")
    assert all(
        words in page
        for words in (
            "小时",
            "甲（1）＿＿＿乙",
            "左一",
            "灶台",
            "一间厨房",
            "王阿姨独居。",
            'name="item-match-l1"',
        )
    )
    assert post(browser, address, RIGHT).status_code == 302
    assert page_token(browser, address)
    post(browser, f"{address}/submission", {}, page=address)
    assert "100 分" in browser.get(f"{address}/result").get_data(as_text=True)


SINGLE_KINDS = (
    (item("one", ItemKind.SINGLE, options=OPTIONS, key=("b",)), {"item-one": "b"}),
    (item("part", ItemKind.MULTIPLE, options=OPTIONS, key=("a", "b")), {"item-part": ["a", "b"]}),
    (item("yes", ItemKind.TRUEFALSE, key=("true",)), {"item-yes": "true"}),
    *((one, RIGHT) for one in PAPER),
)


@pytest.mark.parametrize(("asked", "given"), SINGLE_KINDS, ids=[one.kind for one, _ in SINGLE_KINDS])
def test_a_kind_is_answered_by_its_plain_form(
    place: Tree, browser: FlaskClient, asked: Item, given: dict[str, object]
) -> None:
    published(place, QuizBody((asked,), 100, None, False))
    address = begin(browser)
    looked = post(browser, address, given, page=address)
    assert looked.status_code == 302 and looked.headers["Location"].endswith("/hand-in")
    assert "都答完了" in browser.get(f"{address}/hand-in").get_data(as_text=True)
    post(browser, f"{address}/submission", {}, page=address)
    result = browser.get(f"{address}/result").get_data(as_text=True)
    assert "<h1>100 分</h1>" in result and "每道题都答对了" in result


def test_an_essay_is_answered_by_its_plain_form_and_waits_for_a_person(
    place: Tree, browser: FlaskClient
) -> None:
    essay = item("e", ItemKind.ESSAY, rubric=(Criterion("r", "好", 2),))
    published(place, QuizBody((essay,), 100, None, False))
    address = begin(browser)
    post(browser, address, {"item-e": "先尊重她。"})
    post(browser, f"{address}/submission", {}, page=address)
    assert "<h1>等老师看</h1>" in browser.get(f"{address}/result").get_data(as_text=True)


def test_too_many_places_on_a_picture_bring_the_form_back_with_what_she_chose(
    place: Tree, browser: FlaskClient
) -> None:
    two = replace(
        PAPER[5],
        key=("r1", "r2"),
        regions=(*PAPER[5].regions, Region("r3", "门", Shape.RECT, (20, 20, 5, 5))),
    )
    published(place, QuizBody((two,), 100, None, False))
    address = begin(browser)
    refused = post(browser, address, {"item-spot": ["r1", "r2", "r3"]})
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422 and page.count(" checked") == 3
    assert "第 1 题只要选 2 处，您选了 3 处" in page
    assert browser.get(address).get_data(as_text=True).count(" checked") == 0


def test_pictures_of_stems_and_options_stand_with_their_words(place: Tree, browser: FlaskClient) -> None:
    address = f"/pictures/{'0' * 40}-640x480"
    asked = item("p", ItemKind.SINGLE, stem=f"看图：![一间厨房]({address})", key=("a",),
                 options=(Option("a", f"1 < 2 ![灶台]({address})"), Option("b", "*窗台*")))  # fmt: skip
    published(place, QuizBody((asked,), 100, None, False))
    page = browser.get(begin(browser)).get_data(as_text=True)
    size = 'width="640" height="480"'
    assert f'alt="一间厨房" loading="lazy" {size}' in page or f'alt="一间厨房" {size}' in page
    assert f'1 &lt; 2 <img src="{address}" alt="灶台" {size}>' in page and "*窗台*" in page


def test_the_areas_of_a_picture_carry_the_numbers_of_the_list_below(
    place: Tree, browser: FlaskClient
) -> None:
    published(place, QuizBody((PAPER[5],), 100, None, False))
    page = browser.get(begin(browser)).get_data(as_text=True)
    assert 'data-region="r2" data-words="窗台"' in page and ">2</text>" in page
    assert '<b class="spot-n">2</b><span>窗台</span>' in page


def test_her_answers_stand_in_the_form_again(place: Tree, browser: FlaskClient) -> None:
    published(place, QuizBody(PAPER, 60, None, False))
    address = begin(browser)
    post(browser, address, RIGHT)
    page = browser.get(address).get_data(as_text=True)
    assert page.count(" selected") == 5 and 'value="７２小时"' in page and page.count(" checked") == 3


def test_half_of_a_match_earns_half(place: Tree, browser: FlaskClient) -> None:
    published(place, QuizBody(PAPER[4:5], 60, None, False))
    address = begin(browser)
    post(browser, address, {"item-match-l1": "r2", "item-match-l2": ""})
    post(browser, f"{address}/submission", {}, page=address)
    assert "50 分" in browser.get(f"{address}/result").get_data(as_text=True)


def test_a_drawn_paper_takes_unseen_items_the_next_time(place: Tree, browser: FlaskClient) -> None:
    bank = tuple(item(f"q{n}", ItemKind.TEXT, stem=f"第{n}号题", key=("甲",)) for n in range(6))
    published(place, QuizBody(bank, 60, None, True, (Draw(3),)))
    first = begin(browser)
    shown = {n for n in range(6) if f"第{n}号题" in browser.get(first).get_data(as_text=True)}
    assert len(shown) == 3
    post(browser, f"{first}/submission", {}, page=first)
    second = begin(browser)
    again = {n for n in range(6) if f"第{n}号题" in browser.get(second).get_data(as_text=True)}
    assert shown | again == set(range(6))


def test_a_lesson_in_a_hall_says_how_it_is_done(place: Tree, browser: FlaskClient) -> None:
    published(place, ClassroomBody("练习按压。", 90, "县妇联会议室", ("身份证",)))
    page = browser.get("/c/small/1").get_data(as_text=True)
    assert all(words in page for words in ("这一课要到现场上", "县妇联会议室", "身份证", "练习按压。"))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (SurveyBody("说说看", ()), "survey-empty"),
        (
            VideoBody(
                "k",
                0.9,
                (TextPage("一页。", 5),),
                (
                    item("t", ItemKind.TEXT, key=("自愿",)),
                    item("e", ItemKind.ESSAY, rubric=(Criterion("r", "好", 1),)),
                ),
            ),
            "checks-kind",
        ),
    ],
)
def test_what_nobody_could_do_here_is_not_published(place: Tree, body: Body, code: str) -> None:
    with pytest.raises(CourseError) as caught:
        published(place, body)
    assert {problem.code for problem in caught.value.problems} == {code}
