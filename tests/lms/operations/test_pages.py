"""The platform administrator's pages: lanes, dead jobs in plain words and tried again, the doctor and the backups."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person
from lms.core import jobs
from lms.core.audit_log import AuditEntry
from lms.core.jobs import Job, JobState, Lane
from lms.extensions import db
from lms.federations.permissions import Role
from lms.operations import backup
from tests import house

SignInAs = Callable[[Person], FlaskClient]


@pytest.fixture
def administrator(app: Flask, as_person: SignInAs) -> FlaskClient:
    return as_person(house.staff(Role.PLATFORM_ADMIN, house.tree().root))


def text_of(browser: FlaskClient, where: str) -> str:
    answer = browser.get(where)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_a_dead_job_is_told_in_plain_words_and_tried_again_once(administrator: FlaskClient) -> None:
    dead = house.dead_job()
    page = text_of(administrator, "/operations/jobs")
    assert "印证书" in page
    assert "磁盘满了" in page
    token = house.csrf(administrator, "/operations/jobs")
    assert house.post(administrator, "/operations/jobs/retry", token, job=str(dead.id)).status_code == 302
    db.session.expire_all()
    assert (dead.state, dead.attempts, dead.last_error, dead.finished_at) == (JobState.WAITING, 0, None, None)
    assert house.post(administrator, "/operations/jobs/retry", token, job=str(dead.id)).status_code == 409
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "job.retried")).one()
    assert entry.detail == {"name": "certificates.render"}


def test_what_waits_already_is_not_queued_twice(administrator: FlaskClient) -> None:
    dead = house.dead_job()
    jobs.enqueue(dead.name, dead.payload, key=dead.key)
    db.session.commit()
    answer = house.post(administrator, "/operations/jobs/retry", house.csrf(administrator), job=str(dead.id))
    assert answer.status_code == 409
    assert "已经在排队" in answer.get_data(as_text=True)


@pytest.mark.parametrize("job", ["", "x", "-1", "999999", "١"])
def test_a_job_that_is_not_there_is_said_so(administrator: FlaskClient, job: str) -> None:
    answer = house.post(administrator, "/operations/jobs/retry", house.csrf(administrator), job=job)
    assert answer.status_code == 409


def test_the_page_counts_lanes_and_names_workers_and_recurring_work(administrator: FlaskClient) -> None:
    jobs.enqueue("assets.process", {"asset_id": 1}, key="a", lane=Lane.HEAVY)
    jobs.tick(Lane.QUICK)
    page = text_of(administrator, "/operations/jobs")
    assert "更新搜索索引" in page
    assert "还没有看到过" in page  # the heavy one
    assert db.session.scalar(select(Job.id).where(Job.lane == "heavy")) is not None


def test_the_overview_shows_the_doctors_last_word_and_the_backups(
    app: Flask, administrator: FlaskClient, tmp_path: Path
) -> None:
    assert "还没有备份过" in text_of(administrator, "/operations")
    backup.make(str(tmp_path / "night.zip"))
    db.session.add(
        AuditEntry(
            at=house.clock.now(), actor_id=None, action="doctor.ran", object_type="site", object_id="doctor",
            detail={"checks": [{"name": "时钟", "sign": "✗", "words": "差了 90 秒", "do": "校准时间"}]}, address=None,
        )
    )  # fmt: skip
    db.session.commit()
    page = text_of(administrator, "/operations")
    assert "night.zip" in page
    assert "差了 90 秒" in page
    assert "要处理" in page


def test_other_staff_and_volunteers_do_not_come_in(app: Flask, as_person: SignInAs) -> None:
    place = house.tree()
    for who in (house.staff(Role.OFFICER, place.root), house.person(place.town)):
        for where in ("/operations", "/operations/jobs"):
            assert as_person(who).get(where).status_code == 403
