"""Fifty at once: one result, one certificate, one open attempt."""

import threading
import uuid
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from courses.model import QuizBody
from lms.assessment import commands
from lms.assessment.models import Attempt
from lms.catalogue.models import Course, CourseVersion, VersionAsset
from lms.certificates.models import Certificate
from lms.core import clock, together
from lms.enrolment.commands import Learner, enrol
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.learning import commands as learning
from lms.learning import outbox
from lms.learning.models import Completion, LessonCompletion
from tests.factories import person, published, tree

pytestmark = pytest.mark.both_databases


@pytest.fixture
def enrolment(app: Flask) -> Enrolment:
    place = tree()
    version: CourseVersion = published(place.county)
    her = person("13900000001", place.village)
    made = enrol(Learner(her.id, None), version.course)
    for lesson in version.content.lessons()[:2]:
        row = learning.progress_row(made.id, lesson.id)
        row.stretches, row.reached_end, row.read_seconds = [[0.0, 60.0]], True, 60.0
        learning.check_lesson(made, lesson)
    db.session.commit()
    return made


def at_once(app: Flask, count: int, act: Callable[[], None]) -> list[BaseException]:
    faults: list[BaseException] = []

    def run() -> None:
        with app.app_context():
            try:
                act()
                db.session.commit()
            except BaseException as error:
                db.session.rollback()
                faults.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


def test_fifty_beginnings_are_one_attempt_and_fifty_hand_ins_one_certificate(
    app: Flask, enrolment: Enrolment
) -> None:
    body = enrolment.version.content.lesson("paper").body
    assert isinstance(body, QuizBody)
    enrolment_id = enrolment.id

    def begin() -> None:
        commands.begin(db.session.get_one(Enrolment, enrolment_id), "paper", body)

    assert at_once(app, 50, begin) == []
    attempt = db.session.scalars(select(Attempt)).one()
    for item in body.items:
        commands.save_answer(attempt, item.id, list(item.key))
    db.session.commit()
    attempt_id = attempt.id

    def submit() -> None:
        commands.submit(db.session.get_one(Attempt, attempt_id))

    with clock.travel(seconds=1):
        assert at_once(app, 50, submit) == []
    for model in (Attempt, Completion, Certificate):
        assert db.session.scalar(select(func.count()).select_from(model)) == 1


def test_fifty_first_visits_are_one_enrolment(app: Flask) -> None:
    place = tree()
    course_id = published(place.county).course_id
    her_id = person("13900000001", place.village).id

    def begin() -> None:
        enrol(Learner(her_id, None), db.session.get_one(Course, course_id))

    assert at_once(app, 50, begin) == []
    assert db.session.scalar(select(func.count()).select_from(Enrolment)) == 1


def test_two_last_lessons_finished_at_once_finish_the_course(app: Flask) -> None:
    place = tree()
    version = published(place.county)
    for number in range(10):
        her = person(f"1390000010{number}", place.village)
        made = enrol(Learner(her.id, None), version.course)
        db.session.add(
            LessonCompletion(
                enrolment_id=made.id, lesson_id="paper", how="passed", at=clock.now(), evidence={}
            )
        )
        db.session.commit()
        turns = iter(("read", "watch"))

        def finish(enrolment_id: int = made.id, turns: Iterator[str] = turns) -> None:
            enrolment = db.session.get_one(Enrolment, enrolment_id)
            lesson = enrolment.version.content.lesson(next(turns))
            row = learning.progress_row(enrolment.id, lesson.id)
            row.stretches, row.reached_end, row.read_seconds = [[0.0, 60.0]], True, 60.0
            learning.check_lesson(enrolment, lesson)

        assert at_once(app, 2, finish) == []
    assert db.session.scalar(select(func.count()).select_from(Completion)) == 10


def test_one_entry_of_the_outbox_sent_by_twenty_at_once_counts_once_with_one_answer(app: Flask) -> None:
    place = tree()
    version = published(place.county)
    her = person("13900000001", place.village)
    learner = Learner(her.id, None)
    made = enrol(learner, version.course)
    asset_id = db.session.scalar(select(VersionAsset.asset_id))
    visit = learning.open_lesson(made, version.content.lesson("watch"), asset_id=asset_id, device="")
    visit.fetched_at = clock.now()
    db.session.commit()
    entry = {
        "id": str(uuid.uuid4()), "kind": "watched", "visit": visit.token, "seq": 1, "stretches": [[0.0, 10.0]], "rate": 1,
    }  # fmt: skip
    answers: list[object] = []

    def send() -> None:
        bundle = outbox.bundle([entry], learner)
        answers.extend(together.run(bundle.take, *bundle.names))

    with clock.travel(seconds=30):
        assert at_once(app, 20, send) == []
    assert len(answers) == 20
    assert all(answer == answers[0] for answer in answers)
