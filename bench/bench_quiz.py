"""Saving answers against hello on the same server, and three hundred people who hand one paper in at once.

The server is gunicorn as `make run` starts it (2 processes, 4 threads each) on a demo site's data with SQLite and
synchronous=FULL. The course is one of its own: a paper of twenty questions. While the three hundred hand in, a
trainer publishes a new version of it; every score must be the one her answers earn on the version she began with.
"""

import random
import threading
import time
import uuid
from dataclasses import dataclass

from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select

from bench.bench_outbox import PEOPLE, SECONDS, WORST, _server
from bench.beside import compare
from bench.figures import percentile, say
from bench.visitor import Visitor
from courses.items import Item, ItemKind, Option
from courses.model import Category, Course, Lesson, Module, QuizBody, Review, Tier
from lms import config
from lms.accounts import commands as accounts
from lms.accounts import login
from lms.app import create_app
from lms.assessment import commands
from lms.assessment.models import Attempt
from lms.catalogue.commands import publish
from lms.catalogue.models import Course as CourseRow
from lms.core import crypto
from lms.enrolment.commands import Learner, enrol
from lms.extensions import db
from lms.federations.commands import settle
from lms.federations.models import Unit
from scripts.started import demo_site

GOAL, CROWD, WITHIN, P99, ITEMS = 0.25, 300, 60.0, 2.0, 20
SLUG = "bench-paper"


@dataclass
class Learning:
    """One person with an open paper; `right` of her answers are right."""

    person: Visitor
    token: str
    attempt: str
    right: int
    number: int = 0

    def save(self) -> int:
        """Save one answer; the status of the answer."""
        self.number += 1
        return self._send([self._entry(self.number % ITEMS, "b")])

    def hello(self) -> int:
        """The same connection and cookies, to the view that does nothing."""
        return self.person.get("/hello").status

    def answer_all(self) -> int:
        """Save every answer in one bundle, as a phone does after an outage."""
        return self._send([self._entry(n, "b" if n < self.right else "a") for n in range(ITEMS)])

    def hand_in(self) -> int:
        """Hand in; the status, 302 when it was taken."""
        fields = {"csrf_token": self.token}
        return self.person.post(f"/c/{SLUG}/1/try/{self.attempt}/submission", fields).status

    def _entry(self, n: int, option: str) -> dict[str, object]:
        entry = {"id": str(uuid.uuid4()), "kind": "answer", "attempt": self.attempt, "item": f"q{n}"}
        return entry | {"response": [option]}

    def _send(self, entries: list[dict[str, object]]) -> int:
        answer = self.person.send("/api/outbox", {"entries": entries}, self.token)
        return answer.status if answer.status != 200 or '"refused"' not in answer.text else 422


def main() -> None:
    """Measure hello and saves turn by turn; then the crowd."""
    with demo_site() as (_, data), _server(data) as (port, _log):
        app = create_app(config.read({"LMS_ENV": "demo", "LMS_DATA": str(data)}))
        with app.app_context():
            people = _people(app, port, PEOPLE + CROWD)
            _answers(people[:PEOPLE])
            _crowd(people[PEOPLE:])
            db.session.remove()


def _answers(people: list[Learning]) -> None:
    saves = compare(people, Learning.save, SECONDS / 2)
    waits = [wait for _, wait in saves.answers]
    failed = sum(1 for status, _ in saves.answers if status != 200)
    ok = saves.ratio >= GOAL
    say("answers saved", round(saves.rate), "a second")
    say("answers saved", round(saves.ratio, 3), "× hello", ratio_to="hello", goal=f"≥ {GOAL}", ok=ok)
    say("answer p99", round(percentile(waits, 0.99) * 1000), "ms")
    say("worst wait of an answer", round(max(waits), 3), "s", goal=f"≤ {WORST:g} s", ok=max(waits) <= WORST)
    say("answers not kept", failed, goal="0", ok=failed == 0)


