"""Her paper: deadlines by the server's clock, answers that do not belong, tries raced, one paper on two devices."""

import re
import threading
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from courses.items import Item, ItemKind, Option, kinds
from courses.model import Module, QuizBody
from lms.accounts.models import Person
from lms.assessment import commands, jobs, papers
from lms.assessment.models import Attempt, AttemptEvent, Response
from lms.catalogue.commands import publish
from lms.core import clock, together
from lms.core.errors import Conflict
from lms.enrolment.commands import Learner, enrol
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.learning import outbox
from tests import factories

pytestmark = pytest.mark.both_databases
SignIn = Callable[[Person], FlaskClient]
ORDER = Item("q3", ItemKind.ORDER, "排一排", (Option("x", "先"), Option("y", "后")), ("x", "y"), "", "")


def paper(limit: int = 0, tries: int | None = None) -> QuizBody:
    items = (factories.item("q1", lesson=""), factories.item("q2", lesson=""), ORDER)
    return QuizBody(items, 60, tries, False, limit_minutes=limit)


def begun(place: factories.Tree, body: QuizBody, phone: str = "13900000001") -> Attempt:
    document = factories.document("quiz")
    only = replace(document.lesson("paper"), body=body, requires=())
    version = publish(
        replace(document, modules=(Module("m1", "单元", (only,)),)),
        {},
        unit_id=place.county.id,
        actor_id=None,
    )
    her = factories.person(phone, place.village)
    made = enrol(Learner(her.id, None), version.course)
    attempt = commands.begin(made, "paper", body)
    db.session.commit()
    return attempt


@pytest.fixture
def place(app: Flask) -> factories.Tree:
    return factories.tree()


def learner(attempt: Attempt) -> Learner:
    return Learner(attempt.enrolment.person_id, None)


def send(
    attempt: Attempt, item: str, response: list[object], who: Learner | None = None
) -> dict[str, object]:
    entry = {
        "id": str(uuid.uuid4()), "kind": "answer", "attempt": attempt.public_id, "item": item, "response": response,
    }  # fmt: skip
    bundle = outbox.bundle([entry], who or learner(attempt), "Android")
    result: dict[str, object] = together.run(bundle.take, *bundle.names)[0]
    return result


def test_an_answer_counts_until_the_grace_is_over_and_not_a_second_longer(place: factories.Tree) -> None:
    attempt = begun(place, paper(limit=10))
    with clock.travel(minutes=5, seconds=1):
        kept = send(attempt, "q1", ["b"])
        assert kept["state"] == "kept"
        assert kept["left"] in (298, 299)
    edge = 10 * 60 + commands.GRACE.total_seconds()
    with clock.travel(seconds=edge - 1):
        assert send(attempt, "q2", ["b"]) | {"id": ""} == {
            "id": "", "state": "kept", "credited": 0, "reason": None, "left": 0,
        }  # fmt: skip
    with clock.travel(seconds=edge + 1):
        late = send(attempt, "q2", ["a"])
        assert late["state"] == "refused"
        assert "时间到了" in str(late["reason"])
        with pytest.raises(Conflict):
            commands.save_answer(attempt, "q2", ["a"])
        db.session.rollback()
    assert papers.answers_of(attempt) == {"q1": ["b"], "q2": ["b"]}


def test_a_paper_whose_time_is_over_is_handed_in_by_the_sweep_with_what_was_saved(
    place: factories.Tree,
) -> None:
    attempt = begun(place, paper(limit=10))
    send(attempt, "q1", ["b"])
    send(attempt, "q2", ["b"])
    with clock.travel(minutes=10, seconds=59):
        jobs.sweep()
        db.session.commit()
        assert db.session.get_one(Attempt, attempt.id).submitted_at is None
    with clock.travel(minutes=11, seconds=1):
        jobs.sweep()
        db.session.commit()
    db.session.refresh(attempt)
    assert (attempt.percent, attempt.passed) == (66, True)
    kinds = set(db.session.scalars(select(AttemptEvent.kind).where(AttemptEvent.attempt_id == attempt.id)))
    assert kinds == {"begun", "saved", "timed_out"}


