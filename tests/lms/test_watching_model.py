"""Any order of opening, fetching, playing, sending late, twice and mixed up, against sets of half seconds."""

import random
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete

from courses.model import Lesson, Module, TextBody, VideoBody, Watching
from lms.assets.events import MediaFetched
from lms.assets.models import MediaAsset
from lms.catalogue.commands import publish
from lms.core import clock, together
from lms.enrolment.commands import Learner, enrol
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.learning import commands, handlers, outbox
from lms.learning.models import LessonCompletion, LessonProgress, OutboxEntry, Visit, WatchClock
from tests import factories
from tests.lms.watching_model import (
    LENGTH,
    LENT,
    NOON,
    Account,
    Film,
    Playing,
    Ticks,
    in_order,
    tick_of,
    ticks,
)

ENOUGH = 0.9
POLICIES = {"plain": Watching(), "loose": Watching(one_player=False), "strict": Watching(no_skip_ahead=True)}
FILMS = (("plain", "one"), ("plain", "two"), ("loose", "one"), ("strict", "one"))
Entry = dict[str, Any]
PART = st.tuples(st.integers(0, LENGTH), st.integers(1, 45)).map(
    lambda two: [two[0], min(sum(two), LENGTH + 1)]
)
BAD: tuple[Entry, ...] = (
    {"stretches": [[5, 3]]}, {"stretches": [[-1, 4]]}, {"stretches": [[0, 500]]}, {"stretches": []},
    {"stretches": [[0]]}, {"stretches": [[float("nan"), 4]]}, {"stretches": [[0, float("inf")]]},
    {"stretches": [[0, 1]] * 10_000}, {"rate": 16}, {"rate": 0.5}, {"rate": float("nan")}, {"seq": -1},
    {"at": "2026-11-03T12:00:00Z"},
)  # fmt: skip


