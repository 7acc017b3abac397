"""How long 50, 200 and 500 people who learn at the same time wait, on the server `make run` starts.

Everybody plays a film and reports it every 10 to 15 seconds, as the real player does; one in five opens pages as
well, another one in five answers a paper, each about every 12 seconds. Nobody waits for anybody else: each person has
moments and a connection of her own. What is written down are the waits of 25 seconds, after everybody has begun.
"""

import http.client
import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import select

from bench.bench_outbox import _server
from bench.bench_quiz import Learning, _people
from bench.figures import percentile, say
from courses.model import LessonKind
from lms import config
from lms.app import create_app
from lms.assessment.models import Attempt
from lms.catalogue.models import Course
from lms.catalogue.queries import asset_of
from lms.core import clock
from lms.enrolment.commands import Learner, enrol
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.learning.commands import open_lesson
from scripts.started import demo_site

CROWDS = (50, 200, 500)
BEGIN_WITHIN, MEASURED = 12.0, 25.0
EVERY = (10.0, 15.0)
PAGES = ("/learn", "/c/about", "/courses", "/c/about/1")
BEAT, PAGE, ANSWER = "heartbeat", "page", "answer"
GAVE_UP = 599
"""Written down for a request that got no answer at all."""


@dataclass
class Wait:
    """One request: when it was sent, what it was, its status, and how long it took."""

    at: float
    kind: str
    status: int
    seconds: float


@dataclass
class Pupil:
    """One person: her film, her paper, and what she does besides playing."""

    learning: Learning
    visit: str
    film: float
    number: int
    chance: random.Random
    waits: list[Wait] = field(default_factory=list)
    seq: int = 0
    at: float = 0.0
    beaten: float = 0.0

    def learn(self, begun: float) -> None:
        """Begin at a moment of her own, then go on until the end."""
        end = begun + BEGIN_WITHIN + MEASURED
        self.beaten = begun + self.chance.random() * BEGIN_WITHIN
        acts = [(self.beaten + self._pause(), BEAT)]
        if self.number % 5 < 2:
            acts.append((self.beaten + self._pause() * self.chance.random(), (PAGE, ANSWER)[self.number % 5]))
        while (now := min(acts))[0] < end:
            acts.remove(now)
            time.sleep(max(0.0, now[0] - time.monotonic()))
            self._do(now[1])
            acts.append((now[0] + self._pause(), now[1]))

    def _pause(self) -> float:
        return self.chance.uniform(*EVERY)

    def _do(self, kind: str) -> None:
        act: Callable[[], int] = {BEAT: self._beat, PAGE: self._page, ANSWER: self.learning.save}[kind]
        begun = time.monotonic()
        try:
            status = act()
        except (OSError, http.client.HTTPException):
            status, self.learning.person.link = GAVE_UP, None
        self.waits.append(Wait(begun, kind, status, time.monotonic() - begun))

    def _beat(self) -> int:
        """Report the seconds that really passed since the last beat."""
        now = time.monotonic()
        passed, self.beaten, self.seq = now - self.beaten, now, self.seq + 1
        begin = self.at if self.at + passed <= self.film else 0.0
        self.at = min(self.film, begin + passed)
        entry = {"id": str(uuid.uuid4()), "kind": "watched", "visit": self.visit, "seq": self.seq}
        entry |= {"stretches": [[round(begin, 3), round(self.at, 3)]], "rate": 1}
        return self.learning._send([entry])

    def _page(self) -> int:
        return self.learning.person.follow(self.chance.choice(PAGES)).status


def main() -> None:
    """Measure each crowd, the smaller ones first."""
    with demo_site() as (_, data), _server(data) as (port, log):
        app = create_app(config.read({"LMS_ENV": "demo", "LMS_DATA": str(data)}))
        with app.app_context():
            everybody = list(_pupils(_people(app, port, sum(CROWDS))))
            db.session.remove()
        for count in CROWDS:
            crowd, everybody = everybody[:count], everybody[count:]
            _say(count, _all_at_once(crowd))
        locked = log.read_text(encoding="utf-8", errors="replace").count("database is locked")
    say("database is locked", locked, goal="0", ok=locked == 0)


def _pupils(people: list[Learning]) -> Iterator[Pupil]:
    """Give each a visit of the first film of /c/about, fetched now, as the player would."""
    course = db.session.scalars(select(Course).where(Course.slug == "about")).one()
    for number, learning in enumerate(people):
        paper = db.session.scalars(select(Attempt).where(Attempt.public_id == learning.attempt)).one()
        person_id = db.session.get_one(Enrolment, paper.enrolment_id).person_id
        enrolment = enrol(Learner(person_id, None), course)
        lessons = enrolment.version.content.lessons()
        lesson = next(one for one in lessons if one.kind == LessonKind.VIDEO)
        film = asset_of(enrolment.version, lesson.id)
        if film is None or not film.duration:
            raise RuntimeError("the film of /c/about is not ready")
        visit = open_lesson(enrolment, lesson, asset_id=film.id, device="bench")
        visit.fetched_at = clock.now()
        db.session.flush()  # the token is made now
        yield Pupil(learning, visit.token, film.duration, number, random.Random(number))
    db.session.commit()


def _all_at_once(crowd: list[Pupil]) -> list[Wait]:
    """Let a crowd learn; what happened once all had begun."""
    begun = time.monotonic()
    threads = [threading.Thread(target=pupil.learn, args=(begun,)) for pupil in crowd]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    waits = [wait for pupil in crowd for wait in pupil.waits]
    return [wait for wait in waits if wait.at >= begun + BEGIN_WITHIN]


def _say(count: int, waits: list[Wait]) -> None:
    """Write down a crowd's waits; without answers of the server's fault."""
    for kind in (BEAT, PAGE, ANSWER):
        seconds = [wait.seconds for wait in waits if wait.kind == kind]
        say(f"{count} learners: {kind}s", len(seconds), f"in {MEASURED:.0f} s")
        figures = {"p50": percentile(seconds, 0.5), "p99": percentile(seconds, 0.99), "worst": max(seconds)}
        for name, value in figures.items():
            say(f"{count} learners: {kind} {name}", round(value * 1000), "ms")
    broken = sum(wait.status >= 500 for wait in waits)
    refused = sum(400 <= wait.status < 500 for wait in waits)
    say(f"{count} learners: answers 5xx or none", broken, goal="0", ok=broken == 0)
    say(f"{count} learners: refused", refused, goal="0", ok=refused == 0)


if __name__ == "__main__":
    main()
