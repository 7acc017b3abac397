"""A passed pre-test is recorded for each lesson it stands for, with the go behind it; she and her auditor read it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from courses.model import Course, Lesson, PreTest, QuizBody, TextBody
from lms.accounts.models import Person
from lms.catalogue.commands import publish
from lms.extensions import db
from lms.federations.commands import appoint
from lms.federations.permissions import Role
from lms.learning.models import Completion, LessonCompletion
from tests.factories import Tree, document, item, person, post, tree
from tests.lms.test_paper_kinds import begin

SignIn = Callable[[Person], FlaskClient]
RIGHT = {"item-q1": "b", "item-q2": "b"}
HALF = {"item-q1": "b", "item-q2": "a"}


def course(*covers: str, pass_mark: int = 40) -> Course:
    whole = document()
    lessons = (
        Lesson(
            "pre",
            "摸摸底",
            "",
            5,
            QuizBody((item("q1", lesson="a"), item("q2", lesson="b")), pass_mark, None, False),
        ),
        Lesson("a", "甲课", "", 5, TextBody("正文。", 1)),
        Lesson("b", "乙课", "", 5, TextBody("正文。", 1)),
    )
    modules = (replace(whole.modules[0], lessons=lessons),)
    return replace(whole, modules=modules, test_out=PreTest("pre", 90, covers))


@pytest.fixture
def place(app: Flask) -> Tree:
    return tree()


@pytest.fixture
def her(place: Tree, as_person: SignIn) -> FlaskClient:
    return as_person(person("13900000001", place.village))


def published(place: Tree, content: Course) -> None:
    publish(content, {}, unit_id=place.county.id, actor_id=None)
    db.session.commit()


def go(her: FlaskClient, answers: dict[str, str]) -> str:
    address = begin(her)
    post(her, address, answers)
    post(her, f"{address}/submission", {}, page=address)
    return her.get(f"{address}/result").get_data(as_text=True)


def recorded() -> dict[str, tuple[str, dict[str, Any]]]:
    db.session.expire_all()
    return {row.lesson_id: (row.how, row.evidence) for row in db.session.scalars(db.select(LessonCompletion))}


@pytest.mark.both_databases
def test_the_go_that_reached_it_is_recorded_for_each_lesson_it_stands_for(
    place: Tree, her: FlaskClient
) -> None:
    published(place, course("a"))
    below = go(her, HALF)  # passed as a paper, not enough to spare a lesson
    assert set(recorded()) == {"pre"} and "课前测验考到 90 分" in below
    enough = go(her, RIGHT)
    assert "这几课不用再学" in enough and "第 2 课《甲课》" in enough and "接着学第 3 课《乙课》" in enough
    how, evidence = recorded()["a"]
    assert how == "tested_out" and "b" not in recorded()
    assert (evidence["try"], evidence["percent"], evidence["needed"], evidence["paper"]) == (
        2,
        100,
        90,
        "pre",
    )
    assert isinstance(evidence["attempt"], int)


def test_a_better_go_later_changes_nothing_that_was_recorded(place: Tree, her: FlaskClient) -> None:
    published(place, course("a"))
    go(her, RIGHT)
    first = recorded()
    go(her, RIGHT)
    go(her, HALF)
    assert recorded() == first


def test_a_pre_test_that_does_not_count_as_passed_may_still_spare_lessons(
    place: Tree, her: FlaskClient
) -> None:
    published(place, replace(course("a", pass_mark=100), test_out=PreTest("pre", 50, ("a",))))
    go(her, HALF)
    assert set(recorded()) == {"a"}


def test_a_pre_test_over_everything_finishes_the_course(place: Tree, her: FlaskClient) -> None:
    published(place, course("a", "b"))
    assert "看证书" in go(her, RIGHT)
    assert set(recorded()) == {"pre", "a", "b"}
    assert db.session.scalars(db.select(Completion)).one().enrolment_id


def test_she_and_her_auditor_read_the_same_sentence(place: Tree, her: FlaskClient, as_person: SignIn) -> None:
    published(place, course("a"))
    assert "这是课前测验" in her.get("/c/small/1").get_data(as_text=True)
    go(her, RIGHT)
    words = "课前测验《摸摸底》第 1 次考了 100 分，90 分就够，这一课不用再学。"
    assert words in her.get("/c/small").get_data(as_text=True)
    assert words in her.get("/c/small/2").get_data(as_text=True)
    learner = db.session.scalars(db.select(Person)).first()
    assert learner
    officer = person("13900000002", place.county, "赵岚")
    appoint(officer.id, Role.OFFICER, place.county, actor_id=None)
    db.session.commit()
    page = as_person(officer).get(f"/audit/p/{learner.public_id}").get_data(as_text=True)
    assert words in page and "课前测验通过" in page and "记为学完" in page


def test_her_neighbour_is_spared_nothing(place: Tree, her: FlaskClient, as_person: SignIn) -> None:
    published(place, course("a"))
    go(her, RIGHT)
    neighbour = as_person(person("13900000003", place.village, "李桂兰"))
    assert "不用再学" not in neighbour.get("/c/small").get_data(as_text=True)
