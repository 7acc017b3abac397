"""A real PostgreSQL of the tests: Debian's binaries, a folder and a unix socket of its own, gone with the tests."""

import contextlib
import ctypes
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

OWNER, TEMPLATE = "lms", "migrated"
START_WITHIN = 30.0
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)
# The folder goes away with the tests, so nothing is synced; a commit still waits for its record (security.md 0.6).
SERVER = {
    "listen_addresses": "",
    "fsync": "off",
    "shared_buffers": "16MB",
    "max_connections": "120",
    "log_min_messages": "fatal",
}


@dataclass
class Server:
    """A running server: nobody but this machine's unix socket reaches it, so two of them never collide."""

    folder: Path
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def url(self, name: str) -> str:
        """Return what LMS_DATABASE_URL would say for a database of this server."""
        return f"postgresql://{OWNER}@/{name}?host={self.folder}"

    def make(self, template: str = "template0") -> str:
        """Make a database from a template and return its name."""
        name = f"test_{next(self.numbers)}"
        self._say("CREATE DATABASE {} TEMPLATE {}", name, template)
        return name

    def rename(self, name: str, new: str) -> None:
        """Give a database that nobody uses another name."""
        self._say("ALTER DATABASE {} RENAME TO {}", name, new)

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self._say("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _say(self, statement: str, *names: str) -> None:
        with psycopg.connect(
            f"host={self.folder} user={OWNER} dbname=postgres", autocommit=True
        ) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def binaries() -> Path:
    """Return the folder of the newest PostgreSQL that Debian installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if not found:
        raise RuntimeError("PostgreSQL is not installed; `make setup-test` brings it")
    return found[-1].parent


def _account() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: Debian's own account for it, else nobody."""
    if os.getuid():
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            who = pwd.getpwnam(name)
            return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}
    raise RuntimeError("no account without privileges to run PostgreSQL under")


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """Start a server in a new folder; stop it and remove the folder afterwards."""
    folder, account = Path(tempfile.mkdtemp(prefix="jg-pg-")), _account()
    if account:
        os.chown(folder, account["user"], account["group"])
    try:
        _initialise(folder, account)
        process = _start(folder, account)
        try:
            _until_open(folder, process)
            yield Server(folder)
        finally:
            process.send_signal(signal.SIGINT)  # PostgreSQL's "fast": ends sessions, then itself
            process.wait(30)
    finally:
        shutil.rmtree(folder)


def _initialise(folder: Path, account: dict[str, Any]) -> None:
    words = ["-U", OWNER, "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    subprocess.run(
        [binaries() / "initdb", "-D", folder / "data", *words], cwd=folder, check=True, capture_output=True, **account
    )  # fmt: skip


def _start(folder: Path, account: dict[str, Any]) -> subprocess.Popen[bytes]:
    settings = [word for name, value in SERVER.items() for word in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [binaries() / "postgres", "-D", folder / "data", "-k", folder, *settings],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            preexec_fn=_die_with_parent, **account,
        )  # fmt: skip


def _die_with_parent() -> None:
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGQUIT, 0, 0, 0)


def _until_open(folder: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(f"host={folder} user={OWNER} dbname=postgres").close()
            return
        time.sleep(0.05)
    raise RuntimeError((folder / "log").read_text("utf-8", "replace"))
