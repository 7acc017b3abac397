"""Signing in, joining and choosing a new password, as a browser does it."""

import itertools
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from lms.accounts import commands, limits
from lms.accounts.models import Consent, Person, ResetSlip, SignIn, SignInAttempt, Visitor
from lms.accounts.views import local_only
from lms.core import clock, crypto
from lms.core.audit_log import AuditEntry
from lms.extensions import db
from lms.federations.models import Membership
from lms.federations.queries import home_unit_id
from tests import house
from tests.house import PASSWORD, post

PHONE = "13800000001"
GOOD = {"name": "李梅", "phone": "13811112222", "password": "peach-tree-7", "unit": "970101", "consent": "y"}


def count(model: type[object]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def signed_in(browser: FlaskClient) -> bool:
    return browser.get("/learn").status_code == 200


def test_a_signed_in_woman_lands_where_she_wanted_to_go(client: FlaskClient, tree: house.Tree) -> None:
    house.person(tree.town, phone=PHONE)
    assert client.get("/me").headers["Location"] == "/login?next=/me"
    answer = post(client, "/login", phone="138 0000-0001", password=PASSWORD, next="/me")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/me")
    assert "王秀英" in client.get("/me").get_data(as_text=True)


@pytest.mark.parametrize(
    "typed", ["１３８０００００００１", "+86 13800000001", "8613800000001", "138-0000-0001"]
)
def test_the_phone_may_be_written_as_people_write_it(
    client: FlaskClient, tree: house.Tree, typed: str
) -> None:
    house.person(tree.town, phone=PHONE)
    assert post(client, "/login", phone=typed, password=PASSWORD).status_code == 302


def test_a_wrong_password_and_an_unknown_phone_read_the_same(client: FlaskClient, tree: house.Tree) -> None:
    house.person(tree.town, phone=PHONE)
    token = house.csrf(client)
    wrong = post(client, "/login", token, phone=PHONE, password="not hers at all")
    unknown = post(client, "/login", token, phone="13900000099", password="not hers at all")
    assert wrong.status_code == unknown.status_code == 422
    assert shown(wrong) == shown(unknown)
    assert "手机号或密码不对" in shown(wrong)


def shown(answer: TestResponse) -> str:
    """What a page says, without the number typed and the form tokens, which are signed anew each second."""
    text = answer.get_data(as_text=True).split("<main", 1)[1].split("</main>")[0]
    return re.sub(r'name="csrf_token"[^>]*|1\d{10}', "", text)


def test_an_unknown_phone_costs_a_password_check_too(
    client: FlaskClient, tree: house.Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.person(tree.town, phone=PHONE)
    checked, real = [], crypto.check_password
    monkeypatch.setattr(
        crypto, "check_password", lambda stored, typed: checked.append(stored) or real(stored, typed)
    )
    token = house.csrf(client)
    for phone in (PHONE, "13900000099"):
        post(client, "/login", token, phone=phone, password="not hers at all")
    assert len(checked) == 2


@pytest.mark.both_databases
def test_a_thousand_guesses_reach_the_password_at_most_a_hundred_times_a_day(
    client: FlaskClient, tree: house.Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.person(tree.town, phone=PHONE)
    judged = []
    monkeypatch.setattr(crypto, "check_password", lambda stored, typed: judged.append(typed) or False)
    monkeypatch.setattr(crypto, "hash_password", lambda typed: "-")
    monkeypatch.setattr(commands, "open_slip", lambda person, code: judged.append(code))
    token = house.csrf(client)
    for minute, guess in itertools.product(range(0, 20 * 25, 20), range(40)):
        with clock.travel(minutes=minute):
            if guess % 2:
                post(client, "/reset", token, phone=PHONE, code=f"GUESS{guess}", password="new-password-1")
            else:
                post(client, "/login", token, phone=PHONE, password=f"guess {guess}")
    assert len(judged) == limits.ACCOUNT_DAY


def test_after_ten_wrong_guesses_the_answer_says_how_many_minutes_to_wait_and_then_she_gets_in(
    client: FlaskClient, tree: house.Tree
) -> None:
    house.person(tree.town, phone=PHONE)
    token = house.csrf(client)
    for _ in range(limits.ACCOUNT_SHORT):
        assert post(client, "/login", token, phone=PHONE, password="wrong wrong").status_code == 422
    refused = post(client, "/login", token, phone=PHONE, password=PASSWORD)
    assert refused.status_code == 429
    assert "请过 15 分钟再试" in refused.get_data(as_text=True)
    with clock.travel(minutes=16):
        assert post(client, "/login", token, phone=PHONE, password=PASSWORD).status_code == 302


@pytest.mark.both_databases
def test_sixty_women_behind_one_address_all_get_in(app: Flask, tree: house.Tree) -> None:
    phones = [house.person(tree.town).phone for _ in range(60)]
    for phone in phones:
        browser = app.test_client()
        token = house.csrf(browser)
        assert post(browser, "/login", token, phone=phone, password="slipped once").status_code == 422
        assert post(browser, "/login", token, phone=phone, password=PASSWORD).status_code == 302
    assert count(SignIn) == 60


def test_a_right_password_is_not_counted(client: FlaskClient, tree: house.Tree) -> None:
    house.person(tree.town, phone=PHONE)
    post(client, "/login", phone=PHONE, password=PASSWORD)
    assert count(SignInAttempt) == 0


def test_the_session_after_signing_in_is_another_one(client: FlaskClient, tree: house.Tree) -> None:
    house.person(tree.town, phone=PHONE)
    for _ in range(2):
        token = house.csrf(client, "/help")
        with client.session_transaction() as session:
            session["planted"] = "by somebody else"
            before = dict(session)
        post(client, "/login", token, phone=PHONE, password=PASSWORD)
        with client.session_transaction() as session:
            after = dict(session)
        assert "planted" not in after
        assert after["sid"] != before.get("sid")
        assert after.get("csrf_token") != before["csrf_token"]


def test_signing_out_ends_the_session_on_the_server_too(client: FlaskClient, tree: house.Tree) -> None:
    house.person(tree.town, phone=PHONE)
    post(client, "/login", phone=PHONE, password=PASSWORD)
    with client.session_transaction() as session:
        kept = session["sid"]
    assert post(client, "/logout", house.csrf(client, "/me")).status_code == 302
    with client.session_transaction() as session:
        session["sid"] = kept
    assert not signed_in(client)


def test_a_suspended_woman_is_out_at_the_next_request(
    as_person: Callable[[Person], FlaskClient], client: FlaskClient, tree: house.Tree
) -> None:
    person = house.person(tree.town, phone=PHONE)
    browser = as_person(person)
    assert signed_in(browser)
    person.state = "suspended"
    db.session.commit()
    assert not signed_in(browser)
    assert post(client, "/login", phone=PHONE, password=PASSWORD).status_code == 403


def test_a_sign_in_ends_after_two_weeks_unused_and_after_ninety_days(
    as_person: Callable[[Person], FlaskClient], tree: house.Tree
) -> None:
    idle, busy = as_person(house.person(tree.town)), as_person(house.person(tree.town))
    for day in range(0, 90, 10):
        with clock.travel(days=day):
            assert signed_in(busy)
    with clock.travel(days=15):
        assert not signed_in(idle)
    with clock.travel(days=91):
        assert not signed_in(busy)


def slip_for(phone: str, tree: house.Tree) -> str:
    code = commands.issue_slip(house.person(tree.town, phone=phone), actor_id=None)
    db.session.commit()
    return code


@pytest.mark.both_databases
def test_a_slip_sets_a_new_password_once_and_ends_every_other_sign_in(
    app: Flask, as_person: Callable[[Person], FlaskClient], client: FlaskClient, tree: house.Tree
) -> None:
    code = slip_for(PHONE, tree)
    other = as_person(db.session.scalars(select(Person)).one())
    answer = post(client, "/reset", phone=PHONE, code=code.lower(), password="bamboo-grove-3")
    assert answer.status_code == 302
    assert signed_in(client)
    assert not signed_in(other)
    again = post(app.test_client(), "/reset", phone=PHONE, code=code, password="bamboo-grove-4")
    assert again.status_code == 422
    assert post(app.test_client(), "/login", phone=PHONE, password="bamboo-grove-3").status_code == 302


def test_a_slip_is_worth_nothing_after_24_hours_or_with_another_phone(
    client: FlaskClient, tree: house.Tree
) -> None:
    code = slip_for(PHONE, tree)
    house.person(tree.town, phone="13800000002")
    token = house.csrf(client)
    fields = {"code": code, "password": "bamboo-grove-3"}
    assert post(client, "/reset", token, phone="13800000002", **fields).status_code == 422
    with clock.travel(hours=24, seconds=1):
        assert post(client, "/reset", token, phone=PHONE, **fields).status_code == 422
    with clock.travel(hours=23):
        assert post(client, "/reset", token, phone=PHONE, **fields).status_code == 302


def test_a_newer_slip_ends_the_older_and_only_hashes_are_kept(client: FlaskClient, tree: house.Tree) -> None:
    older = slip_for(PHONE, tree)
    newer = commands.issue_slip(db.session.scalars(select(Person)).one(), actor_id=None)
    db.session.commit()
    kept = {row.code_hash for row in db.session.scalars(select(ResetSlip))}
    assert not {older, newer} & kept
    assert not set("01OIL") & set(older + newer)
    assert post(client, "/reset", phone=PHONE, code=older, password="bamboo-grove-3").status_code == 422
    assert post(client, "/reset", phone=PHONE, code=newer, password="bamboo-grove-3").status_code == 302


@pytest.mark.both_databases
def test_joining_makes_a_person_with_home_and_consent_and_signs_her_in(
    client: FlaskClient, tree: house.Tree
) -> None:
    answer = post(client, "/join", **GOOD)
    assert answer.status_code == 302
    person = db.session.scalars(select(Person)).one()
    assert home_unit_id(person.id) == tree.county.id
    assert count(Consent) == 1
    assert signed_in(client)
    actions = set(db.session.scalars(select(AuditEntry.action)))
    assert {"person.registered", "person.signed_in"} <= actions


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", "", "请填写姓名"),
        ("name", "   ", "请填写姓名"),
        ("name", "长" * 41, "最多 40 个字"),
        ("phone", "", "请填写手机号"),
        ("phone", "1381111222", "手机号应该是 11 位，您填了 10 位"),
        ("phone", "23811112222", "这不像手机号"),
        ("phone", "1381111222a", "只能有数字"),
        ("password", "", "密码至少 8 位"),
        ("password", "short", "您填了 5 位"),
        ("password", "13811112222", "太容易被猜到"),
        ("password", "88888888", "太容易被猜到"),
        ("password", "ab" * 70, "最多 128 位"),
        ("unit", "", "请先选您的单位"),
        ("unit", "000000", "没有找到这个单位"),
        ("consent", "", "勾选同意"),
    ],
)
def test_each_wrong_field_is_named_and_the_rest_is_kept(
    client: FlaskClient, tree: house.Tree, field: str, typed: str, sentence: str
) -> None:
    answer = post(client, "/join", **{**GOOD, field: typed})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in page
    if field != "unit":
        assert all(GOOD[kept] in page for kept in ("name", "phone", "unit") if kept != field)
    assert GOOD["password"] not in page
    assert count(Person) == count(Membership) == count(Consent) == count(AuditEntry) == 0


@pytest.mark.both_databases
def test_a_registered_phone_is_said_here_with_the_way_to_sign_in(
    client: FlaskClient, tree: house.Tree
) -> None:
    house.person(tree.town, phone=GOOD["phone"])
    answer = post(client, "/join", **GOOD)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "已经注册过了" in page
    assert 'href="/login' in page.split("<main", 1)[1]
    assert GOOD["name"] in page
    assert count(Person) == 1


def test_the_unit_is_chosen_level_by_level_by_links(client: FlaskClient, tree: house.Tree) -> None:
    for address, offered in (
        ("/join", "/join?unit=9701"),  # the one top unit needs no tap
        ("/join?unit=97", "/join?unit=9701"),
        ("/join?unit=9701", "/join?unit=970102"),
    ):
        page = client.get(address).get_data(as_text=True)
        assert f'href="{offered}"' in page
    assert "云溪省 › 清河市 › 石桥县" in client.get("/join?unit=970102").get_data(as_text=True)


def test_where_there_are_several_top_units_they_come_first(client: FlaskClient, tree: house.Tree) -> None:
    house.unit(None, "海东省", "98")
    page = client.get("/join").get_data(as_text=True)
    assert 'href="/join?unit=97"' in page and 'href="/join?unit=98"' in page


def test_a_team_that_is_closed_to_joining_takes_nobody(client: FlaskClient, tree: house.Tree) -> None:
    tree.county.open_to_join = False
    db.session.commit()
    assert post(client, "/join", **GOOD).status_code == 422
    assert count(Person) == 0


@pytest.mark.both_databases
def test_what_a_visitor_began_is_hers_after_joining(
    app: Flask, client: FlaskClient, tree: house.Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lms.accounts.events import VisitorRecognised

    visitor = Visitor(token_hash=crypto.digest("her token"), created_at=clock.now())
    db.session.add(visitor)
    db.session.commit()
    heard: list[VisitorRecognised] = []
    monkeypatch.setitem(app.extensions, "lms_handlers", {VisitorRecognised: (heard.append,)})
    token = house.csrf(client)
    with client.session_transaction() as session:
        session["vid"] = "her token"
    post(client, "/join", token, **GOOD)
    person = db.session.scalars(select(Person)).one()
    assert heard == [VisitorRecognised(visitor.id, person.id)]


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example", "///evil.example", "https://evil.example/", "\\\\evil.example", "/\\evil.example",
        "http:evil.example", "javascript:alert(1)", "/\t/evil.example", "/%0d\n/evil.example", " //evil.example",
        "evil.example", "\x00//evil.example", "//evil.example@127.0.0.1", "/\n//evil.example", "data:text/html,x",
        "/./\\evil.example", "http:///evil.example",
    ],
)  # fmt: skip
def test_signing_in_never_leads_to_another_site(client: FlaskClient, tree: house.Tree, wanted: str) -> None:
    house.person(tree.town, phone=PHONE)
    answer = post(client, "/login", phone=PHONE, password=PASSWORD, next=wanted)
    assert answer.status_code == 302
    place = answer.headers["Location"]
    assert place.startswith("/") and not place.startswith(("//", "/\\"))
    assert "evil" not in place or wanted == "/./\\evil.example"


def test_a_path_on_this_site_is_kept(app: Flask) -> None:
    with app.test_request_context():
        assert local_only("/c/about/1?x=1") == "/c/about/1?x=1"
        assert local_only(None) == local_only("") == "/learn"


@pytest.mark.parametrize("path", ["/login", "/join", "/reset", "/logout"])
def test_a_form_without_its_token_is_refused(app: Flask, client: FlaskClient, path: str) -> None:
    assert client.post(path, data={"phone": PHONE, "password": PASSWORD}).status_code == 400


def test_no_phone_number_lies_readable_in_the_database(client: FlaskClient, tree: house.Tree) -> None:
    post(client, "/join", **GOOD)
    post(client, "/login", phone=PHONE, password="wrong wrong")
    rows = [str(db.session.execute(select(table)).all()) for table in db.metadata.sorted_tables]
    assert not any(GOOD["phone"] in row or PHONE in row for row in rows)
