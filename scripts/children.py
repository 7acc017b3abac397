"""Child processes that are started, watched, started again and stopped, with none left behind."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
LONGEST_PAUSE = 30.0
STEADY = 60.0
"""Seconds after which a child counts as well again and its next pause is the shortest one."""
LOG_LIMIT = 5_000_000
MARK = "JINGUO_SITE"
"""Name in the environment of every process of a site; its value is the data folder."""

_libc = ctypes.CDLL(None, use_errno=True)


def adopt_orphans() -> None:
    """Make this process the parent of every orphan below it: a killed worker's ffmpeg is found and ended."""
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _die_with_parent() -> None:
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


@dataclass
class Child:
    """One program, its log file, and when it may be started again."""

    name: str
    argv: Sequence[str]
    log: Path
    env: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.5
    again_at: float = 0.0
    deaths: int = 0

    def start(self) -> None:
        """Start the program in a process group of its own, its words going to the log."""
        _shorten(self.log)
        with self.log.open("ab") as stream:
            self.process = subprocess.Popen(
                self.argv,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                env=self.env,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # safe: the supervisor has one thread
            )
        self.started = time.monotonic()

    def ended(self) -> int | None:
        """The exit status when the program is no longer running."""
        return self.process.poll() if self.process else None

    def last_words(self, lines: int = 12) -> str:
        """The end of the log, for the console."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return "\n".join("    " + line for line in text.splitlines()[-lines:])


@dataclass
class Children:
    """All programs of one site."""

    members: list[Child] = field(default_factory=list)

    def start(self, child: Child) -> None:
        """Start a child and look after it from now on."""
        child.start()
        self.members.append(child)

    def watch(self) -> list[Child]:
        """Start again what has died and waited long enough; return those that were found dead just now."""
        now = time.monotonic()
        dead = [child for child in self.members if child.process and child.ended() is not None]
        for child in dead:
            _plan(child, now)
        for child in self.members:
            if child.process is None and now >= child.again_at:
                child.start()
        if dead:
            self._end_orphans()
        return dead

    def stop(self, patience: float = 12.0) -> None:
        """Ask every child to end (the last started first), then end what is still there."""
        running = [child.process for child in reversed(self.members) if child.process]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and any(process.poll() is None for process in running):
            time.sleep(0.05)
        for process in running:
            _kill_group(process.pid)
            process.wait()
        self._end_orphans()

    def _end_orphans(self) -> None:
        known = {child.process.pid for child in self.members if child.process}
        for _ in range(20):
            orphans = _below(os.getpid()) - known
            if not orphans:
                return
            for pid in orphans:
                _signal(pid, signal.SIGKILL)
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, 0)


def end_leftovers(site: str) -> int:
    """End what a supervisor that was killed hard has left of this site; return how many were still there.

    Ours is every process that carries the site's mark in its environment: ids alone are given out again.
    """
    left = _marked(site)
    for pid in left:
        _signal(pid, signal.SIGTERM)
    deadline = time.monotonic() + 5.0
    while time.monotonic() < deadline and _marked(site):
        time.sleep(0.05)
    for pid in _marked(site):
        _signal(pid, signal.SIGKILL)
    return len(left)


def _marked(site: str) -> set[int]:
    mark, found = f"{MARK}={site}".encode(), set()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                found.add(int(folder.name))
    return found - {os.getpid()}


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _plan(child: Child, now: float) -> None:
    child.pause = 0.5 if now - child.started > STEADY else min(child.pause * 2, LONGEST_PAUSE)
    child.again_at = now + child.pause
    child.deaths += 1
    if child.process:
        _kill_group(child.process.pid)
    child.process = None


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _below(parent: int) -> set[int]:
    """Ids of the direct children of a process, adopted orphans among them."""
    path = Path(f"/proc/{parent}/task/{parent}/children")
    return {int(pid) for pid in path.read_text(encoding="ascii").split()} if path.exists() else set()


def _shorten(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(log.suffix + ".1"))
