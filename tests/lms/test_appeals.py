"""A lesson that was not counted: she says so, an officer decides, both stay on record."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person
from lms.core import clock
from lms.extensions import db
from lms.federations import commands as federations
from lms.federations.permissions import Role
from lms.learning.models import Appeal, LessonCompletion
from tests.factories import Tree, person, post, published, tree
from tests.lms.test_journey import open_video, send, watched

pytestmark = pytest.mark.both_databases
SignIn = Callable[[Person], FlaskClient]
PAGE = "/c/small/2/appeal"


@pytest.fixture
def place(app: Any) -> Tree:
    made = tree()
    published(made.county)
    return made


@pytest.fixture
def her(place: Tree) -> Person:
    return person("13900000001", place.village)


def officer(place: Tree, *, other: bool = False) -> Person:
    made = person("13900000002" if other else "13900000003", place.county, "赵岚")
    federations.appoint(made.id, Role.OFFICER, place.other_county if other else place.county, actor_id=None)
    db.session.commit()
    return made


def appealed(browser: FlaskClient) -> int:
    visit = open_video(browser)
    with clock.travel(seconds=20):
        send(browser, watched(visit, [0, 20]))
    assert post(browser, PAGE, {"note": "周二在活动室看完的，后来停电了。"}).status_code == 302
    return db.session.scalars(select(Appeal.id)).one()


def decide(browser: FlaskClient, appeal_id: int, decision: str, answer: str = "查了签到表，属实。") -> Any:
    where = f"/appeals/{appeal_id}"
    return post(browser, f"{where}/decision", {"decision": decision, "answer": answer}, page="/help")


def test_what_an_officer_accepts_counts_and_says_how(as_person: SignIn, her: Person, place: Tree) -> None:
    browser, staff = as_person(her), as_person(officer(place))
    appeal_id = appealed(browser)
    assert "正在核实" in browser.get(PAGE).get_data(as_text=True)
    page = staff.get(f"/appeals/{appeal_id}").get_data(as_text=True)
    assert "后来停电了" in page and "还没看" in page
    assert decide(staff, appeal_id, "accept").status_code == 302
    done = db.session.scalars(select(LessonCompletion).where(LessonCompletion.lesson_id == "watch")).one()
    assert (done.how, done.evidence) == ("decided", {"appeal": appeal_id})
    assert "本单位核实过" in browser.get("/c/small/2").get_data(as_text=True)
    assert "查了签到表" in browser.get(PAGE).get_data(as_text=True)
    assert "单位核实" in staff.get(f"/audit/p/{her.public_id}").get_data(as_text=True)


def test_a_refusal_is_told_with_its_reason_and_she_may_say_more(
    as_person: SignIn, her: Person, place: Tree
) -> None:
    browser = as_person(her)
    appeal_id = appealed(browser)
    assert decide(as_person(officer(place)), appeal_id, "refuse", "那天没有开门。").status_code == 302
    page = browser.get(PAGE).get_data(as_text=True)
    assert "那天没有开门" in page and 'name="note"' in page
    assert post(browser, PAGE, {"note": "记错了，是周三。"}).status_code == 302
    assert db.session.scalars(select(Appeal.state).order_by(Appeal.id)).all() == ["refused", "open"]


def test_an_officer_of_another_county_finds_nothing(as_person: SignIn, her: Person, place: Tree) -> None:
    appeal_id = appealed(as_person(her))
    stranger = as_person(officer(place, other=True))
    assert "王秀英" not in stranger.get("/appeals").get_data(as_text=True)
    assert decide(stranger, appeal_id, "accept").status_code == 404
    assert db.session.get_one(Appeal, appeal_id).state == "open"


def test_wrong_words_are_answered_on_the_page_with_all_that_was_typed(
    as_person: SignIn, her: Person, place: Tree
) -> None:
    browser, staff = as_person(her), as_person(officer(place))
    browser.get("/c/small/2")
    for note, said in (("  ", "请写要说明的情况"), ("长" * 501, "最多写 500 个字")):
        answer = post(browser, PAGE, {"note": note})
        assert answer.status_code == 422
        assert said in answer.get_data(as_text=True)
        assert note.strip() in answer.get_data(as_text=True)
    appeal_id = appealed(browser)
    again = post(browser, PAGE, {"note": "再说一次"}, page="/help")
    assert again.status_code == 409
    assert "正在等单位核实" in again.get_data(as_text=True)
    assert decide(staff, appeal_id, "perhaps").status_code == 422
    assert decide(staff, appeal_id, "accept", "").status_code == 422
    assert decide(staff, appeal_id, "accept").status_code == 302
    assert decide(staff, appeal_id, "refuse").status_code == 409
    assert post(browser, PAGE, {"note": "还要说"}, page="/help").status_code == 409
