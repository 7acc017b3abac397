"""The second factor: set up with a QR, each code once, recovery codes once, and nothing reached before it."""

import json
import re
import threading
from collections.abc import Callable
from dataclasses import replace

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts import commands, limits, second_factor
from lms.accounts.models import Person, RecoveryCode, SecondFactor, SignIn
from lms.core import clock
from lms.core.audit_log import AuditEntry
from lms.extensions import db
from lms.federations import commands as federations
from lms.federations.permissions import Role
from tests import house
from tests.house import PASSWORD, post

SignInAs = Callable[[Person], FlaskClient]
OPEN = ("public", "signed_url", None)


@pytest.fixture
def officer(app: Flask, tree: house.Tree) -> Person:
    return house.staff(Role.OFFICER, tree.county)


@pytest.fixture
def production(app: Flask) -> None:
    """Only the rule of production: cookies still travel in the clear here."""
    app.extensions["lms_settings"] = replace(app.extensions["lms_settings"], env="production")


def code_of(secret: str, *, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(clock.now().timestamp()) + 30 * steps)


def set_up(browser: FlaskClient) -> tuple[str, list[str]]:
    """Set the authenticator up in a browser; returns its secret and the recovery codes."""
    page = browser.get("/login/setup").get_data(as_text=True)
    assert "<svg" in page
    secret = "".join(re.findall(r"<code>([A-Z2-7 ]+)</code>", page)).replace(" ", "")
    shown = post(browser, "/login/setup", house.csrf(browser, "/login/setup"), code=code_of(secret))
    assert shown.status_code == 200, shown.get_data(as_text=True)
    return secret, re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", shown.get_data(as_text=True))


def half(app: Flask, person: Person) -> FlaskClient:
    """A browser where the password was right and the code is still asked for."""
    browser = app.test_client()
    answer = post(browser, "/login", phone=person.phone, password=PASSWORD, next="/me")
    assert answer.headers["Location"] == "/login/code"
    return browser


def send(browser: FlaskClient, code: str) -> int:
    return post(browser, "/login/code", house.csrf(browser, "/login/code"), code=code).status_code


def signed_in(browser: FlaskClient) -> bool:
    return browser.get("/me").status_code == 200


@pytest.mark.both_databases
def test_whoever_set_it_up_is_asked_for_the_code_and_each_code_works_once(
    app: Flask, officer: Person, as_person: SignInAs
) -> None:
    secret, codes = set_up(as_person(officer))
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    with clock.travel(seconds=60):
        browser = half(app, officer)
        assert not signed_in(browser)
        code = code_of(secret)
        wrong = "000000" if code != "000000" else "111111"
        assert send(browser, wrong) == 422
        answer = post(
            browser, "/login/code", house.csrf(browser, "/login/code"), code=f" {code[:3]} {code[3:]}"
        )
        assert answer.headers["Location"] == "/me"
        assert signed_in(browser)
        assert send(half(app, officer), code) == 422
        assert send(half(app, officer), code_of(secret, steps=-1)) == 422  # older than the one that was used
    with clock.travel(seconds=120):
        assert send(half(app, officer), code_of(secret, steps=2)) == 422
        assert send(half(app, officer), code_of(secret)) == 302


def test_a_recovery_code_works_once_and_only_hashes_are_kept(
    app: Flask, officer: Person, as_person: SignInAs
) -> None:
    secret, codes = set_up(as_person(officer))
    assert send(half(app, officer), codes[0].upper()) == 302
    assert send(half(app, officer), codes[0]) == 422
    assert send(half(app, officer), codes[1].replace("-", "")) == 302
    assert second_factor.codes_left(officer.id) == second_factor.RECOVERY_CODES - 2
    kept = " ".join(db.session.scalars(select(RecoveryCode.code_hash)))
    assert not any(code.replace("-", "") in kept for code in codes)
    assert secret.encode() not in db.session.scalars(select(SecondFactor.secret_sealed)).one()
    actions = list(db.session.scalars(select(AuditEntry.action)))
    assert actions.count("recovery_code.used") == 2
    assert "second_factor.added" in actions


def test_codes_are_guessed_at_the_same_rate_as_passwords(
    app: Flask, officer: Person, as_person: SignInAs
) -> None:
    secret, _ = set_up(as_person(officer))
    with clock.travel(seconds=60):
        browser = half(app, officer)
        statuses = [send(browser, f"{number:06d}") for number in range(limits.ACCOUNT_SHORT + 2)]
        assert statuses[-2:] == [429, 429]
        assert send(browser, code_of(secret)) == 429
        assert post(app.test_client(), "/login", phone=officer.phone, password=PASSWORD).status_code == 429


