"""A running site with one small course whose film ffmpeg really made, for journeys in Chromium."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask_migrate import upgrade
from playwright.sync_api import Browser, expect, sync_playwright

from lms import config
from lms.app import create_app
from lms.extensions import db
from lms.federations.commands import appoint
from lms.federations.permissions import Role
from tests.browser.school import FILM_SECONDS, School, running, short_film
from tests.factories import person, tree

ROOT = Path(__file__).resolve().parents[2]
OFFICER = "13700000001"
"""The phone of the federation officer of 白沙县 on that site; her password is tests.factories.PASSWORD."""
ORGANISER = "13900000091"
"""The phone of the organiser of the same county, with the same password."""
TRAINER = "13900000092"
"""The phone of a trainer of the same county, with the same password."""
expect.set_options(timeout=20_000)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
ARGUMENTS += ["--disable-background-networking", "--disable-component-update"]
ARGUMENTS += ["--autoplay-policy=no-user-gesture-required"]


def _package(folder: Path) -> Path:
    folder.mkdir()
    for name, text in (("read", "先读一读。" * 30), ("p1", "第一页。" * 20), ("p2", "第二页。" * 20)):
        (folder / f"{name}.md").write_text(text, "utf-8")
    items = [
        {"id": f"{letter}{n}", "kind": "single", "stem": f"第{n}问", "options": [{"id": "a", "text": "甲"}, {"id": "b", "text": "乙"}],
         "key": ["b"], "explanation": "因为。", "lesson": "read"}
        for letter in "cq" for n in (1, 2)
    ]  # fmt: skip
    (folder / "checks.json").write_text(json.dumps({"items": items[:2]}), "utf-8")
    (folder / "paper.json").write_text(json.dumps({"items": items[2:]}), "utf-8")
    (folder / "film.vtt").write_text(
        "WEBVTT\n\n00:00.000 --> 00:05.000\n您好，欢迎来学习。\n\n00:05.000 --> 00:08.000\n进门以前，先敲三下门。\n",
        "utf-8",
    )
    source = [
        "-f",
        "lavfi",
        "-i",
        f"testsrc2=s=640x360:d={FILM_SECONDS}:r=10",
        "-f",
        "lavfi",
        "-i",
        f"sine=d={FILM_SECONDS}",
    ]
    subprocess.run(
        ["ffmpeg", "-v", "error", *source, "-pix_fmt", "yuv420p", str(folder / "film.mp4")], check=True
    )
    page = {"min_seconds": 1}
    lessons = [
        {"id": "read", "kind": "text", "title": "读一读", "minutes": 1, "body": "read.md", "min_seconds": 1},
        {"id": "film", "kind": "video", "title": "看一看", "minutes": 1, "video": "film.mp4", "captions": "film.vtt",
         "pages": [{"body": "p1.md", **page}, {"body": "p2.md", **page}], "checks": ["c1", "c2"], "checks_file": "checks.json"},
        {"id": "paper", "kind": "quiz", "title": "考一考", "minutes": 1, "items": "paper.json", "pass_mark": 80,
         "tries": None, "requires": ["read", "film"]},
    ]  # fmt: skip
    course = {
        "format": 1, "slug": "journey", "title": "走一遍", "summary": "从头走到证书。", "tier": "intro",
        "category": "general", "hours": 1, "modules": [{"id": "m", "title": "全部", "lessons": lessons}],
    }  # fmt: skip
    (folder / "course.json").write_text(json.dumps(course), "utf-8")
    return folder


@pytest.fixture(scope="module")
def site_env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The settings of the site: a fresh folder and a free port."""
    data = tmp_path_factory.mktemp("site")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {**os.environ, "LMS_ENV": "demo", "LMS_DATA": str(data), "PORT": str(port)}
    env.pop("LMS_TRUSTED_PROXIES", None)
    return env


