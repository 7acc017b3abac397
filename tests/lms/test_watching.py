"""Rules of watching beyond the one clock: one player, in order, presence."""

import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from courses.model import Watching
from lms.accounts.models import Person
from lms.core import clock
from lms.extensions import db
from lms.learning import watching
from lms.learning.models import LessonProgress, Visit
from tests.factories import Tree, person, published, tree
from tests.lms.test_journey import open_video, send, watched

pytestmark = pytest.mark.both_databases
SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def place(app: Any) -> Tree:
    return tree()


@pytest.fixture
def her(place: Tree) -> Person:
    return person("13900000001", place.village)


def seen() -> list[list[float]]:
    db.session.expire_all()
    return db.session.scalars(
        select(LessonProgress.stretches).where(LessonProgress.lesson_id == "watch")
    ).one()


def test_two_lessons_played_side_by_side_for_a_minute_earn_one_minute(
    as_person: SignIn, her: Person, place: Tree
) -> None:
    published(place.county)
    published(place.county, "other")
    browser = as_person(her)
    begun = time.monotonic()
    films = [open_video(browser, slug=slug) for slug in ("small", "other")]
    with clock.travel(seconds=60):
        told = [
            send(browser, watched(film, [quarter, quarter + 15], seq=quarter))[0]
            for quarter in (0, 15, 30, 45)
            for film in films
        ]
    passed = 60 + time.monotonic() - begun
    earned = sum(result["credited"] for result in told)
    assert 60 <= earned <= passed + watching.TOLERANCE_SECONDS
    assert {result["state"] for result in told} > {"refused"}


def test_the_older_of_two_players_is_told_to_pause_and_why_and_loses_nothing(
    as_person: SignIn, her: Person, place: Tree
) -> None:
    published(place.county)
    phone, tablet = as_person(her), as_person(her)
    first = open_video(phone)
    with clock.travel(seconds=15):
        assert "pause" not in send(phone, watched(first, [0, 15]))[0]
    with clock.travel(seconds=20):
        second = open_video(tablet)
    with clock.travel(seconds=30):
        late = send(phone, watched(first, [15, 20], seq=2))[0]
        assert "pause" not in late, "nothing was heard of the second player yet"
        assert "pause" not in send(tablet, watched(second, [20, 30]))[0]
    with clock.travel(seconds=35):
        told = send(phone, watched(first, [30, 35], seq=3))[0]
    assert "另一处" in told["pause"]
    assert told["credited"] == 5
    assert seen() == [[0, 35]]


def test_a_player_that_fell_silent_is_no_reason_to_pause(as_person: SignIn, her: Person, place: Tree) -> None:
    published(place.county)
    browser = as_person(her)
    first = open_video(browser)
    with clock.travel(seconds=5):
        second = open_video(as_person(her))
    with clock.travel(seconds=15):
        send(browser, watched(second, [0, 10]))
    with clock.travel(seconds=200):
        assert "pause" not in send(browser, watched(first, [10, 50]))[0]


def test_a_course_may_allow_two_players(as_person: SignIn, her: Person, place: Tree) -> None:
    published(place.county, watching=Watching(one_player=False))
    browser = as_person(her)
    first = open_video(browser)
    with clock.travel(seconds=5):
        second = open_video(as_person(her))
    with clock.travel(seconds=20):
        send(browser, watched(second, [0, 5]))
        assert "pause" not in send(browser, watched(first, [5, 15]))[0]


def test_where_skipping_ahead_is_not_allowed_only_what_follows_counts(
    as_person: SignIn, her: Person, place: Tree
) -> None:
    published(place.county, watching=Watching(no_skip_ahead=True))
    browser = as_person(her)
    visit = open_video(browser)
    assert "data-no-skip" in browser.get("/c/small/2").get_data(as_text=True)
    with clock.travel(seconds=60):
        jumped = send(browser, watched(visit, [0, 10], [40, 55]))[0]
        assert (jumped["state"], jumped["credited"]) == ("partial", 10)
        assert "按顺序" in jumped["reason"]
        assert send(browser, watched(visit, [30, 40], seq=2))[0]["state"] == "refused"
        assert send(browser, watched(visit, [10, 20], [20, 25], seq=3))[0]["state"] == "kept"
    assert seen() == [[0, 25]]


def test_being_there_is_noted_with_the_visit_and_never_for_another(
    as_person: SignIn, her: Person, place: Tree
) -> None:
    published(place.county, watching=Watching(presence_minutes=5))
    browser = as_person(her)
    visit = open_video(browser)
    assert 'data-presence="5"' in browser.get("/c/small/2").get_data(as_text=True)
    entry = {"id": str(uuid.uuid4()), "kind": "present", "visit": visit}
    assert [one["state"] for one in send(browser, entry, entry)] == ["kept", "kept"]
    stranger = as_person(person("13900000002", place.other_county))
    stranger.get("/c/small/1")
    answer = send(stranger, {**entry, "id": str(uuid.uuid4())})[0]
    assert answer["state"] == "refused"
    assert db.session.scalar(select(Visit.presence).where(Visit.token == visit)) == 1
