"""`make run` from nothing and again: the seconds of each step, in a fresh clone with its own environment.

System packages are those of this machine; the time of installing them is not in it.
"""

import json
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from bench.figures import say
from scripts.started import ROOT, free_port

LONGEST = 1500.0
SECOND_START = 10.0


def main() -> None:
    """Clone, start, stop, start again, stop."""
    with tempfile.TemporaryDirectory(prefix="jinguo-start-") as folder:
        clone, times = Path(folder) / "clone", Path(folder) / "times"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        first = _start_and_stop(clone, times)
        for line in times.read_text(encoding="utf-8").splitlines():
            step = json.loads(line)
            say(f"first start: {step['step']}", step["seconds"], "s")
        say("first start, all", round(first, 1), "s")
        second = _start_and_stop(clone, Path(folder) / "again")
        say(
            "second start, all",
            round(second, 1),
            "s",
            goal=f"≤ {SECOND_START:g} s",
            ok=second <= SECOND_START,
        )


def _start_and_stop(clone: Path, times: Path) -> float:
    """Seconds from the command to READY."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("LMS_", "MAKE"))}
    env |= {"PORT": str(free_port()), "JG_TIMES": str(times), "LMS_DATA": str(clone / "var")}
    words = clone / "words"
    begun = time.monotonic()
    with words.open("wb") as stream:
        process = subprocess.Popen(["make", "run"], cwd=clone, env=env, stdout=stream, stderr=stream)
    try:
        while "READY http" not in words.read_text(encoding="utf-8", errors="replace"):
            if process.poll() is not None or time.monotonic() - begun > LONGEST:
                raise RuntimeError(words.read_text(encoding="utf-8", errors="replace"))
            time.sleep(0.1)
        return time.monotonic() - begun
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


if __name__ == "__main__":
    main()
