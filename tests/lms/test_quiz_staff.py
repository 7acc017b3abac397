"""Staff at a paper: marking, more tries and time, opened again, a wrong key put right; the log tells all of it."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses.model import Course as Document
from courses.model import Module, QuizBody
from lms.accounts.models import Person
from lms.assessment import commands, papers
from lms.assessment.models import Allowance, Attempt, AttemptEvent, Regrade, RegradeChange, Response
from lms.catalogue.commands import publish
from lms.core import clock
from lms.core.audit_log import AuditEntry
from lms.enrolment.commands import Learner, enrol
from lms.extensions import db
from lms.federations.models import Unit
from lms.federations.permissions import Role
from lms.learning.models import LessonCompletion
from tests import factories, house

SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def place(app: Flask) -> house.Tree:
    return house.tree()


def small(slug: str, limit: int = 0, tries: int | None = 1, key: str = "b") -> Document:
    """A course of one paper with two questions; `key` is what the first one takes for right."""
    document = factories.document(slug)
    paper = document.lesson("paper")
    items = (factories.item("q1", key, lesson=""), factories.item("q2", lesson=""))
    body = QuizBody(items, 60, tries, False, limit_minutes=limit)
    return replace(document, modules=(Module("m1", "单元", (replace(paper, body=body, requires=()),)),))


def answered(unit: Unit, document: Document, *answers: str) -> Attempt:
    """Publish (once) and let a volunteer hand the paper in."""
    version = publish(document, {}, unit_id=unit.id, actor_id=None)
    return handed_in(version.course, house.person(unit), *answers)


def handed_in(course, person: Person, *answers: str) -> Attempt:  # type: ignore[no-untyped-def]
    made = enrol(Learner(person.id, None), course)
    attempt = commands.begin(made, "paper", made.version.content.lesson("paper").body)
    for item_id, answer in zip(("q1", "q2"), answers, strict=True):
        commands.save_answer(attempt, item_id, [answer])
    commands.submit(attempt, device="Android")
    db.session.commit()
    return attempt


def fresh(attempt: Attempt) -> Attempt:
    db.session.expire_all()
    return db.session.get_one(Attempt, attempt.id)


def kinds(attempt: Attempt) -> list[str]:
    query = select(AttemptEvent.kind).where(AttemptEvent.attempt_id == attempt.id).order_by(AttemptEvent.id)
    return list(db.session.scalars(query))


def address(attempt: Attempt) -> str:
    return f"/teach/attempts/{attempt.enrolment_id}/{attempt.lesson_id}"


def test_an_essay_waits_for_a_person_and_her_marks_finish_the_lesson(
    place: house.Tree, as_person: SignIn
) -> None:
    attempt = house.attempt(place.town)
    other = house.attempt(place.county)
    her = as_person(attempt.enrolment.person)
    where = f"/c/{attempt.enrolment.course.slug}/1/try/{attempt.public_id}/result"
    assert "等老师看" in her.get(where).get_data(as_text=True)
    assert (attempt.awaiting, attempt.passed) == (1, False)
    trainer = as_person(house.staff(Role.TRAINER, place.county))
    listed = trainer.get("/teach/marking").get_data(as_text=True)
    assert "2 道题等着看" in listed
    form = f"/teach/marking/{attempt.id}/q1"
    assert "我觉得先敲门。" in trainer.get(form).get_data(as_text=True)
    refused = house.post(trainer, form, **{"points-r1": "3", "comment": "很好"})
    assert refused.status_code == 422
    assert "0 到 2 分" in refused.get_data(as_text=True)
    assert "很好" in refused.get_data(as_text=True)
    assert fresh(attempt).awaiting == 1
    onward = house.post(trainer, form, **{"points-r1": "2", "comment": "很好"})
    assert onward.headers["Location"].endswith(f"/teach/marking/{other.id}/q1")
    assert (fresh(attempt).percent, attempt.passed, attempt.awaiting) == (100, True, 0)
    assert db.session.get(LessonCompletion, (attempt.enrolment_id, "paper"))
    seen = her.get(where).get_data(as_text=True)
    assert "100 分" in seen
    assert "老师说：很好" in seen
    assert kinds(attempt) == ["begun", "submitted", "marked"]
    trail = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "answer.marked")).one()
    assert trail.detail["points"] == 2


def test_a_changed_essay_has_to_be_marked_again(place: house.Tree, as_person: SignIn) -> None:
    attempt = house.attempt(place.county)
    trainer = as_person(house.staff(Role.TRAINER, place.county))
    house.post(trainer, f"/teach/marking/{attempt.id}/q1", **{"points-r1": "1"})
    house.post(trainer, f"/teach/attempt/{attempt.id}/reopening", reason="她想补一句")
    assert fresh(attempt).submitted_at is None
    commands.save_answer(attempt, "q1", ["先敲门，再自我介绍。"])
    commands.submit(attempt)
    db.session.commit()
    assert fresh(attempt).awaiting == 1


def test_more_tries_are_given_with_a_reason_and_stand_in_her_sentence(
    place: house.Tree, as_person: SignIn
) -> None:
    attempt = answered(place.county, small("more"), "a", "a")
    her = as_person(attempt.enrolment.person)
    slug = attempt.enrolment.course.slug
    assert house.post(her, f"/c/{slug}/1/try").status_code == 409
    trainer = as_person(house.staff(Role.TRAINER, place.county))
    without = house.post(trainer, address(attempt), tries="1")
    assert without.status_code == 422
    assert "请写原因" in without.get_data(as_text=True)
    assert db.session.scalars(select(Allowance)).all() == []
    assert house.post(trainer, address(attempt), tries="1", reason="停电没答完").status_code == 302
    assert house.post(her, f"/c/{slug}/1/try").status_code == 302
    page = trainer.get(address(attempt)).get_data(as_text=True)
    assert "停电没答完" in page
    assert "一共可以考 2 次" in page


@pytest.mark.parametrize("words", ["x", "-1", "1.5", "99999999", "٣"])
def test_a_number_that_is_none_is_refused_with_a_sentence(
    place: house.Tree, as_person: SignIn, words: str
) -> None:
    attempt = answered(place.county, small("none"), "a", "a")
    trainer = as_person(house.staff(Role.TRAINER, place.county))
    answer = house.post(trainer, address(attempt), tries=words, reason="停电")
    assert answer.status_code == 422
    assert "整数" in answer.get_data(as_text=True)
    assert "停电" in answer.get_data(as_text=True)


def test_half_as_much_time_again_counts_for_the_open_attempt_and_the_next(
    place: house.Tree, as_person: SignIn
) -> None:
    version = publish(small("time", 30, None), {}, unit_id=place.county.id, actor_id=None)
    made = enrol(Learner(house.person(place.county).id, None), version.course)
    body = version.content.lesson("paper").body
    assert isinstance(body, QuizBody)
    attempt = commands.begin(made, "paper", body)
    db.session.commit()
    before = attempt.due_at
    trainer = as_person(house.staff(Role.TRAINER, place.county))
    house.post(trainer, address(attempt), minutes="50%", reason="视力不好")
    assert before
    assert fresh(attempt).due_at
    assert ((attempt.due_at or before) - before).total_seconds() == 15 * 60
    commands.submit(attempt)
    later = commands.begin(made, "paper", body)
    assert later.due_at
    assert round((later.due_at - clock.now()).total_seconds() / 60) == 45


def test_an_attempt_opened_again_keeps_its_answers_and_the_score_stays_in_the_log(
    place: house.Tree, as_person: SignIn
) -> None:
    attempt = answered(place.county, small("again"), "b", "b")
    trainer = as_person(house.staff(Role.TRAINER, place.county))
    assert house.post(trainer, f"/teach/attempt/{attempt.id}/reopening", reason="").status_code == 422
    assert house.post(trainer, f"/teach/attempt/{attempt.id}/reopening", reason="误交").status_code == 302
    assert fresh(attempt).submitted_at is None
    assert papers.answers_of(attempt) == {"q1": ["b"], "q2": ["b"]}
    assert db.session.get(LessonCompletion, (attempt.enrolment_id, "paper"))
    told = db.session.scalars(select(AttemptEvent).where(AttemptEvent.kind == "reopened")).one()
    assert told.detail["percent"] == 100
    twice = house.post(trainer, f"/teach/attempt/{attempt.id}/reopening", reason="误交")
    assert twice.status_code == 409


def test_a_wrong_key_put_right_shows_who_changes_first_and_keeps_the_score_before(
    place: house.Tree, as_person: SignIn
) -> None:
    first = answered(place.county, small("key"), "c", "b")
    second = handed_in(first.enrolment.course, house.person(place.county, name="李桂兰"), "b", "b")
    course = first.enrolment.course
    publish(small("key", key="c"), {}, unit_id=place.county.id, actor_id=None)
    db.session.commit()
    trainer = as_person(house.staff(Role.TRAINER, place.county))
    where = f"/teach/regrade/{course.id}/paper"
    page = trainer.get(where).get_data(as_text=True)
    assert "2 人的成绩会变" in page
    assert "1 份从通过变成不通过" in page
    assert "李桂兰" in page
    assert db.session.scalars(select(RegradeChange)).all() == []
    stale = house.post(trainer, where, expected="1", reason="第 1 题标错")
    assert stale.status_code == 409
    assert house.post(trainer, where, expected="2", reason=" ").status_code == 422
    assert house.post(trainer, where, expected="2", reason="第 1 题标错").status_code == 302
    assert (fresh(first).percent, fresh(second).percent) == (100, 50)
    kept = {one.attempt_id: one for one in db.session.scalars(select(RegradeChange))}
    assert (kept[first.id].before_percent, kept[second.id].before_percent) == (50, 100)
    assert db.session.get(LessonCompletion, (first.enrolment_id, "paper"))
    assert db.session.get(LessonCompletion, (second.enrolment_id, "paper"))
    assert house.post(trainer, where, expected="2", reason="第 1 题标错").status_code == 302
    assert len(db.session.scalars(select(Regrade)).all()) == 1
    assert kinds(first)[-1] == "regraded"
    her = as_person(second.enrolment.person)
    seen = her.get(f"/c/key/1/try/{second.public_id}/result").get_data(as_text=True)
    assert "原来 100 分，现在 50 分" in seen


def test_names_of_other_units_stay_hidden_on_the_page_of_a_regrade(
    place: house.Tree, as_person: SignIn
) -> None:
    first = answered(place.county, small("far"), "c", "b")
    handed_in(first.enrolment.course, house.person(place.sibling, name="外县人"), "c", "b")
    publish(small("far", key="c"), {}, unit_id=place.county.id, actor_id=None)
    db.session.commit()
    trainer = as_person(house.staff(Role.TRAINER, place.county))
    page = trainer.get(f"/teach/regrade/{first.enrolment.course_id}/paper").get_data(as_text=True)
    assert "2 人的成绩会变" in page
    assert "外县人" not in page


def test_the_log_tells_devices_and_times_and_the_reading_is_recorded(
    place: house.Tree, as_person: SignIn
) -> None:
    attempt = answered(place.county, small("log"), "b", "a")
    trainer = as_person(house.staff(Role.TRAINER, place.county))
    page = trainer.get(address(attempt)).get_data(as_text=True)
    assert re.search(r"交卷.*安卓手机", page, re.S)
    assert f"/teach/regrade/{attempt.enrolment.course_id}/paper" in page
    looked = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "attempt.viewed")).one()
    assert looked.object_id == str(attempt.enrolment.person_id)
    listed = trainer.get("/teach/attempts?name=王秀").get_data(as_text=True)
    assert address(attempt) in listed
    assert address(attempt) not in trainer.get("/teach/attempts?name=李").get_data(as_text=True)


def test_marks_of_a_stranger_paper_are_not_there(place: house.Tree, as_person: SignIn) -> None:
    attempt = house.attempt(place.sibling)
    trainer = as_person(house.staff(Role.TRAINER, place.county))
    assert house.post(trainer, f"/teach/marking/{attempt.id}/q1", **{"points-r1": "2"}).status_code == 404
    assert db.session.get_one(Response, (attempt.id, "q1")).marks is None