@pytest.mark.both_databases
def test_of_twenty_with_the_same_code_one_gets_in(app: Flask, officer: Person, as_person: SignInAs) -> None:
    secret, _ = set_up(as_person(officer))
    let_in: list[bool] = []
    with clock.travel(seconds=60):
        code = code_of(secret)

        def prove() -> None:
            with app.app_context():
                let_in.append(second_factor.prove(db.session.get_one(Person, officer.id), code))
                db.session.commit()

        threads = [threading.Thread(target=prove) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert let_in.count(True) == 1


def test_between_password_and_code_no_protected_page_is_reached(
    app: Flask, officer: Person, as_person: SignInAs, tree: house.Tree
) -> None:
    set_up(as_person(officer))
    federations.appoint(officer.id, Role.REGISTRAR, tree.county, actor_id=None)
    db.session.commit()
    with clock.travel(seconds=60):
        browser = half(app, officer)
        before = db.session.scalars(select(SignIn.id)).all()
        token = house.csrf(browser, "/help")
        reached = []
        for rule in app.url_map.iter_rules():
            door = getattr(app.view_functions[rule.endpoint], "__door__", None)
            if door in OPEN:
                continue
            values = {
                name: 1 if "Int" in type(kind).__name__ else "x" for name, kind in rule._converters.items()
            }
            method = next(
                one for one in ("GET", "POST", "PATCH", "DELETE", "HEAD") if one in (rule.methods or ())
            )
            where = app.url_map.bind("127.0.0.1").build(rule.endpoint, values, method=method)
            answer = browser.open(
                where,
                method=method,
                data={"csrf_token": token} if method == "POST" else None,
                headers={"X-CSRFToken": token},
            )
            if not (answer.status_code == 401 or answer.headers.get("Location", "").startswith("/login")):
                reached.append((rule.rule, answer.status_code))
        assert reached == []
        assert db.session.scalars(select(SignIn.id)).all() == before


def test_ten_minutes_later_or_with_a_changed_password_the_code_is_worth_nothing(
    app: Flask, officer: Person, as_person: SignInAs
) -> None:
    secret, _ = set_up(as_person(officer))
    browser = half(app, officer)
    with clock.travel(minutes=11):
        answer = browser.get("/login/code")
        assert answer.headers["Location"] == "/login"
        assert post(browser, "/login/code", code=code_of(secret)).headers["Location"] == "/login"
    other = half(app, officer)
    officer.password_hash = "another"
    db.session.commit()
    assert other.get("/login/code").headers["Location"] == "/login"


def test_in_production_staff_sets_it_up_before_anything_else_and_a_volunteer_does_not(
    app: Flask, production: None, officer: Person, tree: house.Tree, as_person: SignInAs
) -> None:
    browser = half(app, officer)
    assert browser.get("/audit").headers["Location"].startswith("/login?")
    assert browser.get("/login/code").headers["Location"] == "/login/setup"
    set_up(browser)
    assert signed_in(browser)
    assert browser.get("/audit").status_code in (200, 302)
    assert not browser.get("/audit").headers.get("Location", "").startswith("/login")
    assert signed_in(as_person(house.person(tree.town)))


def test_a_new_role_in_production_leads_an_older_sign_in_to_the_second_step(
    app: Flask, production: None, tree: house.Tree, as_person: SignInAs
) -> None:
    her = house.person(tree.county)
    browser = as_person(her)
    federations.appoint(her.id, Role.REGISTRAR, tree.county, actor_id=None)
    db.session.commit()
    assert browser.get("/certificates").headers["Location"] == "/login/code?next=/certificates"
    set_up(browser)
    assert browser.get("/certificates").status_code == 200


def test_a_reset_slip_does_not_go_round_the_second_factor(
    app: Flask, officer: Person, as_person: SignInAs
) -> None:
    set_up(as_person(officer))
    slip = commands.issue_slip(officer, actor_id=None)
    db.session.commit()
    browser = app.test_client()
    answer = post(browser, "/reset", phone=officer.phone, code=slip, password="plum-tree-88")
    assert answer.headers["Location"] == "/login/code"
    assert not signed_in(browser)


def test_staff_reset_takes_a_lost_authenticator_away_and_says_so_in_the_trail(
    app: Flask, officer: Person, as_person: SignInAs
) -> None:
    set_up(as_person(officer))
    for cleared in (True, False):
        said = app.test_cli_runner().invoke(args=["staff", "reset", officer.phone, "--json"])
        assert json.loads(said.stdout.splitlines()[-1])["second_factor_cleared"] is cleared
    db.session.expire_all()
    assert second_factor.of(officer.id) is None
    assert db.session.scalar(select(RecoveryCode)) is None
    assert "second_factor.cleared" in set(db.session.scalars(select(AuditEntry.action)))


def test_nobody_sets_one_up_for_a_stranger_or_over_an_existing_one(
    app: Flask, client: FlaskClient, officer: Person, as_person: SignInAs
) -> None:
    assert client.get("/login/setup").headers["Location"] == "/login"
    assert post(client, "/login/setup", code="123456").headers["Location"] == "/login"
    set_up(as_person(officer))
    with clock.travel(seconds=60):
        assert half(app, officer).get("/login/setup").headers["Location"].startswith("/login/code")


def renew(browser: FlaskClient, code: str) -> tuple[int, list[str]]:
    answer = post(browser, "/me/security", house.csrf(browser, "/me/security"), code=code)
    page = answer.get_data(as_text=True)
    return answer.status_code, re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", page)


@pytest.mark.both_databases
def test_she_changes_her_recovery_codes_and_the_old_ones_open_nothing(
    app: Flask, officer: Person, as_person: SignInAs
) -> None:
    browser = as_person(officer)
    secret, old = set_up(browser)
    assert "/me/security" in browser.get("/me").get_data(as_text=True)
    assert send(half(app, officer), old[0]) == 302
    assert "还剩 9 个，共 10 个" in browser.get("/me/security").get_data(as_text=True)
    with clock.travel(seconds=60):
        code = code_of(secret)
        status, new = renew(browser, code)
        assert (status, len(set(new))) == (200, second_factor.RECOVERY_CODES)
        assert renew(browser, code) == (422, [])  # the page sent again neither shows nor changes them
        assert not any(one in browser.get("/me/security").get_data(as_text=True) for one in new)
        assert [send(half(app, officer), one) for one in old[1:4]] == [422, 422, 422]
        assert send(half(app, officer), new[0]) == 302
    assert "换了登录用的备用码" in browser.get("/me/seen").get_data(as_text=True)
    assert list(db.session.scalars(select(AuditEntry.action))).count("recovery_codes.renewed") == 1


def test_an_open_browser_alone_does_not_change_the_codes_and_guessing_is_slowed(
    app: Flask, officer: Person, as_person: SignInAs
) -> None:
    browser = as_person(officer)
    _, old = set_up(browser)
    with clock.travel(seconds=60):
        statuses = [renew(browser, f"{number:06d}")[0] for number in range(limits.ACCOUNT_SHORT + 1)]
        assert set(statuses[:3]) == {422}
        assert statuses[-1] == 429
    with clock.travel(hours=25):
        assert send(half(app, officer), old[0]) == 302


def test_her_auditor_and_a_stranger_cannot_change_her_codes(
    app: Flask, client: FlaskClient, officer: Person, as_person: SignInAs, tree: house.Tree
) -> None:
    secret, old = set_up(as_person(officer))
    auditor = as_person(house.staff(Role.OFFICER, tree.city))
    with clock.travel(seconds=60):
        assert auditor.get("/me/security").headers["Location"].startswith("/login/setup")
        own = set_up(auditor)[0]
        assert renew(auditor, code_of(secret)) == (422, [])
        assert client.get("/me/security").headers["Location"].startswith("/login")
        assert post(client, "/me/security", code=code_of(secret)).headers["Location"].startswith("/login")
        assert send(half(app, officer), old[0]) == 302
    with clock.travel(seconds=120):
        assert renew(auditor, code_of(own))[0] == 200
        assert send(half(app, officer), old[1]) == 302


def test_a_secret_begun_by_one_is_never_shown_to_the_next_in_the_same_browser(
    app: Flask, production: None, officer: Person, tree: house.Tree
) -> None:
    browser, shown = half(app, officer), []
    for following in (None, house.staff(Role.OFFICER, tree.county)):
        if following:
            post(browser, "/login", phone=following.phone, password=PASSWORD, next="/me")
        page = browser.get("/login/setup").get_data(as_text=True)
        shown += re.findall(r"<code>([A-Z2-7 ]+)</code>", page)
    assert len(set(shown)) == 2
