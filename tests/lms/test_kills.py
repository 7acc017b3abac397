"""kill -9 of web and worker at random instants under load: what was acknowledged stands, and stands once."""

import itertools
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from courses.items import Item, ItemKind
from courses.model import Course, Lesson, Module, QuizBody, TextBody, VideoBody
from courses.state import How
from lms.accounts.models import Person
from lms.assessment import commands, papers
from lms.assessment.models import Attempt, AttemptEvent
from lms.assets.commands import storage
from lms.assets.models import MediaAsset
from lms.catalogue.commands import publish
from lms.catalogue.models import Course as CourseRow
from lms.catalogue.models import CourseVersion
from lms.certificates.models import Certificate
from lms.core import clock, jobs
from lms.core.jobs import Job, JobState, Lane
from lms.enrolment.commands import Learner, enrol
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.federations.models import Unit
from lms.learning import commands as learning
from lms.learning.models import LessonProgress, OutboxEntry, Visit, WatchClock
from lms.search import commands as search
from tests import factories
from tests.lms.killed import Web, Worker, environment, free_port
from tests.lms.phone import Phone

pytestmark = [pytest.mark.both_databases, pytest.mark.kill]
SignIn = Callable[[Person], FlaskClient]
FILM_SECONDS = 500_000
BEGUN_BEFORE = timedelta(days=10)
"""The visits began so long ago that every second the phones report may be believed."""
PHONES_OF_EACH = (2, 1, 1)
ITEMS = tuple(Item(f"q{n}", ItemKind.TEXT, f"第{n}问", (), ("对",), "", "") for n in range(10))


@dataclass
class Site:
    """A unit, its learners with their phones, and what was given to the worker."""

    county: Unit
    short_id: int
    attempts: list[Attempt] = field(default_factory=list)
    hers: dict[int, list[Phone]] = field(default_factory=dict)
    marks: list[str] = field(default_factory=list)
    papers: int = 0
    checked: set[str] = field(default_factory=set)

    @property
    def phones(self) -> list[Phone]:
        """All phones."""
        return list(itertools.chain.from_iterable(self.hers.values()))


@pytest.fixture
def site(app: Flask, as_person: SignIn) -> Site:
    place = factories.tree()
    version, port, chance = _course(place.county), free_port(), random.Random(_seed())
    made = Site(place.county, _short_course(place.county, "short").course_id)
    for number, count in enumerate(PHONES_OF_EACH):
        her = factories.person(f"1390000010{number}", place.village)
        enrolment = enrol(Learner(her.id, None), version.course)
        attempt = commands.begin(enrolment, "paper", _paper())
        visits = [_visit(enrolment.id, version) for _ in range(count)]
        db.session.commit()
        made.attempts.append(attempt)
        made.hers[enrolment.id] = [
            _phone(as_person(her), port, attempt, visit, one, chance) for one, visit in enumerate(visits)
        ]
    db.session.remove()
    return made


def _seed() -> str:
    return os.environ.get("SOAK_SEED", "20261125")


def _paper() -> QuizBody:
    return QuizBody(ITEMS, 60, None, False)


def _document(slug: str, *lessons: Lesson) -> Course:
    return replace(factories.document(slug), modules=(Module("m1", "单元", lessons),))


def _course(county: Unit) -> CourseVersion:
    asset = MediaAsset(
        key="key-kills", kind="video", title="看一看", unit_id=county.id, source_key="originals/x/main.mp4",
        status="ready", duration=float(FILM_SECONDS), machine_voice=False, created_at=clock.now(), ready_at=clock.now(),
    )  # fmt: skip
    db.session.add(asset)
    db.session.flush()
    film = Lesson("watch", "看一看", "Watch", 2, VideoBody("pending", 0.9, (), ()))
    content = _document("kills", film, Lesson("paper", "考一考", "Quiz", 5, _paper()))
    version = publish(content, {"watch": asset}, unit_id=county.id, actor_id=None)
    db.session.commit()
    return version


def _short_course(county: Unit, slug: str) -> CourseVersion:
    lesson = Lesson("read", f"课 {slug}", "Read", 3, TextBody("正文。" * 50, 30))
    return publish(_document(slug, lesson), {}, unit_id=county.id, actor_id=None)


def _visit(enrolment_id: int, version: CourseVersion) -> Visit:
    enrolment = db.session.get_one(Enrolment, enrolment_id)
    asset_id = db.session.scalar(select(MediaAsset.id))
    visit = learning.open_lesson(
        enrolment, version.content.lesson("watch"), asset_id=asset_id, device="Android"
    )
    visit.started_at = visit.fetched_at = clock.now() - BEGUN_BEFORE
    return visit


def _phone(
    browser: FlaskClient, port: int, attempt: Attempt, visit: Visit, one: int, chance: random.Random
) -> Phone:
    token, cookie = factories.page_token(browser, "/me"), browser.get_cookie("session")
    assert cookie
    items = tuple(item.id for item in ITEMS[one * 5 : one * 5 + 5])  # no two phones answer the same question
    own = random.Random(chance.random())
    return Phone(
        port,
        f"session={cookie.value}",
        token,
        attempt.public_id,
        visit.token,
        items,
        one * FILM_SECONDS // 2,
        own,
    )


def _give_work(site: Site, number: int) -> None:
    """Two marks each time; now and then a finished course whose certificate is drawn, or a course for the index."""
    for half in "ab":
        site.marks.append(f"n{number}{half}")
        jobs.enqueue("test.mark", {"name": site.marks[-1]}, key=site.marks[-1])
    if number % 6 == 0:
        her = factories.person(f"1380000{number:04d}", site.county)
        done = enrol(Learner(her.id, None), db.session.get_one(CourseRow, site.short_id))
        learning.finish_lesson(done, done.version.content.lessons()[0], How.DECIDED, {})
        site.papers += 1
    if number % 10 == 5:
        _short_course(site.county, f"more-{number}")
    db.session.commit()