def _crowd(people: list[Learning]) -> None:
    """Everybody answers and hands in at a moment of her own; half-way a new version is published."""
    chance, begun = random.Random(300), time.monotonic()
    moments = sorted(chance.random() * WITHIN * 0.8 for _ in people)
    waits, faults, guard = list[float](), list[int](), threading.Lock()

    def one(learning: Learning, moment: float) -> None:
        time.sleep(max(0.0, begun + moment - time.monotonic()))
        saved, start = learning.answer_all(), time.monotonic()
        status = learning.hand_in()
        with guard:
            waits.append(time.monotonic() - start)
            faults.extend(code for code, good in ((saved, 200), (status, 302)) if code != good)

    threads = [threading.Thread(target=one, args=pair) for pair in zip(people, moments, strict=True)]
    for thread in threads:
        thread.start()
    time.sleep(WITHIN * 0.4)
    _publish(title="第二版", key="a")
    for thread in threads:
        thread.join()
    took = time.monotonic() - begun
    lost, wrong = _judge(people)
    p99 = percentile(waits, 0.99)
    say("papers handed in by 300 people", len(waits), f"in {took:.0f} s", goal="≤ 60 s", ok=took <= WITHIN)
    say("hand-in p99 while publishing", round(p99, 3), "s", goal=f"≤ {P99:g} s", ok=p99 <= P99)
    say("requests that failed", len(faults), goal="0", ok=not faults)
    say("papers lost", lost, goal="0", ok=lost == 0)
    say("scores wrong", wrong, goal="0", ok=wrong == 0)


def _judge(people: list[Learning]) -> tuple[int, int]:
    db.session.expire_all()
    rows = {one.public_id: one for one in db.session.scalars(select(Attempt))}
    lost = sum(1 for one in people if rows[one.attempt].submitted_at is None)
    wrong = sum(1 for one in people if rows[one.attempt].percent != one.right * 100 // ITEMS)
    db.session.rollback()
    return lost, wrong


def _people(app: Flask, port: int, count: int) -> list[Learning]:
    """Make people with open papers and the cookies of a sign-in."""
    course = _publish(title="第一版", key="b")
    unit = db.session.scalars(select(Unit).order_by(Unit.id.desc())).first()
    hashed, made = crypto.hash_password("bench-password-1"), []
    for number in range(count):
        person = accounts.register(
            name="李梅", phone=f"1370001{number:04d}", password_hash=hashed, consent=True
        )
        if unit:
            settle(person.id, unit)
        enrolment = enrol(Learner(person.id, None), course)
        body = enrolment.version.content.lesson("paper").body
        assert isinstance(body, QuizBody)
        attempt = commands.begin(enrolment, "paper", body)
        with app.test_request_context():
            login.begin(person, "bench")
            token, answer = generate_csrf(), app.response_class()
            app.session_interface.save_session(app, session, answer)  # type: ignore[arg-type]
        cookie = answer.headers["Set-Cookie"].split(";")[0].partition("=")
        visitor = Visitor("127.0.0.1", port, {cookie[0]: cookie[2]})
        made.append(Learning(visitor, token, attempt.public_id, number % (ITEMS + 1)))
    db.session.commit()
    return made


def _publish(*, title: str, key: str) -> CourseRow:
    options = tuple(Option(one, f"第{one}项") for one in "abcd")
    items = tuple(Item(f"q{n}", ItemKind.SINGLE, f"第{n}问", options, (key,), "", "") for n in range(ITEMS))
    paper = Lesson("paper", title, "", 10, QuizBody(items, 60, 1, False))
    course = Course(
        SLUG, "一份卷子", "", "一份卷子。", "", Tier.INTRO, Category.GENERAL, "", 1.0, (), (), Review.NONE,
        (Module("m", "全部", (paper,)),),
    )  # fmt: skip
    unit_id = db.session.scalars(select(Unit.id).order_by(Unit.id)).first()
    assert unit_id
    version = publish(course, {}, unit_id=unit_id, actor_id=None)
    db.session.commit()
    return version.course


if __name__ == "__main__":
    main()
