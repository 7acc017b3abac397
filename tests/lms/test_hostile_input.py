"""What no column can hold, and what breaks on the way: a sentence for her, nothing of it in a log."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError

from lms.accounts.models import Person
from lms.extensions import db
from lms.federations.permissions import Role
from tests import factories, house

SignIn = Callable[[Person], FlaskClient]
HUGE = "9" * 30


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "address",
    [f"/materials/{HUGE}", "/c/a%00b", "/v/a%00b", "/verify?number=a%00b&code=x", "/pictures/a%00b"],
)
def test_a_visitor_is_told_that_no_such_thing_is_there(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


@pytest.mark.both_databases
@pytest.mark.parametrize("address", [f"/audit/exports/{HUGE}", "/audit/u/a%00b", "/audit/p/a%00b"])
def test_an_officer_is_told_that_no_such_thing_is_there(app: Flask, as_person: SignIn, address: str) -> None:
    browser = as_person(house.staff(Role.OFFICER, house.tree().county))
    assert browser.get(address).status_code == 404


@pytest.mark.both_databases
def test_a_reason_with_an_unseen_character_is_no_fault_of_the_site(app: Flask, as_person: SignIn) -> None:
    place = house.tree().county
    paper, browser = house.certificate(place), as_person(house.staff(Role.REGISTRAR, place))
    words = {"csrf_token": house.csrf(browser, "/help"), "reason": "写\0错了"}
    assert browser.post(f"/certificates/{paper.id}/revocation", data=words).status_code < 500


@pytest.mark.both_databases
@pytest.mark.parametrize("number", [HUGE, "9" * 5000])
@pytest.mark.parametrize("field", ["record", "hours"])
def test_hours_of_a_number_no_record_has_change_nothing(
    app: Flask, as_person: SignIn, field: str, number: str
) -> None:
    place = house.tree().county
    activity, browser = house.activity(place), as_person(house.staff(Role.ORG_ADMIN, place))
    sent = {"record": number} if field == "record" else {f"hours-{number}": "1"}
    words = {"csrf_token": house.csrf(browser, "/help"), "action": "confirm", **sent}
    assert browser.post(f"/activities/{activity.id}/hours", data=words).status_code == 422


@pytest.mark.parametrize("wanted", ["//[", "/\\[", "//[::1", "http://["])
def test_an_address_that_is_none_leads_to_her_courses(app: Flask, wanted: str) -> None:
    her, browser = factories.person("13900000001", factories.tree().village), app.test_client()
    words = {"csrf_token": factories.page_token(browser, "/login"), "next": wanted}
    answer = browser.post("/login", data={**words, "phone": her.phone, "password": factories.PASSWORD})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/learn")


@pytest.mark.both_databases
def test_an_error_of_the_database_does_not_repeat_what_was_typed(app: Flask) -> None:
    her = house.person(house.tree().county, name="王秀英")
    values = {one.name: getattr(her, one.name) for one in Person.__table__.columns if one.name != "id"}
    db.session.add(Person(**values))
    with pytest.raises(IntegrityError) as caught:
        db.session.flush()
    db.session.rollback()
    assert "王秀英" not in str(caught.value)
