"""A save is on the disk before it is answered: a real server under strace, and what the reader of traces says."""

import functools
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.models import Person
from scripts import synced
from tests.lms.killed import Web, environment
from tests.lms.test_kills import Site, site

__all__ = ["site"]  # the fixture of the kills: phones with an open paper and a film
SignIn = Callable[[Person], FlaskClient]
ASKED = '7 10:00:00.1 recvfrom(9<TCP:[127.0.0.1:80->127.0.0.1:5]>, "POST /api/outbox HTTP/1.1", 8192) = 400\n'
WRITTEN = '7 10:00:00.2 pwrite64(5</data/lms.sqlite3-wal>, "..", 4096, 32) = 4096\n'
SYNCED = "7 10:00:00.3 fdatasync(5</data/lms.sqlite3-wal>) = 0\n"
FAILED = "7 10:00:00.3 fdatasync(5</data/lms.sqlite3-wal>) = -1 EIO (Input/output error)\n"
SPLIT = [
    "7 10:00:00.3 fdatasync(5</data/lms.sqlite3-wal> <unfinished ...>\n",
    "7 10:00:00.4 <... fdatasync resumed>) = 0\n",
]
ANSWERED = (
    '7 10:00:00.5 sendto(9<TCP:[127.0.0.1:80->127.0.0.1:5]>, "HTTP/1.1 200 OK", 200, 0, NULL, 0) = 200\n'
)


@pytest.mark.parametrize(
    ("lines", "good"),
    [
        ([ASKED, WRITTEN, SYNCED, ANSWERED], True),
        ([ASKED, WRITTEN, *SPLIT, ANSWERED], True),
        ([ASKED, WRITTEN, ANSWERED, SYNCED], False),
        ([ASKED, WRITTEN, SPLIT[0], ANSWERED, SPLIT[1]], False),
        ([ASKED, SYNCED, WRITTEN, ANSWERED], False),
        ([ASKED, WRITTEN, SYNCED, WRITTEN, ANSWERED], False),
        ([ASKED, WRITTEN, FAILED, ANSWERED], False),
        ([ASKED, ANSWERED], False),
    ],
)
def test_a_save_counts_as_synced_only_when_its_sync_came_back_before_the_answer(
    lines: list[str], good: bool
) -> None:
    assert [save.good for save in synced.judge(lines)] == [good]


def test_every_save_of_a_real_server_is_synced_before_its_answer(
    app: Flask, site: Site, database_url: str, tmp_path: Path
) -> None:
    trace, phone = tmp_path / "trace", site.phones[0]
    phone.replayed = phone.lost = 0  # what is only sent again has nothing to write
    web = Web(tmp_path, environment(tmp_path, database_url), phone.port)
    try:
        web.start(functools.partial(synced.command, trace))
        for _ in range(5):
            phone.queue += [phone.answer(), phone.played()]
        stop = threading.Event()
        stop.set()
        phone.use(stop)
        web.stop()
    finally:
        web.kill()
    saves = synced.judge(trace.read_text("utf-8", "replace").splitlines())
    assert len(saves) >= 2
    assert all(save.good for save in saves)
    assert (phone.faults, len(phone.told)) == ([], 10)
