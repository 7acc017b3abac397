"""The nightly backup: made once a day by the heavy worker, the newest kept, a failure seen on the page and by the doctor."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person
from lms.config import Settings, WrongSetting, read
from lms.core import clock, jobs
from lms.core.jobs import Job, JobState, Lane
from lms.extensions import db
from lms.federations.permissions import Role
from lms.operations import backup, checks, queries
from lms.operations import jobs as nightly_jobs
from tests import house

SignInAs = Callable[[Person], FlaskClient]


def settings(app: Flask) -> Settings:
    found: Settings = app.extensions["lms_settings"]
    return found


def until(app: Flask, hour: int, *, day: int = 0) -> timedelta:
    """How far the clock moves to stand at an hour of the day so many days from today."""
    now = clock.now().astimezone(settings(app).timezone)
    then = datetime.combine(now.date() + timedelta(days=day + 1), datetime.min.time(), now.tzinfo)
    return then + timedelta(hours=hour) - now


def work() -> None:
    """Let both workers do what is due."""
    jobs.tick(Lane.QUICK)
    for lane in (Lane.QUICK, Lane.HEAVY):
        while jobs.run_one(lane):
            pass


def at(app: Flask, hour: int, *, day: int = 0) -> None:
    with clock.travel(seconds=until(app, hour, day=day).total_seconds()):
        work()


def made(app: Flask) -> list[str]:
    return sorted(path.name for path in (settings(app).data / "backups").glob("*"))


@pytest.fixture
def administrator(app: Flask, as_person: SignInAs) -> FlaskClient:
    return as_person(house.staff(Role.PLATFORM_ADMIN, house.tree().root))


@pytest.mark.both_databases
def test_it_is_made_once_a_day_after_its_hour_and_stands_on_the_page(
    app: Flask, administrator: FlaskClient
) -> None:
    at(app, 1)
    assert made(app) == []
    at(app, 2)
    at(app, 4)
    assert len(made(app)) == 1
    with clock.travel(seconds=until(app, 5).total_seconds()):
        assert checks.last_backup().good is True
    page = administrator.get("/operations").get_data(as_text=True)
    assert made(app)[0] in page and "每晚 2 点以后自动备份，留最近 7 份" in page
    assert "每晚的备份没有做成" not in page
    assert (settings(app).data / "backups" / made(app)[0]).stat().st_mode & 0o077 == 0


def test_a_site_that_slept_makes_it_when_it_wakes_and_the_oldest_go(app: Flask) -> None:
    app.extensions["lms_settings"] = replace(settings(app), backup_keep=2)
    at(app, 15)
    other = settings(app).data / "backups" / "kept by hand.zip"
    other.write_bytes(b"hers")
    for day in (1, 2, 3):
        at(app, 3, day=day)
    names = made(app)
    assert len(names) == 3 and other.name in names
    today = clock.now().astimezone(settings(app).timezone).date()
    assert names[:2] == [f"{today + timedelta(days=number)}.zip" for number in (3, 4)]


def test_the_same_job_done_twice_changes_nothing(app: Flask) -> None:
    at(app, 3)
    path = settings(app).data / "backups" / made(app)[0]
    before = path.read_bytes()
    nightly_jobs.back_up(path.stem)
    assert path.read_bytes() == before and len(queries.backups()) == 1


def test_a_failure_is_loud_on_the_page_and_for_the_doctor_and_goes_away_when_tried_again(
    app: Flask, administrator: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(app, 3)
    full = lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device"))  # noqa: E731
    with clock.travel(seconds=until(app, 3, day=1).total_seconds()):
        with monkeypatch.context() as broken:
            broken.setattr(nightly_jobs.backup, "make", full)
            work()
        assert queries.failed_backup(settings(app)) is not None
        page = administrator.get("/operations").get_data(as_text=True)
        assert "每晚的备份没有做成" in page and "磁盘满了" in page
        said = checks.last_backup()
        assert said.good is False and "No space left" in said.words
    at(app, 5, day=1)
    assert queries.failed_backup(settings(app)) is None and len(made(app)) == 2


def test_given_up_it_waits_for_the_operator_and_two_days_without_one_fail(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(app, 3)
    with clock.travel(days=4):
        assert checks.last_backup().good is False
    with monkeypatch.context() as broken:
        broken.setattr(nightly_jobs, "LEAST_FREE", 10**18)
        for hour in range(3, 12):
            at(app, hour, day=1)
    job = db.session.scalars(select(Job).where(Job.name == nightly_jobs.NAME).order_by(Job.id.desc())).first()
    assert job is not None and job.state == JobState.DEAD and job.attempts == jobs.MAX_ATTEMPTS
    assert checks.dead_jobs().good is False and checks.last_backup().good is False


def test_what_a_killed_worker_left_half_written_goes_after_an_hour_and_nothing_else(app: Flask) -> None:
    at(app, 3)
    folder = settings(app).data / "backups"
    (backup_of_today,) = made(app)
    left = folder / f".{backup_of_today}.0a1b2c3d"
    others = [
        folder / name for name in (".2026-11-24.zip.by hand", ".other.zip.0a1b2c3d", "2026.zip.0a1b2c3d")
    ]
    for path in (left, *others):
        path.write_bytes(b"half")
    nightly_jobs.back_up(backup_of_today.removesuffix(".zip"))
    assert left.exists()
    long_ago = clock.now().timestamp() - 3700
    for path in (left, *others):
        os.utime(path, (long_ago, long_ago))
    at(app, 3, day=1)
    assert not left.exists() and all(path.exists() for path in others)
    assert backup_of_today in made(app)


def test_written_but_not_noted_by_a_killed_worker_it_is_noted_when_tried_again(
    app: Flask, administrator: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(backup.audit_log, "record", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            at(app, 3)
    db.session.rollback()
    assert len(made(app)) == 1 and queries.backups() == []
    at(app, 4)
    (noted,) = queries.backups()
    path = settings(app).data / "backups" / made(app)[0]
    assert noted.detail["file"] == str(path) and noted.detail["bytes"] == path.stat().st_size
    assert path.name in administrator.get("/operations").get_data(as_text=True)
    with clock.travel(seconds=until(app, 5).total_seconds()):
        said = checks.last_backup()
    assert said.good is True and f"{noted.detail['rows']} 行、{noted.detail['stored']} 个文件" in said.words


def test_a_failed_night_is_forgiven_by_a_backup_made_by_hand_and_by_switching_it_off(
    app: Flask, administrator: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device"))  # noqa: E731

    def is_red() -> bool:
        with clock.travel(seconds=until(app, 4, day=2).total_seconds()):
            shown = "每晚的备份没有做成" in administrator.get("/operations").get_data(as_text=True)
            assert shown == ("每晚的备份没有做成" in checks.last_backup().words)
        return shown

    with monkeypatch.context() as broken:
        broken.setattr(nightly_jobs.backup, "make", full)
        at(app, 3, day=1)
    assert is_red()
    kept = settings(app)
    app.extensions["lms_settings"] = replace(kept, backup_keep=0)
    assert not is_red()
    app.extensions["lms_settings"] = kept
    with clock.travel(seconds=until(app, 4, day=1).total_seconds()):
        backup.make(str(tmp_path / "by hand.zip"))
    assert not is_red()
    with monkeypatch.context() as broken:
        broken.setattr(nightly_jobs.backup, "make", full)
        at(app, 3, day=2)
    assert is_red()


def test_a_demo_and_a_site_that_switched_it_off_make_none_and_say_so(
    app: Flask, administrator: FlaskClient
) -> None:
    for changed, words in (({"env": "demo"}, "演示网站不自动备份"), ({"backup_keep": 0}, "自动备份关着")):
        kept = settings(app)
        app.extensions["lms_settings"] = replace(kept, **changed)
        at(app, 3)
        assert made(app) == []
        assert words in administrator.get("/operations").get_data(as_text=True)
        app.extensions["lms_settings"] = kept


@pytest.mark.parametrize(
    "wrong", [{"LMS_BACKUP_HOUR": "24"}, {"LMS_BACKUP_KEEP": "-1"}, {"LMS_BACKUP_HOUR": "二"}]
)
def test_a_wrong_setting_stops_the_start_with_its_name(wrong: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match=next(iter(wrong))):
        read({"LMS_DATA": str(tmp_path), **wrong})


def test_an_auditor_and_a_stranger_do_not_see_the_backups(
    app: Flask, client: FlaskClient, as_person: SignInAs
) -> None:
    auditor = as_person(house.staff(Role.OFFICER, house.tree().county))
    assert auditor.get("/operations").status_code == 403
    assert client.get("/operations").headers["Location"].startswith("/login")
