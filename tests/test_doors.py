"""Every view says who may enter; every door that asks for a permission keeps to the units of the role.

The matrix is made from the URL map: a new route of staff is tested the day it is written, and fails here until
OBJECTS knows how to make what its address names.
"""

import io
from base64 import b64encode
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from lms import config
from lms.accounts.models import Person
from lms.app import create_app
from lms.certificates.models import Certificate
from lms.core.audit_log import AuditEntry
from lms.core.doors import declare
from lms.extensions import db
from lms.federations import queries as units
from lms.federations import scope
from lms.federations.guards import requires
from lms.federations.models import Unit
from lms.federations.permissions import ROLES, Permission, Role
from tests import house

WORDS = {"public", "signed_in", "signed_url"} | {f"requires:{permission}" for permission in Permission}
FRAMEWORK = {"static"}
"""Views that are not ours: Flask's own files."""

DOORS = {
    "activities.index": "requires:records:confirm",
    "activities.record": "requires:records:confirm",
    "activities.set_hours": "requires:records:confirm",
    "accounts.login": "public",
    "accounts.logout": "signed_in",
    "accounts.reset": "public",
    "assets.file": "signed_url",
    "appeals.decide": "requires:appeals:decide",
    "attempts.show": "requires:attempts:manage",
    "marking.mark": "requires:attempts:manage",
    "regrading.apply": "requires:attempts:manage",
    "audit.people": "requires:audit:read",
    "audit.unit": "requires:audit:read",
    "audit_exports.file": "signed_url",
    "audit_exports.show": "requires:audit:read",
    "audit_person.issue_slip": "requires:slips:issue",
    "audit_person.show": "requires:audit:read",
    "certificate_register.ask": "requires:certificates:revoke",
    "certificate_register.register": "requires:certificates:revoke",
    "certificate_register.revoke": "requires:certificates:revoke",
    "certificates.mine": "signed_in",
    "home.me": "signed_in",
    "home.seen": "signed_in",
    "joining.join": "public",
    "joining.register": "public",
    "learning.my_courses": "signed_in",
    "learning.outbox": "public",
    "quiz.save": "signed_in",
    "records.mine": "signed_in",
    "records.prove": "signed_in",
    "service_desk.answer": "requires:records:confirm",
    "service_desk.correct": "requires:records:confirm",
    "service_desk.revoke": "requires:records:confirm",
    "quiz.submit": "signed_in",
}
"""The doors a change may not move unnoticed."""

OBJECTS: dict[str, Callable[[Unit], int | str]] = {
    "appeal_id": lambda place: house.appeal(place).id,
    "attempt_id": lambda place: house.attempt(place).id,
    "enrolment_id": lambda place: house.attempt(place).enrolment_id,
    "paper_id": lambda place: "paper",
    "certificate_id": lambda place: house.certificate(place).id,
    "material_id": lambda place: house.material(place).id,
    "export_id": lambda place: house.failed_export(place).id,
    "public_id": lambda place: house.person(place).public_id,
    "unit": lambda place: units.code_of(place.id),
    "activity_id": lambda place: house.service_record(place, confirmed=False).activity_id,
    "proof_id": lambda place: house.proof(place).id,
    "record_id": lambda place: house.service_record(place).id,
    "request_id": lambda place: house.correction_request(place).id,
    "course_slug": lambda place: house.awaiting_expert(place).slug,
    "course_id": lambda place: house.course(place).id,
    "draft_id": lambda place: house.draft(place).id,
    "item_id": lambda place: "q1",
    "lesson_id": lambda place: house.lesson(place, "quiz").id,
    "number": lambda place: 1,
    "page": lambda place: 1,
    "hand_in_id": lambda place: house.work(place).id,
    "session_id": lambda place: house.class_session(place).id,
    "attendance_id": lambda place: house.attendance(place).id,
    "paper_number": lambda place: 2,
    "upload_id": lambda place: house.upload(place).public_id,
    "video_id": lambda place: house.lesson(place, "video").id,
}
"""How to make what an address of staff names, in a unit."""

