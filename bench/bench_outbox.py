"""Heartbeats of eight people for twenty seconds against hello on the same server.

The server is gunicorn as `make run` starts it (2 processes, 4 threads each), on a demo site's data, with one
view more that says hello. Every heartbeat reports the seconds that really passed since the last one.
"""

import contextlib
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.beside import Compared, compare
from bench.figures import percentile, say
from bench.visitor import Visitor, csrf_token, media_of, visit_of
from scripts.started import ROOT, demo_site, free_port

PEOPLE, SECONDS, GOAL, WORST = 8, 20.0, 0.3, 1.0


@dataclass
class Watcher:
    """One person on the video lesson: her visit, and where she is in it."""

    person: Visitor
    token: str
    visit: str
    begun: float = field(default_factory=time.monotonic)
    at: float = 0.0
    seq: int = 0

    def beat(self) -> int:
        """Report what passed since the last beat; the status of the answer."""
        now = time.monotonic() - self.begun
        self.seq += 1
        entry = {"id": str(uuid.uuid4()), "kind": "watched", "visit": self.visit, "seq": self.seq}
        entry |= {"stretches": [[round(self.at % 60, 3), round(self.at % 60 + now - self.at, 3)]], "rate": 1}
        self.at = now
        return self.person.send("/api/outbox", {"entries": [entry]}, self.token).status

    def hello(self) -> int:
        """The same connection and cookies, to the view that does nothing."""
        return self.person.get("/hello").status


def main() -> None:
    """Measure hello and heartbeats turn by turn."""
    with demo_site() as (_, data), _server(data) as (port, log):
        watchers = [_watcher(port, f"1380000000{number}") for number in range(1, PEOPLE + 1)]
        beats = compare(watchers, Watcher.beat, SECONDS)
        locked = log.read_text(encoding="utf-8", errors="replace").count("database is locked")
    _say(beats, locked)


def _say(beats: Compared, locked: int) -> None:
    ratio, waits = beats.ratio, [wait for _, wait in beats.answers]
    failed = sum(1 for status, _ in beats.answers if status >= 500)
    refused = sum(1 for status, _ in beats.answers if 400 <= status < 500)
    say("hello", round(beats.hello), "a second")
    say("heartbeats", round(beats.rate), "a second")
    say("heartbeats", round(ratio, 3), "× hello", ratio_to="hello", goal=f"≥ {GOAL}", ok=ratio >= GOAL)
    say("heartbeat p99", round(percentile(waits, 0.99) * 1000), "ms")
    say("worst wait", round(max(waits), 3), "s", goal=f"≤ {WORST:g} s", ok=max(waits) <= WORST)
    say("answers 5xx", failed, goal="0", ok=failed == 0)
    say("answers 4xx", refused, goal="0", ok=refused == 0)
    say("database is locked", locked, goal="0", ok=locked == 0)


def _watcher(port: int, phone: str) -> Watcher:
    person = Visitor("127.0.0.1", port)
    person.sign_in(phone)
    for number in range(1, 30):
        page = person.follow(f"/c/about/{number}")
        if page.status == 200 and media_of(page.text):
            person.get(media_of(page.text)[0], {"Range": "bytes=0-262143"})
            return Watcher(person, csrf_token(page.text), visit_of(page.text))
    raise RuntimeError("no lesson of /c/about shows a video")


@contextlib.contextmanager
def _server(data: Path) -> Iterator[tuple[int, Path]]:
    port, log = free_port(), data / "log" / "bench.log"
    env = {**os.environ, "LMS_DATA": str(data), "LMS_ENV": "demo", "PORT": str(port)}
    size = ["-k", "gthread", "--workers", "2", "--threads", "4", "--keep-alive", "65", "--no-control-socket"]
    command = [sys.executable, "-m", "gunicorn", "bench.hello:app", "--bind", f"127.0.0.1:{port}", *size]
    with log.open("wb") as stream:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=stream, stderr=stream)
    try:
        _until_open(port)
        yield port, log
    finally:
        process.terminate()
        process.wait(30)


def _until_open(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise RuntimeError("the bench server did not start")


if __name__ == "__main__":
    main()
