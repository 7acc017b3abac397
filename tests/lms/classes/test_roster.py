"""The roster taken away and put right: a sheet to sign, an Excel file, a session called off, a wrong tick."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from courses.model import Lesson, TextBody
from lms.accounts.models import Person
from lms.certificates.models import Certificate
from lms.classes import codes
from lms.classes.models import Attendance, AttendanceChange, ClassSession, SignUp
from lms.core import clock
from lms.core.audit_log import AuditEntry
from lms.extensions import db
from lms.federations import commands as federations
from lms.federations.models import Membership
from lms.federations.permissions import Role
from lms.learning.models import Completion, LessonCompletion
from tests import house
from tests.factories import Tree, person, post, tree

pytestmark = pytest.mark.both_databases
SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def place(app: Flask) -> Tree:
    return tree()


@pytest.fixture
def session(place: Tree) -> ClassSession:
    return house.class_session(place.county, seats=2, hours_ahead=2)


@pytest.fixture
def her(place: Tree) -> Person:
    return person("13900000001", place.village, "王秀英")


@pytest.fixture
def organiser(as_person: SignIn, place: Tree) -> FlaskClient:
    return as_person(trainer(place.county, "13900000011"))


def trainer(unit: object, phone: str, role: Role = Role.TRAINER) -> Person:
    made = person(phone, unit, "李敏")
    federations.appoint(made.id, role, unit, actor_id=None)
    db.session.commit()
    return made


def lesson_of(session: ClassSession) -> str:
    return f"/c/{session.course.slug}/1"


def take_seat(browser: FlaskClient, session: ClassSession) -> int:
    where = lesson_of(session)
    browser.get(where)
    return post(browser, f"{where}/seat", {"session": session.id}, page="/help").status_code


def send(browser: FlaskClient, where: str, **fields: str) -> tuple[int, str]:
    answer = post(browser, where, fields, page="/help")
    return answer.status_code, answer.get_data(as_text=True)


def roster(session: ClassSession, more: str = "") -> str:
    return f"/teach/sessions/{session.id}{more}"


def text(browser: FlaskClient, where: str) -> str:
    answer = browser.get(where)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def actions() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.action)))


def tick(organiser: FlaskClient, session: ClassSession, her: Person) -> Attendance:
    assert send(organiser, roster(session, "/attendance"), person=her.public_id)[0] == 302
    return db.session.scalars(select(Attendance).where(Attendance.person_id == her.id)).one()


def test_the_roster_leaves_as_excel_for_a_purpose_and_names_only_who_is_hers(
    as_person: SignIn, organiser: FlaskClient, place: Tree, session: ClassSession, her: Person
) -> None:
    gone = person("13900000002", place.town, "李桂兰")
    for one in (her, gone):
        assert take_seat(as_person(one), session) == 302
    membership = db.session.scalars(select(Membership).where(Membership.person_id == gone.id)).one()
    membership.unit_id = place.other_county.id
    db.session.commit()
    status, words = send(organiser, roster(session, "/roster"), purpose="")
    assert status == 422 and "请写一句用途" in words
    answer = post(organiser, roster(session, "/roster"), {"purpose": "核对到场"}, page="/help")
    sent = answer.data
    answer.close()
    assert answer.status_code == 200 and "no-store" in answer.headers["Cache-Control"]
    rows = CalamineWorkbook.from_filelike(BytesIO(sent)).get_sheet_by_index(0).to_python()
    cells = [str(cell) for row in rows for cell in row]
    assert "王秀英" in cells and "139****0001" in cells and "13900000001" not in cells
    assert "李桂兰" not in cells and any("另有 1 人" in cell for cell in cells)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "class.exported")).one()
    assert entry.detail == {"purpose": "核对到场", "people": 1}


def test_the_sheet_has_her_seat_and_lines_to_sign_and_is_recorded(
    as_person: SignIn, organiser: FlaskClient, session: ClassSession, her: Person
) -> None:
    take_seat(as_person(her), session)
    page = text(organiser, roster(session, "/sheet"))
    assert "王秀英" in page and "签名" in page and "镇文化站二楼" in page
    assert "class.printed" in actions()


def test_called_off_is_said_to_her_with_the_reason_and_nothing_is_lost(
    as_person: SignIn, organiser: FlaskClient, place: Tree, session: ClassSession, her: Person
) -> None:
    browser = as_person(her)
    take_seat(browser, session)
    assert send(organiser, roster(session, "/cancellation"), reason=" ")[0] == 422
    assert send(organiser, roster(session, "/cancellation"), reason="台风，路封了")[0] == 302
    page = text(browser, lesson_of(session))
    assert "这场课取消了" in page and "台风，路封了" in page
    assert len(db.session.scalars(select(SignUp)).all()) == 1
    late = as_person(person("13900000003", place.town))
    assert "镇文化站二楼" not in text(late, lesson_of(session))
    assert take_seat(late, session) == 409
    assert send(organiser, roster(session, "/cancellation"), reason="再取消一次")[0] == 409
    with clock.travel(hours=2):
        status, words = send(browser, f"/s/{codes.code_of(session)}")
        assert status == 409 and "台风，路封了" in words
        assert send(organiser, roster(session, "/attendance"), person=her.public_id)[0] == 409
    assert "取消了" in text(organiser, "/teach/sessions")
    assert actions().count("class.cancelled") == 1


def test_called_off_is_said_in_her_language_on_the_page_of_the_code_and_on_the_wall(
    as_person: SignIn, organiser: FlaskClient, session: ClassSession, her: Person
) -> None:
    browser = as_person(her)
    assert send(organiser, roster(session, "/cancellation"), reason="台风，路封了")[0] == 302
    address = f"/s/{codes.code_of(session)}"
    assert "这场课取消了：台风，路封了" in browser.get(address).get_data(as_text=True)
    for one, where in ((browser, address), (organiser, roster(session, "/code"))):
        one.set_cookie("lang", "en")
        page = one.get(where).get_data(as_text=True)
        assert "This session was called off: 台风，路封了" in page and "取消了：" not in page


def test_a_wrong_tick_is_put_right_both_stay_and_what_she_finished_stays(
    as_person: SignIn, organiser: FlaskClient, session: ClassSession, her: Person
) -> None:
    with clock.travel(hours=2):
        row = tick(organiser, session, her)
        where = f"/teach/sessions/attendance/{row.id}"
        assert "拿到的证书不会自动变" in text(organiser, roster(session))
        assert send(organiser, where, reason="")[0] == 422
        assert send(organiser, where, reason="点错了人")[0] == 302
        assert send(organiser, where, reason="点错了人")[0] == 409
        assert send(organiser, roster(session, "/attendance"), person=her.public_id)[0] == 409
        page = text(organiser, roster(session))
        assert "到场 0 人" in page and "更正为没有到场：点错了人" in page
    db.session.expire_all()
    kept = db.session.scalars(select(Attendance)).one()
    assert (kept.id, kept.by_id is not None, kept.counts) == (row.id, True, False)
    assert db.session.scalars(select(LessonCompletion.how)).all() == ["attended"]
    assert len(db.session.scalars(select(Completion)).all()) == 1
    assert all(one.revoked_at is None for one in db.session.scalars(select(Certificate)))
    with clock.travel(hours=2, minutes=5):
        status, words = send(as_person(her), f"/s/{codes.code_of(session)}")
        assert status == 409 and "更正过您这一场的到场记录" in words and "签到好了" not in words
        assert send(organiser, where, reason="她来了，后来认出来", to="came")[0] == 302
        assert "到场 1 人" in text(organiser, roster(session))
    reasons = db.session.execute(select(AttendanceChange.counts, AttendanceChange.reason)).all()
    assert [tuple(one) for one in reasons] == [(False, "点错了人"), (True, "她来了，后来认出来")]
    assert {"attendance.withdrawn", "attendance.restored"} <= set(actions())


def test_a_wrong_tick_opens_the_lesson_again_while_the_course_goes_on_and_every_page_says_why(
    as_person: SignIn, place: Tree, her: Person
) -> None:
    reading = Lesson("read", "读一读", "Read", 3, TextBody("正文。" * 50, 0))
    session = house.class_session(place.county, hours_ahead=0.5, after=(reading,))
    organiser, browser = as_person(trainer(place.county, "13900000011")), as_person(her)
    auditor = as_person(trainer(place.county, "13900000013", Role.OFFICER))
    course, why = f"/c/{session.course.slug}", "老师后来更正：没有到场（点错了人）。"
    row = tick(organiser, session, her)
    where = f"/teach/sessions/attendance/{row.id}"
    assert send(organiser, where, reason="点错了人")[0] == 302
    browser.get(f"{course}/2")
    assert send(browser, f"{course}/2/read")[0] == 302
    assert db.session.scalars(select(Completion)).all() == [], (
        "no certificate for a lesson she did not attend"
    )
    assert why in text(browser, f"{course}/1") and why in text(auditor, f"/audit/p/{her.public_id}")
    assert "签到已经记下" not in text(auditor, f"/audit/p/{her.public_id}")
    assert send(organiser, where, reason="她来了，后来认出来", to="came")[0] == 302
    assert len(db.session.scalars(select(Completion)).all()) == 1
    assert why not in text(auditor, f"/audit/p/{her.public_id}")
    assert send(organiser, where, reason="点错了人")[0] == 302
    page = text(auditor, f"/audit/p/{her.public_id}")
    assert why in page and "整门课当时已经学完" in page
    assert len(db.session.scalars(select(Completion)).all()) == 1, "finished stays finished"


def opened(words: str, field: str, typed: str) -> bool:
    """Say whether one box of the page stands open, with what was typed in its field and the message tied to it."""
    before, box = words.split("<details open>")
    found = re.search(rf'<input class="input" id="{field}"[^>]*>', box.split("</details>")[0])
    assert found and f'value="{typed}"' in found[0] and 'aria-invalid="true"' in found[0]
    assert re.search(rf'aria-describedby="([a-z0-9-]* )?{field}-error"', found[0])
    assert f'href="#{field}"' in before and f'id="{field}-error"' in box
    return words.count("aria-invalid") == 1


def test_a_refused_form_stands_open_with_what_was_typed_and_what_is_wrong_beside_its_field(
    as_person: SignIn, organiser: FlaskClient, place: Tree, session: ClassSession, her: Person
) -> None:
    long = "台风，路封了。" * 30
    with clock.travel(hours=1, minutes=30):
        row = tick(organiser, session, her)
        correction = f"/teach/sessions/attendance/{row.id}"
        for where, field, typed in (
            (roster(session, "/roster"), "purpose", "看"),
            (roster(session, "/cancellation"), "cancel-reason", long),
            (correction, f"absent-{row.id}", long),
        ):
            name = "purpose" if field == "purpose" else "reason"
            status, words = send(organiser, where, **{name: typed})
            assert status == 422 and opened(words, field, typed)
        assert send(organiser, correction, reason="点错了人")[0] == 302
        status, words = send(organiser, correction, reason="点错了人，再说一次")
        assert status == 409 and "已经是这样记的了" in words and "再说一次" not in words
        status, words = send(organiser, correction, reason="她", to="came")
        assert status == 422 and opened(words, f"came-{row.id}", "她")
    assert "<details open>" not in text(organiser, roster(session))


def test_another_county_and_she_herself_put_nothing_right(
    as_person: SignIn, organiser: FlaskClient, place: Tree, session: ClassSession, her: Person
) -> None:
    with clock.travel(hours=2):
        row = tick(organiser, session, her)
        stranger = as_person(trainer(place.other_county, "13900000012"))
        for browser, status in ((stranger, 404), (as_person(her), 403)):
            assert send(browser, f"/teach/sessions/attendance/{row.id}", reason="不该改")[0] == status
            assert send(browser, roster(session, "/cancellation"), reason="不该改")[0] == status
            assert send(browser, roster(session, "/roster"), purpose="不该看")[0] == status
            assert browser.get(roster(session, "/sheet")).status_code == status
        assert send(organiser, "/teach/sessions/attendance/999999", reason="没有这一条")[0] == 404
    assert db.session.scalars(select(AttendanceChange)).all() == []
