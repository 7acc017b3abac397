"""A child process whose address space and time are bounded, for files that mean harm."""

import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MEMORY = 1_500 * 1024**2
SECONDS = 30


def _bound() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def courses(*arguments: str | Path, given: str = "") -> "subprocess.CompletedProcess[str]":
    """Run `python -m courses` within the bounds."""
    return python("-m", "courses", *map(str, arguments), given=given)


def python(*arguments: str, given: str = "") -> "subprocess.CompletedProcess[str]":
    """Run Python within the bounds."""
    command: Sequence[str] = [sys.executable, *arguments]
    return subprocess.run(
        command,
        cwd=ROOT,
        input=given,
        text=True,
        capture_output=True,
        timeout=2 * SECONDS,
        preexec_fn=_bound,
        check=False,
    )