def test_the_next_look_hands_an_overdue_paper_in_and_says_so(
    place: factories.Tree, as_person: SignIn
) -> None:
    attempt = begun(place, paper(limit=10, tries=1))
    browser = as_person(db.session.get_one(Person, attempt.enrolment.person_id))
    where = f"/c/quiz/1/try/{attempt.public_id}"
    page = browser.get(where).get_data(as_text=True)
    assert "还有 9 分钟" in page or "还有 10 分钟" in page
    token = factories.page_token(browser, where)
    with clock.travel(minutes=12):
        late = browser.post(where, data={"csrf_token": token, "item-q1": "b"})
        assert late.headers["Location"].endswith("/result")
        assert "0 分" in browser.get(late.headers["Location"]).get_data(as_text=True)
        assert "1 次机会用完了" in browser.get("/c/quiz/1").get_data(as_text=True)
    assert papers.answers_of(attempt) == {}


@pytest.mark.parametrize(
    ("item", "response"),
    [
        ("q9", ["b"]), ("q1", ["z"]), ("q1", ["a", "b"]), ("q1", [["a"]]), ("q1", [None]), ("q1", [{"a": 1}]),
        ("q3", ["x", "y", "x"]), ("q3", ["q"]), ("q3", [1]), ("q1", [float("1e308")]),
    ],
)  # fmt: skip
def test_an_answer_that_does_not_belong_is_refused_with_a_sentence_and_keeps_nothing(
    place: factories.Tree, item: str, response: list[object]
) -> None:
    attempt = begun(place, paper())
    result = send(attempt, item, response)
    assert result["state"] == "refused"
    assert "刷新" in str(result["reason"])
    assert papers.answers_of(attempt) == {}


def test_an_answer_for_anothers_paper_is_not_there(place: factories.Tree) -> None:
    attempt = begun(place, paper())
    stranger = Learner(factories.person("13900000002", place.village).id, None)
    result = send(attempt, "q1", ["b"], stranger)
    assert "没有找到这份答卷" in str(result["reason"])
    assert papers.answers_of(attempt) == {}


def test_answers_are_counted_by_minute_and_device_in_the_log(place: factories.Tree) -> None:
    attempt = begun(place, paper())
    for answer in ("a", "b", "c"):
        send(attempt, "q1", [answer])
    with clock.travel(minutes=2):
        send(attempt, "q2", ["b"])
    rows = db.session.execute(
        select(AttemptEvent.times, AttemptEvent.device).where(AttemptEvent.kind == "saved")
    ).all()
    assert sum(row.times for row in rows) == 4
    assert {row.device for row in rows} == {"Android"}


