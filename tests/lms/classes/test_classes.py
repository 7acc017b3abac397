"""Face-to-face sessions: seats, the queue, signing in at the venue, the roster, the lesson that follows."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person
from lms.classes import codes, commands
from lms.classes.models import Attendance, ClassSession, SignUp
from lms.core import clock
from lms.extensions import db
from lms.federations import commands as federations
from lms.federations.permissions import Role
from lms.learning.models import Completion, LessonCompletion
from tests import house
from tests.factories import Tree, person, post, tree
from tests.lms.test_races import at_once

pytestmark = pytest.mark.both_databases
SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def place(app: Flask) -> Tree:
    return tree()


@pytest.fixture
def session(place: Tree) -> ClassSession:
    return house.class_session(place.county, seats=1, hours_ahead=2)


@pytest.fixture
def her(place: Tree) -> Person:
    return person("13900000001", place.village)


def trainer(place: Tree, *, other: bool = False) -> Person:
    made = person("13900000012" if other else "13900000011", place.county, "李敏")
    federations.appoint(made.id, Role.TRAINER, place.other_county if other else place.county, actor_id=None)
    db.session.commit()
    return made


def lesson_of(session: ClassSession) -> str:
    return f"/c/{session.course.slug}/1"


def seat(browser: FlaskClient, session: ClassSession) -> str:
    where = lesson_of(session)
    assert post(browser, f"{where}/seat", {"session": session.id}, page=where).status_code == 302
    return browser.get(where).get_data(as_text=True)


def scan(browser: FlaskClient, code: str) -> tuple[int, str]:
    answer = post(browser, f"/s/{code}", {}, page="/help")
    return answer.status_code, answer.get_data(as_text=True)


def test_the_last_seat_is_hers_the_next_one_waits_and_gets_it_when_she_steps_back(
    as_person: SignIn, place: Tree, session: ClassSession, her: Person
) -> None:
    browser, other = as_person(her), as_person(person("13900000002", place.town, "李桂兰"))
    assert "还有 1 个" in browser.get(lesson_of(session)).get_data(as_text=True)
    assert "您报上名了，1 号" in seat(browser, session)
    assert "您在候补里" in seat(other, session)
    back = f"{lesson_of(session)}/seat/return"
    assert post(browser, back, {"session": session.id}, page="/help").status_code == 302
    assert "您报上名了，1 号" in other.get(lesson_of(session)).get_data(as_text=True)


def test_someone_of_another_county_neither_sees_nor_takes_a_seat(
    as_person: SignIn, place: Tree, session: ClassSession
) -> None:
    stranger = as_person(person("13900000003", place.other_county))
    assert "镇文化站" not in stranger.get(lesson_of(session)).get_data(as_text=True)
    answer = post(stranger, f"{lesson_of(session)}/seat", {"session": session.id}, page="/help")
    assert answer.status_code == 404
    assert db.session.scalars(select(SignUp)).all() == []


def test_signing_in_at_the_venue_finishes_lesson_and_course_once(
    as_person: SignIn, session: ClassSession, her: Person
) -> None:
    browser = as_person(her)
    with clock.travel(hours=2):
        code = codes.code_of(session)
        page = browser.get(f"/s/{code}")
        assert page.status_code == 200
        assert "镇文化站二楼" in page.get_data(as_text=True)
        assert db.session.scalars(select(Attendance)).all() == []
        status, words = scan(browser, code)
        assert (status, "✓ 签到好了" in words) == (200, True)
        assert scan(browser, code)[0] == 200
    row = db.session.scalars(select(Attendance)).one()
    assert (row.by_id, row.late, row.person_id) == (None, False, her.id)
    assert db.session.scalars(select(LessonCompletion.how)).all() == ["attended"]
    assert len(db.session.scalars(select(Completion)).all()) == 1
    assert "到场学过了" in browser.get(lesson_of(session)).get_data(as_text=True)


def test_too_early_too_late_and_an_old_code_are_answered_in_words(
    as_person: SignIn, session: ClassSession, her: Person
) -> None:
    browser = as_person(her)
    status, words = scan(browser, codes.code_of(session))
    assert (status, "还没到签到时间" in words) == (409, True)
    with clock.travel(hours=2):
        code = codes.code_of(session)
    with clock.travel(hours=2, minutes=30):
        status, words = scan(browser, code)
        assert (status, "已经换过了" in words) == (409, True)
        assert scan(browser, session.code)[0] == 409
    with clock.travel(hours=4):
        status, words = scan(browser, codes.code_of(session))
        assert (status, "在名单上补记" in words) == (409, True)
    assert scan(browser, "nothing.like-it")[0] == 404
    assert db.session.scalars(select(Attendance)).all() == []


def test_the_organiser_ticks_who_came_and_later_entry_is_flagged(
    as_person: SignIn, place: Tree, session: ClassSession, her: Person
) -> None:
    seat(as_person(her), session)
    staff = as_person(trainer(place))
    where = f"/teach/sessions/{session.id}"
    early = post(staff, f"{where}/attendance", {"person": her.public_id}, page=where)
    assert (early.status_code, "还没到上课时间" in early.get_data(as_text=True)) == (409, True)
    with clock.travel(hours=5):
        page = staff.get(where).get_data(as_text=True)
        assert "缺席 1 人" in page
        assert her.masked_phone in page
        assert her.phone not in page
        none = post(staff, f"{where}/attendance", {}, page=where)
        assert (none.status_code, "还没有选人" in none.get_data(as_text=True)) == (422, True)
        assert post(staff, f"{where}/attendance", {"person": her.public_id}, page=where).status_code == 302
        assert "课后补记" in staff.get(where).get_data(as_text=True)
    row = db.session.scalars(select(Attendance)).one()
    assert (row.late, row.by_id is not None) == (True, True)
    assert db.session.scalars(select(LessonCompletion.how)).all() == ["attended"]


def test_people_of_another_county_cannot_be_ticked_and_its_trainer_finds_nothing(
    as_person: SignIn, place: Tree, session: ClassSession
) -> None:
    where = f"/teach/sessions/{session.id}"
    foreign = person("13900000004", place.other_county)
    staff, stranger = as_person(trainer(place)), as_person(trainer(place, other=True))
    with clock.travel(hours=2):
        answer = post(staff, f"{where}/attendance", {"person": foreign.public_id}, page=where)
        assert answer.status_code == 422
        for address in (where, f"{where}/code"):
            assert stranger.get(address).status_code == 404
    assert db.session.scalars(select(Attendance)).all() == []


def test_a_trainer_holds_a_session_and_a_wrong_form_keeps_what_was_typed(
    as_person: SignIn, place: Tree, session: ClassSession
) -> None:
    staff = as_person(trainer(place))
    typed = {
        "form_id": "f", "lesson": f"{session.course.slug}/hall", "unit": house.code(place.county),
        "day": "2099-11-03", "start": "09:00", "end": "08:00", "place": "文化站大厅", "seats": "0",
        "organiser": "李敏",
    }  # fmt: skip
    answer = post(staff, "/teach/sessions", typed, page="/teach/sessions/new")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "结束要晚于开始" in page and "座位数请写" in page and "文化站大厅" in page
    right = typed | {"end": "11:00", "seats": "30"}
    first = post(staff, "/teach/sessions", right, page="/teach/sessions/new")
    again = post(staff, "/teach/sessions", right, page="/teach/sessions/new")
    assert first.status_code == again.status_code == 302
    assert first.headers["Location"] == again.headers["Location"]
    assert "文化站大厅" in staff.get("/teach/sessions").get_data(as_text=True)


def test_thirty_people_race_for_five_seats(app: Flask, place: Tree) -> None:
    session_id = house.class_session(place.county, seats=5, hours_ahead=2).id
    ids = iter([person(f"1390001{n:04d}", place.village).id for n in range(30)])

    def ask() -> None:
        commands.sign_up(db.session.get_one(ClassSession, session_id), next(ids))

    assert at_once(app, 30, ask) == []
    seats = db.session.scalars(select(SignUp.seat).where(SignUp.session_id == session_id)).all()
    assert sorted(one for one in seats if one) == [1, 2, 3, 4, 5]
    assert len(seats) == 30
