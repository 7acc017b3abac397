"""Programs of a site that are killed and started again: web processes as `make run` starts them, and a worker."""

import contextlib
import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from scripts.site import Site

ROOT = Path(__file__).resolve().parents[2]
OPEN_WITHIN = 60.0
LEASE_SECONDS = 1.5
# The parent loads the application once and never opens the database; each child does jobs until it is killed.
WORKER = f"""
import os, time
from lms import config
from lms.app import create_app
from lms.core import jobs
import lms.certificates.jobs, lms.search.jobs, tests.lms.marks
app = create_app(config.read())
app.extensions["lms_jobs"] = {{**app.extensions["lms_jobs"], "test.mark": "tests.lms.marks:mark"}}
while True:
    child = os.fork()
    if child == 0:
        with app.app_context():
            while True:
                if not jobs.run_one(jobs.Lane.QUICK, lease={LEASE_SECONDS}):
                    time.sleep(0.05)
    print(child, flush=True)
    os.waitpid(child, 0)
"""


def environment(data: Path, database_url: str) -> dict[str, str]:
    """What the programs of this site are told."""
    env = {**os.environ, "LMS_ENV": "test", "LMS_DATA": str(data), "LMS_SECRET_KEY": "t" * 40}
    return {**env, "LMS_DATABASE_URL": "" if database_url.startswith("sqlite") else database_url}


def free_port() -> int:
    """A port of this machine that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Web:
    """The web processes: a master and two workers of four threads each, on a port of this machine."""

    def __init__(self, data: Path, env: dict[str, str], port: int) -> None:
        self.port, self._env = port, env
        # Loaded before it forks: only so are hundreds of kills a matter of minutes.
        self._command = [
            *Site(ROOT, data, "127.0.0.1", port, env, None).web(),
            "--preload",
            "--log-level",
            "critical",
        ]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, before: Callable[[list[str]], list[str]] = list) -> None:
        """Start it, under another program if `before` makes such a command of it, and wait until it answers."""
        self._process = subprocess.Popen(
            before(self._command), cwd=ROOT, env=self._env, start_new_session=True
        )
        deadline = time.monotonic() + OPEN_WITHIN
        while not self._answers():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError("the web server did not open")
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill the master and all its workers in one moment."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def stop(self) -> None:
        """Ask the master to end, as `make run` does, and wait until it did."""
        if self._process is not None:
            pid = self._process.pid
            under = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
            os.kill(int(under[0]), signal.SIGTERM)
            self._process.wait(30)

    def kill_one(self, chance: random.Random) -> bool:
        """Kill one of the two workers; the master starts another. Says whether there was one."""
        assert self._process
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
        if not children:
            return False
        os.kill(int(chance.choice(children)), signal.SIGKILL)
        return True

    def _answers(self) -> bool:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            link.request("GET", "/login")
            return link.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            link.close()


class Worker:
    """The worker of the quick lane; another one takes its place at once when it is killed."""

    def __init__(self, env: dict[str, str]) -> None:
        self._parent = subprocess.Popen(
            [sys.executable, "-c", WORKER], cwd=ROOT, env=env, stdout=subprocess.PIPE, start_new_session=True
        )
        self._child = self._next()

    def _next(self) -> int:
        assert self._parent.stdout
        return int(self._parent.stdout.readline())

    def kill(self) -> None:
        """Kill the one that works and wait for the next."""
        os.kill(self._child, signal.SIGKILL)
        self._child = self._next()

    def end(self) -> None:
        """End the parent and its child."""
        os.killpg(self._parent.pid, signal.SIGKILL)
        self._parent.wait()
        if self._parent.stdout:
            self._parent.stdout.close()
