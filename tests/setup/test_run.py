"""The supervisor of `make run`, started for real on a free port with a data folder of its own."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from scripts import children
from scripts.started import ROOT, free_port

pytestmark = pytest.mark.kill


@dataclass
class Running:
    """One supervisor, its words and its address."""

    process: subprocess.Popen[bytes]
    words: Path
    env: dict[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.env['PORT']}"

    def text(self) -> str:
        return self.words.read_text(encoding="utf-8")

    def answers(self, path: str = "/") -> bool:
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def _start(env: dict[str, str], words: Path) -> Running:
    with words.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "scripts.run"], cwd=ROOT, env=env, stdout=stream, stderr=stream
        )
    return Running(process, words, env)


def _until(true: Callable[[], bool], seconds: float, site: Running) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, site.text()
        time.sleep(0.1)


def _ready(site: Running) -> bool:
    assert site.process.poll() is None, site.text()
    return f"READY {site.url}" in site.text()


def _using(data: Path) -> list[str]:
    """Command lines of all living processes whose environment names this data folder."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"LMS_DATA={data}\0".encode() in (folder / "environ").read_bytes() + b"\0":
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("site") / "data"


@pytest.fixture
def site(data: Path, tmp_path: Path) -> Iterator[Running]:
    """A running site; the tests share one data folder, so only the first start is a first start."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("LMS_", "MAKE"))}
    running = _start({**env, "LMS_DATA": str(data), "PORT": str(free_port())}, tmp_path / "words")
    try:
        _until(lambda: _ready(running), 400, running)
        yield running
    finally:
        running.process.terminate()
        running.process.wait(60)


def test_a_first_start_names_the_demo_people_and_answers_and_a_stop_leaves_no_process(
    site: Running, data: Path
) -> None:
    assert "13800000001" in site.text()
    assert site.answers("/") and site.answers("/courses") and site.answers("/c/about")
    assert len(_using(data)) >= 5
    site.process.send_signal(signal.SIGTERM)
    assert site.process.wait(60) == 0
    assert _using(data) == []


def test_a_web_process_takes_at_most_160_megabytes_after_the_first_pages(site: Running) -> None:
    for path in ("/", "/courses", "/c/about", "/login"):
        assert site.answers(path)
    sizes = [_megabytes(pid) for pid in _web_processes(site.process.pid)]
    assert len(sizes) == 2
    assert max(sizes) <= 160, sizes


def _web_processes(supervisor: int) -> list[int]:
    master = subprocess.run(
        ["pgrep", "-f", "gunicorn", "--parent", str(supervisor)], capture_output=True, text=True, check=True
    )
    workers = subprocess.run(
        ["pgrep", "--parent", master.stdout.strip()], capture_output=True, text=True, check=True
    )
    return [int(pid) for pid in workers.stdout.split()]


def _megabytes(pid: int) -> float:
    """Resident memory, shared pages counted."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


def test_killed_web_and_worker_processes_are_started_again(site: Running, data: Path) -> None:
    for words in ("gunicorn", "worker --lane heavy"):
        subprocess.run(["pkill", "-KILL", "-f", words, "--parent", str(site.process.pid)], check=True)
    _until(lambda: "worker-heavy" in site.text() and "web 停了" in site.text(), 20, site)
    _until(lambda: site.answers("/") and any("lane heavy" in line for line in _using(data)), 60, site)


def test_a_second_site_is_refused_the_same_data_and_the_same_port(site: Running, tmp_path: Path) -> None:
    same_data = _start({**site.env, "PORT": str(free_port())}, tmp_path / "same-data")
    same_port = _start({**site.env, "LMS_DATA": str(tmp_path / "other")}, tmp_path / "same-port")
    assert (same_data.process.wait(30), same_port.process.wait(30)) == (1, 1)
    assert "正被另一个 make run 使用" in same_data.text()
    assert f"端口 {site.env['PORT']} 不能使用" in same_port.text() and "PORT=" in same_port.text()
    assert site.answers("/")


def test_after_a_hard_kill_of_the_supervisor_the_next_start_works(site: Running, tmp_path: Path) -> None:
    site.process.kill()
    site.process.wait(10)
    after = _start(site.env, tmp_path / "after")
    try:
        _until(lambda: _ready(after), 60, after)
        assert after.answers("/")
    finally:
        after.process.terminate()
        after.process.wait(60)
    assert _using(Path(site.env["LMS_DATA"])) == []


def test_only_processes_that_carry_the_mark_of_the_site_are_ended(tmp_path: Path) -> None:
    ours, other = (_sleeper(str(tmp_path / name)) for name in ("ours", "other"))
    try:
        assert children.end_leftovers(str(tmp_path / "ours")) == 1
        assert ours.wait(5) == -signal.SIGTERM
        assert other.poll() is None
    finally:
        for each in (ours, other):
            each.kill()
            each.wait()


def _sleeper(site: str) -> subprocess.Popen[bytes]:
    env = {**os.environ, children.MARK: site}
    process = subprocess.Popen(["sleep", "30"], env=env, start_new_session=True)
    words, deadline = Path(f"/proc/{process.pid}/environ"), time.monotonic() + 10
    while site.encode() not in words.read_bytes() and time.monotonic() < deadline:
        time.sleep(0.01)  # the new program shows its environment a moment after it began
    return process


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("PORT", "99999"),
        ("LMS_TIMEZONE", "Mars/Base"),
        ("LMS_DATABASE_URL", "mysql://x"),
        ("LMS_SMS", "pigeon"),
    ],
)
def test_a_wrong_setting_is_refused_in_one_sentence_that_names_it(
    tmp_path: Path, setting: str, value: str
) -> None:
    env = {**os.environ, "LMS_DATA": str(tmp_path / "data"), setting: value}
    refused = _start(env, tmp_path / "words")
    assert refused.process.wait(30) == 1
    assert setting in refused.text() and "Traceback" not in refused.text()
