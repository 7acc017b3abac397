"""Bad heartbeats and raced papers through the door: the right status, a sentence, nothing half-written."""

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.assessment.models import Attempt
from lms.certificates.models import Certificate
from lms.core import clock
from lms.extensions import db
from lms.learning import outbox, watching
from lms.learning.models import Completion, LessonProgress, OutboxEntry
from tests.factories import Tree, page_token, person, published, tree
from tests.lms.test_journey import open_video, read_first_lesson, send, watched

pytestmark = pytest.mark.both_databases
SignIn = Callable[[Person], FlaskClient]
CROWD = 50


@pytest.fixture
def place(app: Flask) -> Tree:
    return tree()


@pytest.fixture
def her(place: Tree) -> Person:
    published(place.county, tries=1)
    return person("13900000001", place.village)


def seen() -> list[list[float]]:
    db.session.expire_all()
    return db.session.scalars(
        select(LessonProgress.stretches).where(LessonProgress.lesson_id == "watch")
    ).one()


def test_reordered_and_overlapping_heartbeats_are_one_set_of_seconds(as_person: SignIn, her: Person) -> None:
    browser = as_person(her)
    visit = open_video(browser)
    entries = [
        watched(visit, [20, 30], seq=3),
        watched(visit, [0, 12], seq=1),
        watched(visit, [8, 22], seq=2),
    ]
    with clock.travel(seconds=60):
        results = send(browser, *entries)
    assert [one["credited"] for one in results] == [10, 12, 8]
    assert seen() == [[0, 30]]
    position = db.session.scalar(select(LessonProgress.position).where(LessonProgress.lesson_id == "watch"))
    assert position == 30, "where she was last, not what came last"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e-9", "1e308", "null", '"5"'])
def test_a_number_that_is_no_second_of_the_film_is_refused(
    as_person: SignIn, her: Person, number: str
) -> None:
    browser = as_person(her)
    visit, token = open_video(browser), page_token(browser, "/c/small")
    body = (
        f'{{"entries": [{{"id": "{uuid.uuid4()}", "kind": "watched", "visit": "{visit}", "seq": 1,'
        f' "stretches": [[{number}, 9.0]], "rate": 1}}]}}'
    )
    with clock.travel(seconds=60):
        answer = browser.post(
            "/api/outbox", data=body, content_type="application/json", headers={"X-CSRFToken": token}
        )
    assert answer.status_code == 200
    result = answer.get_json()["results"][0]
    assert (result["state"], result["credited"], bool(result["reason"])) == ("refused", 0, True)
    assert seen() == []


@pytest.mark.parametrize(
    "changed",
    [
        {"rate": 0}, {"rate": -1}, {"rate": 16}, {"rate": "1"}, {"seq": -1}, {"seq": 2**31}, {"seq": 1.5},
        {"id": "1"}, {"id": 7}, {"id": "x" * 65}, {"kind": "seen"}, {"visit": "v" * 65}, {"visit": None},
        {"at": "2030-01-01T00:00:00Z"}, {"credited": 60},
    ],
)  # fmt: skip
def test_a_heartbeat_of_the_wrong_shape_is_refused_and_the_next_in_the_bundle_is_taken(
    as_person: SignIn, her: Person, changed: dict[str, Any]
) -> None:
    browser = as_person(her)
    visit = open_video(browser)
    with clock.travel(seconds=60):
        bad, good = send(browser, watched(visit, [0, 9]) | changed, watched(visit, [20, 29], seq=2))
    assert (bad["state"], bad["credited"], bool(bad["reason"])) == ("refused", 0, True)
    assert good["state"] == "kept"
    assert seen() == [[20, 29]]


def test_too_many_entries_are_refused_whole_with_a_sentence(as_person: SignIn, her: Person) -> None:
    browser = as_person(her)
    visit, token = open_video(browser), page_token(browser, "/c/small")
    entries = [watched(visit, [0, 1], seq=n) for n in range(outbox.MAX_ENTRIES + 1)]
    answer = browser.post("/api/outbox", json={"entries": entries}, headers={"X-CSRFToken": token})
    assert answer.status_code == 422
    assert "请分几次" in answer.get_json()["error"]
    assert db.session.scalar(select(func.count()).select_from(OutboxEntry)) == 0