ACTIVITY = {
    "name": "走访", "category": "care", "day": "2025-11-03", "start": "09:00", "end": "12:00", "place": "河东村",
    "content": "送文具", "leader": "何静",
}  # fmt: skip
CLASS = {
    "day": "2099-11-03", "start": "09:00", "end": "12:00", "place": "文化站", "seats": "20", "organiser": "李敏",
}  # fmt: skip
COURSE = {"title": "上门第一课", "summary": "学会上门。", "tier": "intro", "category": "general"}
QUESTION = {"kind": "single", "stem": "问", "option_a": "甲", "option_b": "乙", "right": "a", "lesson": ""}
CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:02.000\n您好\n".encode()
FORMS: dict[str, Callable[[Unit | None], dict[str, Any]]] = {
    "appeals.decide": lambda place: {"decision": "refuse", "answer": "当时停电，没有放完。"},
    "attempts.allow": lambda place: {"tries": "1"},
    "marking.mark": lambda place: {"points-r1": "2", "comment": "写得好。"},
    "activities.add": lambda place: {"hours": "1", "person": house.person(place).public_id if place else "-"},
    "activities.correct": lambda place: ACTIVITY,
    "activities.record": lambda place: {**ACTIVITY, "unit": units.code_of(place.id) if place else "-"},
    "material_shelf.upload": lambda place: {"file": (io.BytesIO("# 走访\n\n先敲门。".encode()), "走访.md")},
    "operations.retry": lambda place: {"job": str(house.dead_job().id)},
    "service_desk.answer": lambda place: {"decision": "refuse", "answer": "核对过，没有错。"},
    "service_desk.correct": lambda place: {"hours": "1"},
    "classes.hold": lambda place: (
        CLASS | {"unit": house.code(place), "lesson": house.classroom_lesson(place)}
    ),
    "classes.tick": lambda place: {"person": house.person(place).public_id if place else "-"},
    "rosters.export": lambda place: {"purpose": "核对到场"},
    "work.mark": lambda place: {"decision": "return", "comment": "请写具体一点。"},
    "films.send": lambda place: {"video": (BytesIO(b"no film"), "film.mp4")},
    "films.send_captions": lambda place: {"captions": (BytesIO(CAPTIONS), "film.vtt")},
    "course_reviews.sign": lambda place: {"verdict": "passed"},
    "lessons.add": lambda place: {"kind": "text"},
    "lessons.save": lambda place: {"title": "测验", "pass_mark": "80", "revision": "1"},
    "packages.bring_in": lambda place: {"unit": house.code(place)},
    "paste.read": lambda place: {"text": "1. 问\nA. 甲\nB. 乙\n答案：B"},
    "questions.add": lambda place: QUESTION,
    "questions.save": lambda place: QUESTION | {"revision": house.question_stamp(place)},
    "teach.create": lambda place: COURSE | {"unit": house.code(place)},
    "teach.save_details": lambda place: COURSE | {"unit": house.code(place), "revision": "1"},
}
"""What a form of staff carries besides a reason, when it is filled in well."""
REFUSES = {"films.send", "packages.bring_in"}
"""Addresses that want a real film or package: here it is enough that they come as far as refusing it."""

READ_ENTRIES = {AuditEntry.__tablename__}
"""Reading may write one thing: that it was read."""


def faults(app: Flask, wanted: dict[str, str]) -> list[str]:
    """Name every silent view, unknown word, moved door and stale declaration."""
    found = []
    for name, view in app.view_functions.items():
        door = getattr(view, "__door__", None)
        if name not in FRAMEWORK and door not in WORDS:
            found.append(f"{name} says nobody may enter or an unknown word: {door}")
        if name in wanted and door != wanted[name]:
            found.append(f"{name} is {door}, not {wanted[name]}")
    stale = set(wanted) - set(app.view_functions)
    return found + [f"{name} is declared here and does not exist" for name in sorted(stale)]


def staff_rules(app: Flask) -> Iterator[tuple[Rule, Permission]]:
    """Every address behind a permission."""
    for rule in app.url_map.iter_rules():
        door = str(getattr(app.view_functions[rule.endpoint], "__door__", ""))
        if door.startswith("requires:"):
            yield rule, Permission(door.removeprefix("requires:"))