class Watched(RuleBasedStateMachine):
    """Two people, four films of a minute in three courses, as many players as they like."""

    moment = NOON
    enrolments: dict[tuple[int, str], int] = {}
    assets: dict[Film, int] = {}

    def __init__(self) -> None:
        super().__init__()
        for model in (OutboxEntry, WatchClock, LessonCompletion, LessonProgress, Visit):
            db.session.execute(delete(model))
        db.session.commit()
        db.session.expire_all()
        type(self).moment = NOON
        self.people = sorted({who for who, _ in self.enrolments})
        self.visits: list[Playing] = []
        self.seen: dict[tuple[int, Film], Ticks] = {}
        self.position: dict[tuple[int, Film], float] = {}
        self.accounts = {who: Account() for who in self.people}
        self.held: list[tuple[int, Entry]] = []
        self.first: dict[str, tuple[int, Entry, Entry]] = {}

    def teardown(self) -> None:
        db.session.rollback()

    @initialize(film=st.sampled_from(FILMS))
    def she_plays_something(self, film: Film) -> None:
        self.open(film, 0, True)

    @rule(
        film=st.sampled_from(FILMS),
        who=st.sampled_from([0, 0, 1]),
        fetches=st.sampled_from([True, True, False]),
    )
    def open(self, film: Film, who: int, fetches: bool) -> None:
        person = self.people[who]
        enrolment = db.session.get_one(Enrolment, self.enrolments[person, film[0]])
        lesson = enrolment.version.content.lesson(film[1])
        row = commands.open_lesson(enrolment, lesson, asset_id=self.assets[film], device="")
        db.session.commit()
        self.visits.append(Playing(row.token, person, film, self.moment))
        self.seen.setdefault((person, film), set())
        self.position.setdefault((person, film), 0.0)
        if fetches:
            self.fetch(-1)

    @rule(pick=st.integers(0, 9))
    def fetch(self, pick: int) -> None:
        visit = self.visits[pick % len(self.visits)]
        handlers.note_fetch(MediaFetched(visit.token, self.assets[visit.film]))
        db.session.commit()
        visit.fetched = visit.fetched or self.moment

    @rule(
        pick=st.integers(0, 9), parts=st.lists(PART, min_size=1, max_size=3), rate=st.sampled_from([1, 1, 2]),
        late=st.sampled_from([False, False, True]), as_other=st.sampled_from([False] * 6 + [True]),
    )  # fmt: skip
    def play(self, pick: int, parts: list[list[int]], rate: int, late: bool, as_other: bool) -> None:
        visit = self.visits[pick % len(self.visits)]
        visit.sent += 1
        who = next(one for one in self.people if one != visit.who) if as_other else visit.who
        entry = self.entry(visit, parts, rate)
        if late:
            self.held.append((who, entry))
        else:
            self.send(who, entry)

    def entry(self, visit: Playing, parts: list[list[int]], rate: float) -> Entry:
        words = {"id": str(uuid.uuid4()), "kind": "watched", "visit": visit.token, "seq": visit.sent}
        return {**words, "stretches": parts, "rate": rate}

    @rule(order=st.randoms(use_true_random=False))
    def the_phone_is_online_again(self, order: random.Random) -> None:
        """All that waited comes in one bundle a person, in any order, some of it twice."""
        order.shuffle(self.held)
        for who in self.people:
            mine = [entry for one, entry in self.held if one == who]
            self.send(who, *mine, *mine[:1])
        self.held = []

    @rule(pick=st.integers(0, 50))
    def replay(self, pick: int) -> None:
        if self.first:
            who, entry, _ = list(self.first.values())[pick % len(self.first)]
            self.send(who, entry)

    @rule(pick=st.integers(0, 9), wrong=st.sampled_from(BAD))
    def nonsense(self, pick: int, wrong: Entry) -> None:
        visit = self.visits[pick % len(self.visits)]
        bundle = outbox.bundle([self.entry(visit, [[0, 9]], 1) | wrong], Learner(visit.who, None))
        result = together.run(bundle.take, *bundle.names)[0]
        assert (result["state"], result["credited"]) == ("refused", 0)
        assert result["reason"]

    @rule(seconds=st.sampled_from([1, 5, 15, 15, 40, 60, 600, 86_400, 14 * 86_400, -20]))
    def time_passes(self, seconds: int) -> None:
        """Or the server's clock is put back a little."""
        type(self).moment += timedelta(seconds=seconds)

    def send(self, who: int, *entries: Entry) -> None:
        bundle = outbox.bundle(entries, Learner(who, None))
        results = together.run(bundle.take, *bundle.names)
        for entry, result in zip(entries, results, strict=True):
            if entry["id"] in self.first:
                assert result == self.first[entry["id"]][2], "the same entry gets its first answer"
                continue
            self.first[entry["id"]] = (who, entry, result)
            assert self.judge(who, entry) == {key: result.get(key) for key in ("state", "credited", "pause")}

    def judge(self, who: int, entry: Entry) -> Entry:
        """What a second of film is worth, counted in half seconds one by one."""
        visit = next(one for one in self.visits if one.token == entry["visit"])
        too_old = self.moment - visit.started > timedelta(days=14)
        sound = all(begin < end for begin, end in entry["stretches"])
        if visit.who != who or visit.fetched is None or too_old or not sound:
            return {"state": "refused", "credited": 0, "pause": None}
        seen, wanted = self.seen[who, visit.film], ticks(entry["stretches"])
        policy, account, rate = POLICIES[visit.film[0]], self.accounts[who], entry["rate"]
        allowed = in_order(sorted(wanted), seen) if policy.no_skip_ahead else sorted(wanted)
        paid = account.pay(visit.fetched, self.moment, -(-len(allowed) // rate))
        believed = allowed[: paid * rate]
        new = set(believed) - seen
        seen |= new
        if entry["seq"] >= visit.seq:
            visit.seq = entry["seq"]
            self.position[who, visit.film] = min(entry["stretches"][-1][1], LENGTH)
        state = "kept" if len(believed) == len(wanted) else "partial" if believed else "refused"
        return {
            "state": state,
            "credited": len(new) / 2,
            "pause": account.pause(visit, self.moment, policy.one_player),
        }

    @invariant()
    def the_database_says_what_the_model_says(self) -> None:
        db.session.expire_all()
        for (who, film), seen in self.seen.items():
            row = db.session.get_one(LessonProgress, (self.enrolments[who, film[0]], film[1]))
            assert ticks(row.stretches) == seen
            assert row.watched_seconds == pytest.approx(len(seen) / 2)
            assert row.position == self.position[who, film]
            done = db.session.get(LessonCompletion, (self.enrolments[who, film[0]], film[1]))
            assert (done is not None) == (len(seen) >= ENOUGH * LENGTH * 2)
        for clock_row in db.session.scalars(db.select(WatchClock)):
            account = self.accounts[clock_row.person_id or 0]
            kept = {
                tick_of(datetime.fromtimestamp(begin, UTC)) + n
                for begin, end in clock_row.spent
                for n in range(round((end - begin) * 2))
            }
            assert kept <= account.spent
            assert all(tick_of(self.moment) - tick > 2 * 14 * 86_400 for tick in account.spent - kept)

    @invariant()
    def nobody_has_learned_for_longer_than_she_was_there(self) -> None:
        for who in self.people:
            fetched = [one.fetched for one in self.visits if one.who == who and one.fetched]
            credited = sum(len(seen) for (owner, _), seen in self.seen.items() if owner == who)
            days = (self.moment - NOON).days + 2
            latest = max((self.moment, NOON, *fetched))
            there = tick_of(latest) - tick_of(min(fetched)) + 2 * 20 if fetched else 0
            assert credited <= 2 * there + 2 * 2 * LENT * days


@pytest.fixture
def films(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    place = factories.tree()
    her, other = (factories.person(f"1390000000{n}", place.village) for n in (1, 2))
    Watched.enrolments, Watched.assets = {}, {}
    for slug, policy in POLICIES.items():
        lessons = [film for course, film in FILMS if course == slug]
        assets = {one: _asset(f"{slug}-{one}", place.county.id) for one in lessons}
        content = replace(
            factories.document(slug),
            watching=policy,
            modules=(
                Module("m", "单元", (Lesson("read", "读", "", 1, TextBody("字", 1)), *map(_film, lessons))),
            ),
        )
        version = publish(content, assets, unit_id=place.county.id, actor_id=None)
        Watched.assets |= {(slug, one): asset.id for one, asset in assets.items()}
        for person in (her, other):
            Watched.enrolments[person.id, slug] = enrol(Learner(person.id, None), version.course).id
    db.session.commit()
    monkeypatch.setattr(clock, "now", lambda: Watched.moment)
    yield


def _film(name: str) -> Lesson:
    return Lesson(name, name, "", 1, VideoBody("pending", ENOUGH, (), ()))


def _asset(key: str, unit_id: int) -> MediaAsset:
    asset = MediaAsset(
        key=key, kind="video", title=key, unit_id=unit_id, source_key="originals/x/main.mp4", status="ready",
        duration=float(LENGTH), machine_voice=False, created_at=NOON, ready_at=NOON,
    )  # fmt: skip
    db.session.add(asset)
    db.session.flush()
    return asset


def run(examples: int, steps: int) -> None:
    suppressed = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Watched,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=suppressed,
            database=None,
        ),
    )  # fmt: skip


@pytest.mark.both_databases
def test_watching_is_what_the_model_says(films: None) -> None:
    run(20, 25)


@pytest.mark.soak
@pytest.mark.both_databases
def test_watching_is_what_the_model_says_for_long(films: None) -> None:
    run(500, 40)