def test_seconds_of_the_future_wait_for_their_time(as_person: SignIn, her: Person) -> None:
    browser = as_person(her)
    visit = open_video(browser)
    with clock.travel(seconds=5):
        first = send(browser, watched(visit, [0, 50]))[0]
    assert first["state"] == "partial"
    assert first["credited"] < 5 + 10, "five seconds, what the test itself took, and what is lent"
    with clock.travel(seconds=90):
        assert send(browser, watched(visit, [0, 50], seq=2))[0]["state"] == "kept"
    assert seen() == [[0, 50]]


@pytest.mark.parametrize("hours", [24, -24])
def test_a_phone_whose_clock_is_a_day_off_earns_what_really_passed(
    as_person: SignIn, her: Person, hours: int
) -> None:
    """Its time is not asked for anywhere: what it says of it is not read, and an entry that names a time is none."""
    browser = as_person(her)
    visit, token = open_video(browser), page_token(browser, "/c/small")
    with clock.travel(hours=hours):
        date = clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT")
    with clock.travel(seconds=30):
        answer = browser.post(
            "/api/outbox",
            json={"entries": [watched(visit, [0, 20])]},
            headers={"X-CSRFToken": token, "Date": date},
        )
        told = clock.parse(answer.get_json()["now"])
        assert abs((told - clock.now()).total_seconds()) < 20
    assert answer.get_json()["results"][0]["credited"] == 20
    assert seen() == [[0, 20]]


def test_a_server_whose_clock_is_put_back_a_day_believes_nothing_and_breaks_nothing(
    as_person: SignIn, her: Person
) -> None:
    browser = as_person(her)
    visit = open_video(browser)
    with clock.travel(days=-1):
        result = send(browser, watched(visit, [0, 20]))[0]
        assert result["credited"] <= watching.TOLERANCE_SECONDS
    with clock.travel(seconds=60):
        assert send(browser, watched(visit, [0, 20], seq=2))[0]["state"] == "kept"
    assert seen() == [[0, 20]]


def crowd(app: Flask, browser: FlaskClient, address: str) -> list[tuple[int, str]]:
    """Status and address of the answers to a form that fifty tabs of one person send at once."""
    cookie, token = browser.get_cookie("session"), page_token(browser, "/c/small")
    assert cookie
    answers: list[tuple[int, str]] = []
    together = threading.Barrier(CROWD)

    def post() -> None:
        tab = app.test_client()
        tab.set_cookie("session", cookie.value, domain="localhost")
        together.wait(30)
        answer = tab.post(address, data={"csrf_token": token})
        answers.append((answer.status_code, answer.headers.get("Location", "")))

    threads = [threading.Thread(target=post) for _ in range(CROWD)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_the_last_try_raced_by_fifty_is_one_paper_and_fifty_hand_ins_are_one_result(
    app: Flask, as_person: SignIn, her: Person
) -> None:
    browser = as_person(her)
    read_first_lesson(browser)
    visit = open_video(browser)
    with clock.travel(seconds=60):
        send(browser, watched(visit, [0, 60]))
    begun = crowd(app, browser, "/c/small/3/try")
    assert len(begun) == CROWD
    assert {status for status, _ in begun} == {302}
    assert len({where for _, where in begun}) == 1, "all tabs are led to the one paper"
    paper = begun[0][1]
    token = page_token(browser, paper)
    browser.post(paper, data={"csrf_token": token, "item-q1": "b", "item-q2": "b", "item-q3": "true"})
    handed_in = crowd(app, browser, f"{paper}/submission")
    assert {status for status, _ in handed_in} == {302}
    assert "100 分" in browser.get(handed_in[0][1]).get_data(as_text=True)
    for model in (Attempt, Completion, Certificate):
        assert db.session.scalar(select(func.count()).select_from(model)) == 1
    refused = crowd(app, browser, "/c/small/3/try")
    assert {status for status, _ in refused} == {409}
    assert db.session.scalar(select(func.count()).select_from(Attempt)) == 1
