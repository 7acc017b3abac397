"""The result page: exact points, each miss with what she chose, where to look again, what opens."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
from flask import Flask
from flask.testing import FlaskClient

from courses.items import Item, ItemKind, Option, Remark
from courses.model import Lesson, QuizBody, TextBody
from lms.accounts.models import Person
from lms.assessment import regrading
from lms.assessment.models import Attempt, RegradeChange, Response
from lms.catalogue.commands import publish
from lms.catalogue.models import Course
from lms.core.templating import points
from lms.extensions import db
from tests.factories import document, person, post, tree
from tests.lms.test_paper_kinds import PAPER, begin, item

SignIn = Callable[[Person], FlaskClient]
THREE = tuple(Option(one, f"第{one}") for one in "abc")
PAIRS = item(
    "m", ItemKind.MATCH, points=5, key=(("a", "x"), ("b", "y"), ("c", "z")), partial=True, left=THREE,
    right=tuple(Option(one, f"右{one}") for one in "xyz"),
)  # fmt: skip
THIRD = {"item-m-a": "x", "item-m-b": "z", "item-m-c": "y"}


@pytest.fixture
def browser(app: Flask, as_person: SignIn) -> FlaskClient:
    place = tree()
    app.config["COUNTY"] = place.county.id
    return as_person(person("13900000001", place.village))


def published(app: Flask, *items: Item, pass_mark: int = 60, tries: int | None = None) -> None:
    whole = document()
    lessons = (
        Lesson("paper", "考一考", "", 5, QuizBody(items, pass_mark, tries, False)),
        Lesson("read", "读一读", "", 5, TextBody("正文。", 1)),
        Lesson("later", "以后学", "", 5, TextBody("正文。", 1), ("paper",)),
    )
    content = replace(whole, modules=(replace(whole.modules[0], lessons=lessons),))
    publish(content, {}, unit_id=app.config["COUNTY"], actor_id=None)
    db.session.commit()


def result(browser: FlaskClient, answers: dict[str, object]) -> str:
    address = begin(browser)
    post(browser, address, answers)
    post(browser, f"{address}/submission", {}, page=address)
    return browser.get(f"{address}/result").get_data(as_text=True)


@pytest.mark.both_databases
def test_a_third_of_five_points_is_kept_exactly_and_shown_without_needless_digits(
    app: Flask, browser: FlaskClient
) -> None:
    published(app, PAIRS)
    page = result(browser, THIRD)
    assert "卷面得 1.67 分，满分 5 分" in page and "<h1>33 分</h1>" in page and "得 1.67 分" in page
    db.session.expire_all()
    attempt = db.session.scalars(db.select(Attempt)).one()
    assert attempt.points == Fraction(5, 3)
    assert db.session.scalars(db.select(Response)).one().points == Fraction(5, 3)


@pytest.mark.parametrize(
    ("exact", "shown"),
    [(Fraction(2), "2"), (Fraction(5, 2), "2.5"), (Fraction(5, 3), "1.67"), (Fraction(0), "0")],
)
def test_points_are_shown_without_needless_zeros(exact: Fraction, shown: str) -> None:
    assert points(exact) == shown


def test_a_miss_says_what_she_chose_what_it_earns_to_be_told_and_where_to_look_again(
    app: Flask, browser: FlaskClient
) -> None:
    asked = item("s", ItemKind.SINGLE, options=THREE, key=("b",), lesson="read", explanation="书上写了。",
                 remarks=(Remark("a", 50, "差一点，再想想先后。"),))  # fmt: skip
    published(app, replace(asked, points=3))
    page = result(browser, {"item-s": "a"})
    assert "您选的：第a" in page and "差一点，再想想先后。" in page and "得 1.5 分" in page
    assert "回看第 2 课《读一读》" in page and 'href="/c/small/2"' in page
    assert "正确的" not in page and "书上写了" not in page


def test_the_key_is_told_once_it_can_spoil_nothing(app: Flask, browser: FlaskClient) -> None:
    asked = item("s", ItemKind.SINGLE, options=THREE, key=("b",), explanation="书上写了。")
    published(app, asked, tries=1)
    page = result(browser, {"item-s": "a"})
    assert "正确的：第b" in page and "书上写了。" in page


def test_a_picture_shows_her_area_and_the_right_one(app: Flask, browser: FlaskClient) -> None:
    published(app, PAPER[5], tries=1)
    page = result(browser, {"item-spot": "r2"})
    assert "您选的：2 窗台" in page and "正确的：1 灶台" in page
    assert 'class="right" data-region="r1"' in page and 'class=" chosen" data-region="r2"' in page


def test_what_opens_is_named_before_and_after_passing(app: Flask, browser: FlaskClient) -> None:
    published(app, item("s", ItemKind.SINGLE, options=THREE, key=("b",)))
    failed = result(browser, {"item-s": "a"})
    assert "通过以后就能学" in failed and "第 3 课《以后学》" in failed and 'href="/c/small/3"' not in failed
    passed = result(browser, {"item-s": "b"})
    assert "现在可以学了" in passed and 'href="/c/small/3"' in passed and "接着学第 2 课" in passed


def test_a_regrade_keeps_the_exact_points_before_and_after(app: Flask, browser: FlaskClient) -> None:
    published(app, PAIRS)
    result(browser, THIRD)
    published(app, replace(PAIRS, key=(("a", "x"), ("b", "z"), ("c", "x"))))
    course = db.session.scalars(db.select(Course)).one()
    regrading.regrade(course, "paper", reason="第 1 题标错", expected=1, actor_id=None)
    db.session.commit()
    db.session.expire_all()
    kept = db.session.scalars(db.select(RegradeChange)).one()
    assert (kept.before_points, kept.after_points) == (Fraction(5, 3), Fraction(10, 3))
    assert db.session.scalars(db.select(Attempt)).one().points == Fraction(10, 3)
    assert regrading.preview(course, "paper").changes == []
