"""kill -9 of the whole web server under load: what was acknowledged is there."""

import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from courses.items import Item, ItemKind
from courses.model import QuizBody
from lms.accounts.models import Person
from lms.assessment import papers
from lms.assessment.models import Attempt
from lms.extensions import db
from tests import factories
from tests.lms.test_quiz import begun

pytestmark = [pytest.mark.both_databases, pytest.mark.kill]
ROOT = Path(__file__).resolve().parents[2]
KILLS, WRITERS = 3, 4
ITEMS = tuple(Item(f"q{n}", ItemKind.TEXT, f"第{n}问", (), ("对",), "", "") for n in range(5))


@dataclass
class Writer:
    """One phone that answers without a pause; knows what it sent last and what was acknowledged last."""

    port: int
    attempt: str
    cookie: str
    token: str
    sent: dict[str, int] = field(default_factory=dict)
    acknowledged: dict[str, int] = field(default_factory=dict)

    def write(self, stop: threading.Event) -> None:
        """Answer question after question with rising numbers until told to stop or cut off."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        number = max(self.sent.values(), default=0)
        with contextlib.suppress(OSError, http.client.HTTPException):
            while not stop.is_set():
                number += 1
                item = f"q{number % len(ITEMS)}"
                self.sent[item] = number
                if self._send(link, item, number):
                    self.acknowledged[item] = number

    def _send(self, link: http.client.HTTPConnection, item: str, number: int) -> bool:
        entry = {"id": str(uuid.uuid4()), "kind": "answer", "attempt": self.attempt, "item": item}
        body = json.dumps({"entries": [entry | {"response": [str(number)]}]})
        headers = {"Content-Type": "application/json", "X-CSRFToken": self.token, "Cookie": self.cookie}
        link.request("POST", "/api/outbox", body, headers)
        answer = link.getresponse()
        told = answer.read()
        return answer.status == 200 and json.loads(told)["results"][0]["state"] == "kept"


@contextlib.contextmanager
def serving(data: Path, database_url: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    env = {**os.environ, "LMS_ENV": "test", "LMS_DATA": str(data), "LMS_SECRET_KEY": "t" * 40}
    env["LMS_DATABASE_URL"] = "" if database_url.startswith("sqlite") else database_url
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "wsgi:app",
        "-k",
        "gthread",
        "--workers",
        "2",
        "--threads",
        "4",
    ]
    command += ["--bind", f"127.0.0.1:{port}", "--no-control-socket", "--log-level", "critical"]
    process = subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True)
    try:
        until_open(port)
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def until_open(port: int) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError, http.client.HTTPException):
            link = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            link.request("GET", "/login")
            if link.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError("the server did not open")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def writers(app: Flask, as_person: Callable[[Person], FlaskClient]) -> list[Writer]:
    place = factories.tree()
    body, port, made = QuizBody(ITEMS, 60, None, False), free_port(), []
    for number in range(WRITERS):
        attempt = begun(place, body, f"1390000010{number}")
        browser = as_person(db.session.get_one(Person, attempt.enrolment.person_id))
        token = factories.page_token(browser, "/me")
        cookie = browser.get_cookie("session")
        assert cookie
        made.append(Writer(port, attempt.public_id, f"session={cookie.value}", token))
    db.session.remove()
    return made


def test_killed_servers_lose_no_acknowledged_answer(
    writers: list[Writer], database_url: str, tmp_path: Path
) -> None:
    chance = random.Random(20261124)
    for _ in range(KILLS):
        before = sum(sum(one.acknowledged.values()) for one in writers)
        with serving(tmp_path, database_url, writers[0].port) as process:
            stop = threading.Event()
            threads = [threading.Thread(target=one.write, args=(stop,)) for one in writers]
            for thread in threads:
                thread.start()
            time.sleep(0.5 + chance.random())
            os.killpg(process.pid, signal.SIGKILL)
            stop.set()
            for thread in threads:
                thread.join(15)
        assert sum(sum(one.acknowledged.values()) for one in writers) > before, "nothing was written"
        db.session.expire_all()
        for one in writers:
            kept = papers.answers_of(
                db.session.scalars(db.select(Attempt).filter_by(public_id=one.attempt)).one()
            )
            db.session.rollback()
            for item, number in one.acknowledged.items():
                assert number <= int(kept[item][0]) <= one.sent[item], item
