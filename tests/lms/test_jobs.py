"""Jobs: enqueued in the transaction, leased, fenced, never lost by a killed worker."""

import os
import random
import signal
import time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.cli import work
from lms.core import clock, jobs
from lms.core.jobs import Job, JobState, Lane
from lms.extensions import db
from lms.federations.models import Unit
from tests.lms.killed import Worker, environment

pytestmark = pytest.mark.both_databases


@pytest.fixture
def known(app: Flask) -> Flask:
    app.extensions["lms_jobs"] = {"test.mark": "tests.lms.marks:mark", "test.fail": "tests.lms.marks:fail"}
    return app


def test_a_rolled_back_fact_leaves_no_job(known: Flask) -> None:
    jobs.enqueue("test.mark", {"name": "a"}, key="a")
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Job)) == 0


def test_the_same_waiting_work_is_kept_once(known: Flask) -> None:
    for _ in range(2):
        jobs.enqueue("test.mark", {"name": "a"}, key="a")
    db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(Job)) == 1


def test_a_lane_leaves_the_other_lanes_work_alone(known: Flask) -> None:
    jobs.enqueue("test.mark", {"name": "a"}, key="a", lane=Lane.HEAVY)
    db.session.commit()
    assert jobs.run_one(Lane.QUICK) is False
    assert jobs.run_one(Lane.HEAVY) is True


def test_a_failing_job_backs_off_and_ends_visibly_dead(known: Flask) -> None:
    jobs.enqueue("test.fail", {}, key="f")
    db.session.commit()
    for round_number in range(jobs.MAX_ATTEMPTS):
        with clock.travel(hours=round_number):
            assert jobs.run_one(Lane.QUICK) is True
            assert jobs.run_one(Lane.QUICK) is False
    job = db.session.scalars(select(Job)).one()
    assert (job.state, job.attempts) == (JobState.DEAD, jobs.MAX_ATTEMPTS)
    assert "nothing works" in (job.last_error or "")


def test_a_worker_that_lost_its_lease_cannot_finish(known: Flask) -> None:
    jobs.enqueue("test.mark", {"name": "a"}, key="a")
    db.session.commit()
    late = jobs.claim(Lane.QUICK, 1)
    with clock.travel(seconds=5):
        newer = jobs.claim(Lane.QUICK, 60)
    assert late and newer and newer.attempt == late.attempt + 1
    db.session.add(
        Unit(kind="site", name="late", full_name="late", created_at=clock.now(), open_to_join=True)
    )
    jobs._finish(late)
    assert db.session.scalar(select(func.count()).select_from(Unit)) == 0
    assert db.session.scalars(select(Job.state)).one() == JobState.RUNNING


class _Swallows:
    """As objects of libraries do: what is raised while they are cleaned up goes nowhere."""

    def __del__(self) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.01)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_worker_told_to_stop_while_something_is_cleaned_up_stops_all_the_same(
    known: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[Lane] = []

    def one(lane: Lane) -> bool:
        assert not done, "it went on after it was told to stop"
        done.append(lane)
        _Swallows()
        return True

    monkeypatch.setattr(jobs, "run_one", one)
    before = signal.getsignal(signal.SIGTERM)
    try:
        assert work.work("quick", once=False) == {"done": 1}
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.kill
@pytest.mark.parametrize(
    "kills", [pytest.param(30, id="30 kills"), pytest.param(300, id="300 kills", marks=pytest.mark.soak)]
)
def test_killed_workers_lose_nothing_and_do_nothing_twice(
    known: Flask, database_url: str, tmp_path: Path, kills: int
) -> None:
    chance, wanted = random.Random(os.environ.get("SOAK_SEED", "20261124")), kills * 5
    for number in range(wanted):
        jobs.enqueue("test.mark", {"name": f"n{number}"}, key=f"n{number}")
    db.session.commit()
    worker = Worker(environment(tmp_path, database_url))
    try:
        for _ in range(kills):
            time.sleep(chance.random() * 0.2)  # a job takes 40 ms: most kills fall inside one
            worker.kill()
    finally:
        worker.end()
    cut_off = (Job.attempts > 1) | (Job.state == JobState.RUNNING)
    assert db.session.scalar(select(func.count()).select_from(Job).where(cut_off)), "no kill met a job"
    with clock.travel(hours=2):
        while jobs.run_one(Lane.QUICK):
            pass
        db.session.expire_all()
        for given_up in db.session.scalars(select(Job).where(Job.state == JobState.DEAD)):
            assert (
                given_up.attempts > jobs.MAX_ATTEMPTS
            )  # killed in it again and again: visible, and tried anew
            jobs.retry(given_up)
        db.session.commit()
        while jobs.run_one(Lane.QUICK):
            pass
    db.session.expire_all()
    marks = list(db.session.scalars(select(Unit.name)))
    done = db.session.scalar(select(func.count()).select_from(Job).where(Job.state == JobState.DONE))
    assert sorted(marks) == sorted(f"n{number}" for number in range(wanted))
    assert done == wanted
