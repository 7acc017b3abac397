"""Set-up does nothing when all is there, and says what is missing where it may not install."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "setup.sh"


def _run(script: Path, goal: str, path: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", str(script), goal],
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A project not set up, on a machine whose package list is empty, for a user who may not install."""
    (tmp_path / "clone" / "scripts").mkdir(parents=True)
    shutil.copy(SCRIPT, tmp_path / "clone" / "scripts" / "setup.sh")
    for name, words in {"dpkg-query": "exit 0", "id": "echo 1000", "sudo": "exit 1"}.items():
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{words}\n", encoding="ascii")
        program.chmod(0o755)
    return tmp_path


def test_set_up_again_says_nothing_and_does_nothing() -> None:
    done = _run(SCRIPT, "test", os.environ["PATH"])
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_without_rights_the_missing_packages_are_named_in_one_line_to_copy(bare: Path) -> None:
    done = _run(bare / "clone" / "scripts" / "setup.sh", "run", f"{bare}/bin:{os.environ['PATH']}")
    line = next(line for line in done.stderr.splitlines() if "apt-get install" in line)
    assert done.returncode == 1
    assert {"ffmpeg", "fonts-noto-cjk", "espeak-ng", "unicode-data"} <= set(line.split())
    assert not {"chromium", "postgresql", "redis-server"} & set(line.split())
    assert not (bare / "clone" / ".venv").exists()


def test_the_tests_need_a_browser_and_servers_that_running_does_not(bare: Path) -> None:
    done = _run(bare / "clone" / "scripts" / "setup.sh", "test", f"{bare}/bin:{os.environ['PATH']}")
    assert {"chromium", "postgresql", "redis-server", "poppler-utils"} <= set(done.stderr.split())


def test_an_unknown_goal_is_answered_with_the_usage() -> None:
    done = _run(SCRIPT, "everything", os.environ["PATH"])
    assert done.returncode == 2
    assert "run|test" in done.stderr
