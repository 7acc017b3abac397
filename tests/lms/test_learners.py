"""The trainer's view: who has not started, who is stuck where, what waits; her own units and no others."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person
from lms.classes import commands as classes
from lms.core import clock
from lms.core.audit_log import AuditEntry
from lms.extensions import db
from lms.federations.permissions import Role
from tests import house
from tests.factories import Tree, person, published, tree
from tests.lms.test_journey import open_video, send, watched

pytestmark = pytest.mark.both_databases
SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def place(app: Flask) -> Tree:
    made = tree()
    published(made.province)
    return made


def test_a_trainer_reads_where_each_of_hers_is_stuck_and_who_has_not_begun(
    as_person: SignIn, place: Tree
) -> None:
    browser = as_person(person("13800000091", place.village))
    visit = open_video(browser)
    with clock.travel(seconds=20):
        send(browser, watched(visit, [0, 20]))
    person("13800000092", place.town, "李桂兰")
    outside = person("13800000093", place.other_county, "赵外人")
    staff = as_person(house.staff(Role.TRAINER, place.county))
    page = staff.get("/teach/people?course=small").get_data(as_text=True)
    assert "王秀英" in page and "《读一读》" in page and "138****0091" in page
    assert "李桂兰" in page and "13800000092" not in page
    assert outside.name not in page
    assert "在学 1 人，学完 0 人" in staff.get("/teach/people").get_data(as_text=True)
    assert (
        db.session.scalar(select(AuditEntry.object_id).where(AuditEntry.action == "learners.read")) == "small"
    )


def test_the_number_of_those_who_finished_opens_to_their_names(as_person: SignIn, place: Tree) -> None:
    session, hers = house.class_session(place.town), house.person(place.town)
    other = house.person(place.other_county)
    classes.tick(session, [hers, other], actor_id=hers.id)
    db.session.commit()
    staff = as_person(house.staff(Role.TRAINER, place.county))
    assert "学完 1 人" in staff.get("/teach/people").get_data(as_text=True)
    page = staff.get(f"/teach/people?course={session.course.slug}").get_data(as_text=True)
    assert "学完 1 人" in page and hers.masked_phone in page
    assert other.masked_phone not in page


def test_work_that_waits_is_named_and_the_trainer_next_door_sees_nobody(
    as_person: SignIn, place: Tree
) -> None:
    row = house.work(place.town)
    slug = row.enrolment.course.slug
    mine = as_person(house.staff(Role.TRAINER, place.county))
    assert f"/teach/hand-ins/{row.id}" in mine.get(f"/teach/people?course={slug}").get_data(as_text=True)
    other = as_person(house.staff(Role.TRAINER, place.other_county))
    assert f"/teach/hand-ins/{row.id}" not in other.get(f"/teach/people?course={slug}").get_data(as_text=True)
    assert mine.get("/teach/people?course=nothing").status_code == 404


def test_a_text_lesson_has_its_page_for_the_printer(
    as_person: SignIn, place: Tree, client: FlaskClient
) -> None:
    assert '/c/small/1/print"' in client.get("/c/small/1").get_data(as_text=True)
    page = client.get("/c/small/1/print").get_data(as_text=True)
    assert "正文。" in page and "我读完了" not in page
    assert client.get("/c/small/2/print").status_code == 404
