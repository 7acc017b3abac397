"""Any order of beginning, answering, replaying, waiting, handing in and opening again, against a model that is brute force."""

import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete

from courses.model import QuizBody
from lms.assessment import allowances, commands, papers
from lms.assessment.models import Allowance, Attempt, AttemptEvent, Response
from lms.core import clock, together
from lms.core.errors import Conflict
from lms.enrolment.commands import Learner
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.learning import outbox
from lms.learning.models import LessonCompletion, OutboxEntry
from tests import factories
from tests.lms.test_quiz import begun, paper

LIMIT, TRIES = 10, 2
ITEMS = ("q1", "q2", "q9")
ANSWERS = (["a"], ["b"], [], ["z"], ["a", "b"])
KEY = {"q1": ["b"], "q2": ["b"], "q3": ["x", "y"]}


class Attempts(RuleBasedStateMachine):
    """One person, one paper of three questions, ten minutes, two tries."""

    enrolment_id = 0
    actor_id = 0

    def __init__(self) -> None:
        super().__init__()
        for model in (AttemptEvent, Response, Attempt, Allowance, OutboxEntry, LessonCompletion):
            db.session.execute(delete(model))
        db.session.commit()
        db.session.expire_all()
        self.travels = ExitStack()
        self.extra_tries = 0
        self.done: dict[int, int] = {}
        self.saved: dict[int, dict[str, list[str]]] = {}
        self.due: dict[int, datetime] = {}
        self.open: int | None = None
        self.replies: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}

    def teardown(self) -> None:
        db.session.rollback()
        self.travels.close()

    def enrolment(self) -> Enrolment:
        return db.session.get_one(Enrolment, self.enrolment_id)

    def body(self) -> QuizBody:
        body = self.enrolment().version.content.lesson("paper").body
        assert isinstance(body, QuizBody)
        return body

    def overdue(self) -> bool:
        return self.open is not None and clock.now() > self.due[self.open] + commands.GRACE

    def close(self) -> None:
        """The model's own grading: a third for each right answer, rounded down."""
        assert self.open is not None
        right = sum(self.saved[self.open].get(item) == key for item, key in KEY.items())
        self.done[self.open] = right * 100 // 3
        self.open = None

    @rule()
    def begin(self) -> None:
        if self.overdue():
            self.close()
        allowed = self.open is not None or len(self.done) < TRIES + self.extra_tries
        try:
            attempt = commands.begin(self.enrolment(), "paper", self.body())
            db.session.commit()
        except Conflict:
            db.session.commit()  # an overdue paper was handed in before the refusal
            assert not allowed
            return
        assert allowed
        assert self.open in (None, attempt.id)
        if self.open is None:
            self.open, self.saved[attempt.id] = attempt.id, {}
            self.due[attempt.id] = attempt.due_at or clock.now()

    @rule(item=st.sampled_from(ITEMS), answer=st.sampled_from(ANSWERS), pick=st.integers(0, 5))
    def answer(self, item: str, answer: list[str], pick: int) -> None:
        known = sorted(self.saved)
        if not known:
            return
        attempt = db.session.get_one(Attempt, known[pick % len(known)])
        entry = {
            "id": str(uuid.uuid4()), "kind": "answer", "attempt": attempt.public_id, "item": item, "response": answer,
        }  # fmt: skip
        fits = item != "q9" and answer in (["a"], ["b"], [])
        takes = attempt.id == self.open and not self.overdue()
        result = self.send(entry)
        assert (result["state"] == "kept") == (fits and takes), (result, fits, takes)
        if fits and takes:
            self.saved[attempt.id][item] = answer
        self.replies[entry["id"]] = (entry, result)

    def send(self, entry: dict[str, Any]) -> dict[str, Any]:
        bundle = outbox.bundle([entry], Learner(self.enrolment().person_id, None))
        answered: dict[str, Any] = together.run(bundle.take, *bundle.names)[0]
        return answered

    @rule(pick=st.integers(0, 50))
    def replay(self, pick: int) -> None:
        if self.replies:
            entry, first = sorted(self.replies.values(), key=lambda one: one[0]["id"])[
                pick % len(self.replies)
            ]
            assert self.send(entry) == first

    @rule()
    def submit(self) -> None:
        attempt_id = self.open or max(self.saved, default=None)
        if attempt_id is None:
            return
        commands.submit(db.session.get_one(Attempt, attempt_id))
        db.session.commit()
        if self.open is not None:
            self.close()

    @rule(minutes=st.sampled_from([1, 4, 9, 12]))
    def wait(self, minutes: int) -> None:
        self.travels.enter_context(clock.travel(minutes=minutes))

    @rule()
    def sweep(self) -> None:
        commands.hand_in_overdue()
        db.session.commit()
        if self.overdue():
            self.close()

    @rule(tries=st.integers(0, 1), minutes=st.sampled_from([0, 5]))
    def allow(self, tries: int, minutes: int) -> None:
        if tries + minutes == 0 or self.overdue():
            return
        allowances.give(
            self.enrolment(), "paper", tries=tries, minutes=minutes, reason="停电", actor_id=self.actor_id
        )
        db.session.commit()
        self.extra_tries += tries
        if self.open is not None and minutes:
            self.due[self.open] = max(self.due[self.open], clock.now()) + timedelta(minutes=minutes)

    @rule(pick=st.integers(0, 5))
    def reopen(self, pick: int) -> None:
        if not self.done:
            return
        attempt = db.session.get_one(Attempt, sorted(self.done)[pick % len(self.done)])
        try:
            allowances.reopen(attempt, minutes=5, reason="误交", actor_id=self.actor_id)
            db.session.commit()
        except Conflict:
            db.session.rollback()
            assert self.open is not None
            return
        assert self.open is None
        self.open = attempt.id
        del self.done[attempt.id]
        self.due[attempt.id] = attempt.due_at or clock.now()

    @invariant()
    def the_database_says_what_the_model_says(self) -> None:
        db.session.expire_all()
        rows = {one.id: one for one in db.session.scalars(db.select(Attempt))}
        assert set(rows) == set(self.saved)
        for attempt_id, row in rows.items():
            assert papers.answers_of(row) == self.saved[attempt_id]
            assert (row.submitted_at is None) == (attempt_id == self.open)
            assert row.percent == self.done.get(attempt_id)
            assert row.due_at is not None
            assert abs(row.due_at - self.due[attempt_id]) < timedelta(seconds=2)


@pytest.fixture
def one_paper(app: Flask) -> Iterator[None]:
    place = factories.tree()
    attempt = begun(place, paper(LIMIT, TRIES))
    Attempts.enrolment_id, Attempts.actor_id = (
        attempt.enrolment_id,
        factories.person("13900000009", place.county).id,
    )
    yield


def run(examples: int, steps: int) -> None:
    suppressed = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Attempts,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=suppressed,
            database=None,
        ),
    )  # fmt: skip


@pytest.mark.both_databases
def test_attempts_are_what_the_model_says(one_paper: None) -> None:
    run(12, 20)


@pytest.mark.soak
@pytest.mark.both_databases
def test_attempts_are_what_the_model_says_for_long(one_paper: None) -> None:
    run(500, 40)
