"""Fifty at once: one result, one certificate, one open attempt."""

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from courses.model import QuizBody
from lms.assessment import commands
from lms.assessment.models import Attempt
from lms.catalogue.models import CourseVersion
from lms.certificates.models import Certificate
from lms.core import clock
from lms.enrolment.commands import Learner, enrol
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.learning import commands as learning
from lms.learning.models import Completion
from tests.factories import person, published, tree


@pytest.fixture
def enrolment(app: Flask) -> Enrolment:
    place = tree()
    version: CourseVersion = published(place.county)
    her = person("13900000001", place.village)
    made = enrol(Learner(her.id, None, place.village.id), version.course)
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