def address(app: Flask, rule: Rule, place: Unit | None) -> str:
    """Return the rule's address for an object of a unit, or for one that does not exist."""
    unknown = rule.arguments - set(OBJECTS)
    assert not unknown, f"{rule.rule}: OBJECTS does not say how to make {unknown}"
    values: dict[str, Any] = {
        name: OBJECTS[name](place) if place is not None else 987654321 for name in rule.arguments
    }
    with app.test_request_context():
        return app.url_map.bind("127.0.0.1").build(rule.endpoint, values, method=_method(rule))


def _method(rule: Rule) -> str:
    return next(one for one in ("GET", "POST", "PATCH", "DELETE", "HEAD") if one in (rule.methods or ()))


def _look(browser: FlaskClient, where: str) -> int:
    """Return the status of a page, and close what it sends (a package is an open file)."""
    with browser.get(where) as answer:
        return answer.status_code


def call(browser: FlaskClient, rule: Rule, where: str, place: Unit | None) -> int:
    """Return the status of one call, with the token and the fields a form would carry."""
    method = _method(rule)
    if method == "GET":
        return _look(browser, where)
    token = house.csrf(browser, "/help")
    if where.startswith("/api/uploads"):
        headers = _tus(place) | {"X-CSRFToken": token}
        return browser.open(where, method=method, headers=headers, data=b"").status_code
    fields = {
        "reason": "重复发放",
        "purpose": "核对名单",
        **FORMS.get(rule.endpoint, lambda place: {})(place),
    }
    with house.post(browser, where, token, **fields) as answer:
        return answer.status_code


def _tus(place: Unit | None) -> dict[str, str]:
    lesson = house.lesson(place, "video").id if place is not None else 0
    return {
        "Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Upload-Length": "1000",
        "Content-Type": "application/offset+octet-stream",
        "Upload-Metadata": f"lesson {b64encode(str(lesson).encode()).decode()}",
    }  # fmt: skip


def holder_of(permission: Permission) -> Role:
    """Return a role with this permission."""
    return next(role for role, held in ROLES.items() if permission in held)


def scope_faults(app: Flask, tree: house.Tree, as_person: Callable[[Person], FlaskClient]) -> list[str]:
    """Call every address of staff about objects of every place as staff of the county; name what differs."""
    places = {
        "own": (tree.county, True),
        "subtree": (tree.town, True),
        "sibling": (tree.sibling, False),
        "ancestor": (tree.city, False),
        "missing": (None, False),
    }
    found = []
    for rule, permission in list(staff_rules(app)):
        browser = as_person(house.staff(holder_of(permission), tree.county))
        for name, (place, inside) in places.items():
            if not rule.arguments and name != "own":
                continue
            status = call(browser, rule, address(app, rule, place), place)
            status = 200 if status == 422 and rule.endpoint in REFUSES else status
            if (status < 400) != inside or (not inside and status != 404):
                found.append(f"{_method(rule)} {rule.rule} as staff of the county, object {name}: {status}")
    return found


@pytest.fixture
def tree(app: Flask) -> house.Tree:
    """A province, a city and two counties, one with a town."""
    return house.tree()


def test_every_view_says_who_may_enter(app: Flask) -> None:
    assert faults(app, DOORS) == []


def test_objects_of_other_units_are_not_there(
    app: Flask, tree: house.Tree, as_person: Callable[[Person], FlaskClient]
) -> None:
    assert scope_faults(app, tree, as_person) == []


def test_each_role_enters_exactly_where_its_permissions_say(
    app: Flask, tree: house.Tree, as_person: Callable[[Person], FlaskClient]
) -> None:
    browsers = {role: as_person(house.staff(role, tree.county)) for role in Role}
    volunteer = as_person(house.person(tree.county))
    rules = list(staff_rules(app))
    assert rules
    for (rule, permission), role in product(rules, Role):
        status = call(browsers[role], rule, address(app, rule, tree.county), tree.county)
        assert (status == 403) != (permission in ROLES[role]), f"{rule.rule} as {role}: {status}"
    for rule, _ in rules:
        assert call(volunteer, rule, address(app, rule, tree.county), tree.county) == 403, (
            f"{rule.rule} as a volunteer"
        )