def _kill(web: Web, worker: Worker, chance: random.Random) -> None:
    """Half of the time one web process, else the worker, else the whole web server, which is started again."""
    dice = chance.random()
    if dice < 0.5 and web.kill_one(chance):
        return
    if dice < 0.85:
        worker.kill()
        return
    web.kill()
    web.start()


def _nothing_acknowledged_is_gone(site: Site) -> None:
    """What was acknowledged up to now is in the database now, whoever was killed since."""
    told = {one for phone in site.phones for one in list(phone.told)} - site.checked
    db.session.rollback()
    standing: set[str] = set()
    new = sorted(told)
    for first in range(0, len(new), 500):
        some = OutboxEntry.id.in_(new[first : first + 500])
        standing |= set(db.session.scalars(select(OutboxEntry.id).where(some)))
    db.session.rollback()
    assert told == standing, f"{len(told - standing)} acknowledged entries are gone"
    site.checked |= told


@contextmanager
def _in_use(phones: list[Phone]) -> Iterator[None]:
    """All phones at once; at the end each has sent everything it kept."""
    stop = threading.Event()
    threads = [threading.Thread(target=phone.use, args=(stop,)) for phone in phones]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@pytest.mark.parametrize(
    "kills", [pytest.param(15, id="15 kills"), pytest.param(500, id="500 kills", marks=pytest.mark.soak)]
)
def test_nothing_acknowledged_is_lost_or_counted_twice(
    app: Flask, site: Site, database_url: str, tmp_path: Path, kills: int
) -> None:
    chance, env = random.Random(_seed()), environment(tmp_path, database_url)
    web, worker = Web(tmp_path, env, site.phones[0].port), Worker(env)
    try:
        web.start()
        with _in_use(site.phones):
            for number in range(kills):
                _give_work(site, number)
                time.sleep(0.05 + chance.random() * 0.4)
                _kill(web, worker, chance)
                _nothing_acknowledged_is_gone(site)
    finally:
        web.kill()
        worker.end()
    assert [fault for phone in site.phones for fault in phone.faults][:3] == []
    assert all(len(phone.told) > kills for phone in site.phones), "the phones hardly got through"
    _nothing_acknowledged_is_gone(site)
    _every_entry_stands_once(site)
    _every_answer_stands(site)
    _every_second_stands_and_was_paid_once(site)
    _all_work_is_done_once(app, site)


def _every_entry_stands_once(site: Site) -> None:
    told = {one for phone in site.phones for one in phone.told}
    assert len(told) == sum(phone.saves + phone.seq for phone in site.phones)
    assert set(db.session.scalars(select(OutboxEntry.id))) == told


def _every_answer_stands(site: Site) -> None:
    for attempt, phones in zip(site.attempts, site.hers.values(), strict=True):
        row = db.session.get_one(Attempt, attempt.id)
        wanted = {item: [str(number)] for phone in phones for item, number in phone.answers.items()}
        assert papers.answers_of(row) == wanted
        counted = select(func.sum(AttemptEvent.times)).where(
            AttemptEvent.attempt_id == attempt.id, AttemptEvent.kind == "saved"
        )
        assert db.session.scalar(counted) == sum(phone.saves for phone in phones), "saved once each"


def _every_second_stands_and_was_paid_once(site: Site) -> None:
    """The set of seconds by brute force; the clock was charged for each stretch once, and nothing was lent."""
    db.session.expire_all()
    for enrolment_id, phones in site.hers.items():
        row = db.session.get_one(LessonProgress, (enrolment_id, "watch"))
        played = [one for phone in phones for one in phone.stretches]
        union = {second for begin, end, _ in played for second in range(begin, end)}
        assert {n for begin, end in row.stretches for n in range(round(begin), round(end))} == union
        assert row.watched_seconds == pytest.approx(len(union), abs=0.01)
        credited = sum(result["credited"] for phone in phones for result in phone.told.values())
        assert credited == pytest.approx(len(union), abs=1)
        person_id = db.session.get_one(Enrolment, enrolment_id).person_id
        paid = db.session.scalars(select(WatchClock).filter_by(person_id=person_id)).one()
        owed = sum((end - begin) / rate for begin, end, rate in played)
        assert sum(end - begin for begin, end in paid.spent) == pytest.approx(owed, abs=0.1)
        assert paid.lent_seconds == pytest.approx(0, abs=0.1)


def _all_work_is_done_once(app: Flask, site: Site) -> None:
    app.extensions["lms_jobs"] = {**app.extensions["lms_jobs"], "test.mark": "tests.lms.marks:mark"}
    with clock.travel(hours=2):
        for _ in range(2):
            while jobs.run_one(Lane.QUICK):
                pass
            for dead in db.session.scalars(select(Job).where(Job.state == JobState.DEAD)):
                assert dead.attempts > jobs.MAX_ATTEMPTS, dead.last_error  # killed in it again and again
                jobs.retry(dead)
            db.session.commit()
    assert set(db.session.scalars(select(Job.state).where(Job.lane == Lane.QUICK))) == {JobState.DONE}
    names = db.session.scalars(select(Unit.name).where(Unit.kind == "site")).all()
    assert sorted(names) == sorted(site.marks)
    drawn = db.session.scalars(select(Certificate.pdf_key)).all()
    assert len(drawn) == site.papers
    for key in drawn:
        with storage().open(key or "") as file:
            assert file.read(5) == b"%PDF-"
    assert search.update() == 0, "the index says what the database says"