def _exam(folder: Path) -> Path:
    """A second course: nothing but a paper of three kinds, so that a journey may begin with it."""
    folder.mkdir()
    options = [{"id": "a", "text": "甲"}, {"id": "b", "text": "乙"}]
    whole = {"explanation": "", "lesson": ""}
    items = [
        {"id": "q1", "kind": "single", "stem": "第一问", "options": options, "key": ["b"], **whole},
        {"id": "q2", "kind": "text", "stem": "第二问", "key": ["自愿"], **whole},
        {"id": "q3", "kind": "order", "stem": "第三问", "options": options, "key": ["b", "a"], **whole},
    ]
    (folder / "paper.json").write_text(json.dumps({"items": items}), "utf-8")
    lesson = {
        "id": "paper", "kind": "quiz", "title": "考一考", "minutes": 1, "items": "paper.json", "pass_mark": 80,
        "tries": 3, "limit_minutes": 30,
    }  # fmt: skip
    course = {
        "format": 1, "slug": "exam", "title": "只考一考", "summary": "一份卷子。", "tier": "intro",
        "category": "general", "hours": 1, "modules": [{"id": "m", "title": "全部", "lessons": [lesson]}],
    }  # fmt: skip
    (folder / "course.json").write_text(json.dumps(course), "utf-8")
    return folder


def _second_package(folder: Path) -> Path:
    """A course of an assignment and a classroom lesson."""
    folder.mkdir()
    (folder / "task.md").write_text("走访一户人家，写下您看到的。", "utf-8")
    (folder / "hall.md").write_text("现场练一遍。", "utf-8")
    lessons = [
        {"id": "task", "kind": "assignment", "title": "走访一次", "body": "task.md", "evidence": ["text", "photo", "file"],
         "rubric": [{"id": "c", "text": "写清楚", "points": 5}], "pass_points": 3},
        {"id": "hall", "kind": "classroom", "title": "现场练习", "body": "hall.md", "minutes": 45},
    ]  # fmt: skip
    course = {
        "format": 1, "slug": "hands-on", "title": "动手做", "summary": "作业和面授。", "tier": "intro",
        "category": "general", "hours": 1, "modules": [{"id": "m", "title": "全部", "lessons": lessons}],
    }  # fmt: skip
    (folder / "course.json").write_text(json.dumps(course), "utf-8")
    return folder


@pytest.fixture(scope="module")
def site(site_env: dict[str, str]) -> Iterator[str]:
    """The address of a site that runs: gunicorn and a quick worker on a fresh database."""
    env, data, port = site_env, Path(site_env["LMS_DATA"]), int(site_env["PORT"])
    app = create_app(config.read(env))
    with app.app_context():
        upgrade()
        place = tree()
        officer = person(OFFICER, place.county, "赵岚")
        appoint(officer.id, Role.OFFICER, place.county, actor_id=None)
        organiser = person(ORGANISER, place.county, "何静")
        appoint(organiser.id, Role.ORG_ADMIN, place.county, actor_id=None)
        trainer = person(TRAINER, place.county, "李敏")
        appoint(trainer.id, Role.TRAINER, place.county, actor_id=None)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    for package in (_package(data / "package"), _exam(data / "exam")):
        subprocess.run(
            [*flask, "courses", "import", str(package), "--publish"], cwd=ROOT, env=env, check=True
        )
    second = _second_package(data / "second")
    subprocess.run([*flask, "courses", "import", str(second), "--publish"], cwd=ROOT, env=env, check=True)
    gunicorn = [
        sys.executable,
        "-m",
        "gunicorn",
        "wsgi:app",
        "-k",
        "gthread",
        "--threads",
        "4",
        "--no-control-socket",
    ]
    processes = [
        subprocess.Popen([*gunicorn, "--bind", f"127.0.0.1:{port}"], cwd=ROOT, env=env),
        subprocess.Popen([*flask, "worker", "--lane", "quick"], cwd=ROOT, env=env),
    ]
    try:
        _until_open(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}"
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(30)


def _until_open(address: str) -> None:
    for _ in range(150):
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=2):
            return
        time.sleep(0.2)
    raise RuntimeError("the site did not open")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of FILM_SECONDS."""
    return short_film(tmp_path_factory.mktemp("film"))


@pytest.fixture
def school(tmp_path: Path, migrated: Path, film: Path) -> Iterator[School]:
    """A school in this process, without courses; the test publishes those it needs and moves the clock."""
    with running(tmp_path, migrated, film) as opened:
        yield opened