def test_whoever_is_signed_out_is_sent_to_sign_in(app: Flask, client: FlaskClient, tree: house.Tree) -> None:
    for rule, _ in list(staff_rules(app)):
        where = address(app, rule, tree.county)
        status = call(client, rule, where, tree.county)
        assert status == (401 if where.startswith("/api/") else 302)
        if _method(rule) == "GET":
            assert client.get(where).headers["Location"].startswith("/login?next=")


def test_the_list_shows_the_objects_of_her_units_only(
    app: Flask, tree: house.Tree, as_person: Callable[[Person], FlaskClient]
) -> None:
    inside = [house.certificate(place).number for place in (tree.county, tree.town)]
    outside = [house.certificate(place).number for place in (tree.sibling, tree.city, tree.root)]
    browser = as_person(house.staff(Role.REGISTRAR, tree.county))
    page = browser.get("/certificates").get_data(as_text=True)
    assert all(number in page for number in inside)
    assert not any(number in page for number in outside)
    for number, found in ((inside[1], True), (outside[0], False)):
        page = browser.get(f"/certificates?number={number}").get_data(as_text=True)
        assert ("/revocation" in page) == found


def rows() -> dict[str, list[Any]]:
    """Everything in the database except the notes of reading."""
    db.session.rollback()
    tables = [table for table in db.metadata.sorted_tables if table.name not in READ_ENTRIES]
    return {table.name: sorted(map(repr, db.session.execute(select(table)))) for table in tables}


def test_looking_changes_nothing(
    app: Flask, tree: house.Tree, as_person: Callable[[Person], FlaskClient]
) -> None:
    staff = {
        permission: as_person(house.staff(holder_of(permission), tree.county)) for permission in Permission
    }
    looks = [
        (staff[permission], address(app, rule, tree.county))
        for rule, permission in staff_rules(app)
        if _method(rule) == "GET"
    ]
    anyone = as_person(house.person(tree.county))
    plain = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments and rule.rule != "/certificates"
    ]
    looks += [(anyone, where) for where in plain] + [(app.test_client(), where) for where in plain]
    before = rows()
    for browser, where in looks:
        assert _look(browser, where) < 500 or where == "/healthz", where
    assert rows() == before


@pytest.fixture
def planted(tmp_path: Path) -> Flask:
    """An application nobody has asked yet, so that views can still be added."""
    return create_app(
        config.read({"LMS_ENV": "test", "LMS_DATA": str(tmp_path / "planted"), "LMS_SECRET_KEY": "t" * 40})
    )


def test_a_silent_view_is_named(planted: Flask) -> None:
    planted.add_url_rule("/silent", "silent", lambda: "hello")
    planted.add_url_rule("/odd", "odd", declare(lambda: "hello", "friends"))
    assert [fault.split()[0] for fault in faults(planted, DOORS)] == ["silent", "odd"]


def test_a_stale_or_moved_declaration_is_named(app: Flask) -> None:
    wrong = {"accounts.gone": "public", "home.me": "public"}
    assert [fault.split()[0] for fault in faults(app, wrong)] == ["home.me", "accounts.gone"]


def test_a_view_that_forgets_the_scope_is_named(
    app: Flask, tree: house.Tree, as_person: Callable[[Person], FlaskClient]
) -> None:
    @requires(Permission.CERTIFICATES_REVOKE)
    def forgetful(certificate_id: int) -> str:
        return db.get_or_404(Certificate, certificate_id).number

    @requires(Permission.CERTIFICATES_REVOKE)
    def careful(certificate_id: int) -> str:
        return scope.one_or_404(Certificate, certificate_id).number

    app.add_url_rule("/forgetful/<int:certificate_id>", "forgetful", forgetful)
    app.add_url_rule("/careful/<int:certificate_id>", "careful", careful)
    named = scope_faults(app, tree, as_person)
    assert [fault.split(" object ")[1] for fault in named] == ["sibling: 200", "ancestor: 200"]
    assert all("/forgetful/" in fault for fault in named)