def test_the_last_try_raced_from_two_tabs_is_one_attempt_and_no_more(
    app: Flask, place: factories.Tree
) -> None:
    attempt = begun(place, paper(tries=2))
    commands.submit(attempt)
    db.session.commit()
    enrolment_id, outcomes = attempt.enrolment_id, list[str]()

    def race() -> None:
        with app.app_context():
            try:
                mine = commands.begin(db.session.get_one(Enrolment, enrolment_id), "paper", paper(tries=2))
                commands.submit(mine)
                db.session.commit()
                outcomes.append(mine.public_id)
            except Conflict as error:
                db.session.rollback()
                outcomes.append(error.message)

    threads = [threading.Thread(target=race) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 20
    assert db.session.scalar(select(func.count()).select_from(Attempt)) == 2
    assert sum("次机会用完了" in one for one in outcomes) == 19


def test_a_second_device_goes_on_with_the_same_paper_and_an_old_page_takes_nothing_back(
    place: factories.Tree, as_person: SignIn
) -> None:
    attempt = begun(place, paper())
    her = db.session.get_one(Person, attempt.enrolment.person_id)
    phone, tablet = as_person(her), as_person(her)
    where = f"/c/quiz/1/try/{attempt.public_id}"
    assert factories.post(phone, "/c/quiz/1/try", {}, page="/c/quiz/1").headers["Location"] == where
    factories.post(phone, where, {"shown": ["q1"], "item-q1": "b"})
    page = tablet.get(where).get_data(as_text=True)
    assert re.search(r'name="item-q1" value="b" checked', page)
    factories.post(tablet, where, {"shown": ["q2"], "item-q2": "b"})
    factories.post(phone, where, {})
    assert papers.answers_of(attempt) == {"q1": ["b"], "q2": ["b"]}
    factories.post(tablet, where, {"shown": ["q1", "q2"], "item-q2": "b"})
    assert papers.answers_of(attempt) == {"q1": [], "q2": ["b"]}


def test_options_are_mixed_for_each_attempt_alike_on_every_look(place: factories.Tree) -> None:
    many = tuple(Option(one, f"第{one}项") for one in "abcdefgh")
    body = QuizBody(
        (Item("q1", ItemKind.SINGLE, "选", many, ("a",), "", ""), ORDER), 60, None, False, (), True
    )
    attempt = begun(place, body)
    orders = set()
    for number in range(4):
        first, again = papers.asked_of(attempt), papers.asked_of(attempt)
        assert first == again
        orders.add(tuple(one.id for one in first[0].item.options))
        commands.submit(attempt)
        attempt = commands.begin(attempt.enrolment, "paper", body)
        assert number < 4
    assert len(orders) > 1


def test_replies_to_the_same_entry_are_the_same_and_write_once(place: factories.Tree) -> None:
    attempt = begun(place, paper())
    entry = {
        "id": str(uuid.uuid4()),
        "kind": "answer",
        "attempt": attempt.public_id,
        "item": "q1",
        "response": ["a"],
    }
    first = outbox.bundle([entry], learner(attempt))
    again = outbox.bundle([entry | {"response": ["b"]}], learner(attempt))
    assert together.run(first.take, *first.names) == together.run(again.take, *again.names)
    assert papers.answers_of(attempt) == {"q1": ["a"]}
    assert db.session.scalar(select(func.count()).select_from(Response)) == 1


def test_an_answer_with_half_an_emoji_is_kept_shown_and_graded(
    place: factories.Tree, as_person: SignIn
) -> None:
    typed = Item("q1", ItemKind.TEXT, "烧水以后做什么？", (), (), "", "", pattern="喝?水+")
    attempt = begun(place, replace(paper(), items=(typed,)))
    browser = as_person(db.session.get_one(Person, attempt.enrolment.person_id))
    where = f"/c/quiz/1/try/{attempt.public_id}"
    entry = {
        "id": str(uuid.uuid4()), "kind": "answer", "attempt": attempt.public_id, "item": "q1", "response": ["喝水\ud83d"],
    }  # fmt: skip
    headers = {"X-CSRFToken": factories.page_token(browser, where)}
    told = browser.post("/api/outbox", json={"entries": [entry]}, headers=headers).get_json()
    assert told["results"][0]["state"] == "kept"
    assert "喝水\ufffd" in browser.get(where).get_data(as_text=True)
    handed = factories.post(browser, f"{where}/submission", {}, page=where)
    assert handed.status_code == 302
    assert "0 分" in browser.get(handed.headers["Location"]).get_data(as_text=True)


@pytest.mark.parametrize("odd", ["喝水\ud83d", float("nan"), float("inf")])
def test_what_cannot_be_written_down_is_no_answer_and_counts_for_nothing(odd: object) -> None:
    typed = Item("q1", ItemKind.TEXT, "烧水以后做什么？", (), ("水",), "", "", pattern=".+")
    assert not kinds.fits(typed, [odd])
    assert kinds.share(typed, [odd]) == 0


def test_one_paper_that_cannot_be_graded_keeps_no_other_waiting(
    place: factories.Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (begun(place, paper(limit=10), f"1390000000{n}") for n in (1, 2))
    settle = commands.settle

    def fails(attempt: Attempt) -> object:
        if attempt.id == first.id:
            raise ValueError("no grade")
        return settle(attempt)

    monkeypatch.setattr(commands, "settle", fails)
    with clock.travel(minutes=12):
        assert commands.hand_in_overdue() == 1
        db.session.commit()
    db.session.expire_all()
    assert db.session.get_one(Attempt, first.id).submitted_at is None, "nothing of it is half-written"
    assert db.session.get_one(Attempt, second.id).submitted_at is not None
