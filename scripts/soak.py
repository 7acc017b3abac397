"""Run the long versions of the tests and add a line to docs/soak.md.

Usage: python -m scripts.soak [pytest arguments]; SOAK_SEED repeats an earlier run.
"""

import datetime
import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "soak.md"
HEAD = """# Soak runs

Written by `make soak`: the tests marked `soak`. A run is repeated with `SOAK_SEED=… make soak`.

| date | commit | seed | minutes | result |
| --- | --- | --- | --- | --- |
"""


def main() -> int:
    """Exit code of pytest; one line more in the page whatever it was."""
    seed = os.environ.get("SOAK_SEED") or str(random.SystemRandom().randrange(1 << 31))
    begun = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-m", "soak", f"--hypothesis-seed={seed}", *sys.argv[1:]]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "SOAK_SEED": seed},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    print(done.stdout)
    _record(seed, (time.monotonic() - begun) / 60, _closing(done.stdout))
    return done.returncode


def _closing(text: str) -> str:
    lines = [line for line in text.splitlines() if re.search(r"\d+ (passed|failed|error)|no tests ran", line)]
    return lines[-1].strip("= ") if lines else "did not run to its end"


def _record(seed: str, minutes: float, result: str) -> None:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    earlier = PAGE.read_text(encoding="utf-8") if PAGE.exists() else HEAD
    line = f"| {today} | {commit.stdout.strip()} | {seed} | {minutes:.1f} | {result} |\n"
    PAGE.write_text(earlier + line, encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
