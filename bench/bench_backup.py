"""Backup and restore of one gigabyte: media of a demo site beside its database, each in a process of its own.

Written down, not held to a goal: the disk decides. What is held: the restored site answers as before, and neither
program needs much memory.
"""

import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.figures import say
from scripts.started import ROOT

MEGABYTE, FILES, MOST_MEMORY = 1_000_000, 100, 300


def main() -> None:
    """Fill a data folder, back it up, restore it, compare."""
    with tempfile.TemporaryDirectory(prefix="jinguo-backup-") as folder:
        data, target = Path(folder) / "data", Path(folder) / "backup.zip"
        _flask(data, "init")
        _fill(data)
        before = _files(data)
        seconds = _flask(data, "backup", str(target))
        size = target.stat().st_size / MEGABYTE
        say("backup file", round(size), "MB")
        say("backup", round(seconds, 1), "s")
        say("backup", round(size / seconds), "MB/s")
        next((data / "storage").rglob("*.mp4")).unlink()
        seconds = _flask(data, "restore", str(target))
        say("restore, every digest checked", round(seconds, 1), "s")
        say("restore", round(size / seconds), "MB/s")
        same = _files(data) == before and _people(data) == PEOPLE
        say("restored as it was", int(same), goal="1", ok=same)
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
        say("memory at most", round(memory), "MB", goal=f"≤ {MOST_MEMORY} MB", ok=memory <= MOST_MEMORY)


PEOPLE = 20_000


def _flask(data: Path, *words: str) -> float:
    """Seconds a command took."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    env |= {"LMS_DATA": str(data), "LMS_ENV": "demo"}
    begun = time.monotonic()
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
    subprocess.run(
        command, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    return time.monotonic() - begun


def _fill(data: Path) -> None:
    """A county's people, and a hundred films of ten megabytes that do not get smaller."""
    people = [
        (f"p{n}", f"姓名{n}", os.urandom(40), f"i{n}", "active", "2026-01-01 00:00:00.000000")
        for n in range(PEOPLE)
    ]
    with sqlite3.connect(data / "lms.sqlite3") as connection:
        connection.executemany(
            "INSERT INTO people (public_id, name, phone_sealed, phone_index, state, created_at) VALUES (?,?,?,?,?,?)",
            people,
        )
    connection.close()
    for number in range(FILES):
        path = data / "storage" / "media" / f"f{number}" / "720p.mp4"
        path.parent.mkdir(parents=True)
        path.write_bytes(os.urandom(10 * MEGABYTE))


def _files(data: Path) -> dict[str, int]:
    return {
        path.relative_to(data).as_posix(): path.stat().st_size for path in (data / "storage").rglob("*.mp4")
    }


def _people(data: Path) -> int:
    connection = sqlite3.connect(data / "lms.sqlite3")
    try:
        return int(connection.execute("SELECT count(*) FROM people").fetchone()[0])
    finally:
        connection.close()


if __name__ == "__main__":
    main()
