"""A demo site of one's own for a bench or a set of screenshots: started, used, stopped."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
READY_WITHIN = 900.0


@contextlib.contextmanager
def demo_site(keep: Path | None = None) -> Iterator[tuple[str, Path]]:
    """Address and data folder of a running site.

    `JG_SITE_URL` with `LMS_DATA` names one that runs already; otherwise one is started on a free port, its
    data in `keep` or in a folder that goes away afterwards. Raises RuntimeError when it does not start.
    """
    if url := os.environ.get("JG_SITE_URL"):
        yield url, Path(os.environ.get("LMS_DATA", "var")).resolve()
        return
    with tempfile.TemporaryDirectory(prefix="jinguo-") as folder:
        data = keep or Path(folder) / "data"
        with _running(data, Path(folder) / "words") as url:
            yield url, data


@contextlib.contextmanager
def _running(data: Path, words: Path) -> Iterator[str]:
    port = free_port()
    env = {name: value for name, value in os.environ.items() if not name.startswith(("LMS_", "MAKE"))}
    env |= {"LMS_DATA": str(data), "PORT": str(port)}
    with words.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "scripts.run"], cwd=ROOT, env=env, stdout=stream, stderr=stream
        )
    try:
        _until_ready(process, words)
        with _films_paused(data):
            yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


@contextlib.contextmanager
def _films_paused(data: Path) -> Iterator[None]:
    """Hold the heavy worker, which still makes the other courses' films: it would take a core from what is measured."""
    held: list[int] = []
    while new := [pid for pid in _heavy_workers(data) if pid not in held]:  # what it began meanwhile too
        held += new
        for pid in new:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in held:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def _heavy_workers(data: Path) -> list[int]:
    """The site's heavy worker and whatever it started, parents first."""
    parents, heavy = dict[int, int](), set[int]()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            setting = f"LMS_DATA={data}".encode()
            pid = int(folder.name)
            parents[pid] = int((folder / "stat").read_text("utf-8").rpartition(")")[2].split()[1])
            if b"heavy" in words and setting in (folder / "environ").read_bytes().split(b"\0"):
                heavy.add(pid)
    found = sorted(heavy)
    for pid in found:  # grows while it is walked
        found += [child for child, parent in parents.items() if parent == pid and child not in found]
    return found


def _until_ready(process: subprocess.Popen[bytes], words: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while "READY http" not in words.read_text(encoding="utf-8"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(words.read_text(encoding="utf-8"))
        time.sleep(0.2)


def free_port() -> int:
    """A port of this machine that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
