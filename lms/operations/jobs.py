"""Work of operations for later: the nightly backup, made by the heavy worker; a few of the newest are kept."""

import re
import shutil
from datetime import date, timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import select

from lms.config import Settings
from lms.core import clock, jobs
from lms.core.errors import DiskFull
from lms.core.jobs import Job, Lane
from lms.extensions import db
from lms.operations import archive, backup, queries

NAME = "operations.back_up"
FOLDER = "backups"
MADE_HERE = re.compile(r"\d{4}-\d{2}-\d{2}\.zip")
LEFT_AFTER = timedelta(hours=1)
"""A backup being written is written to all the time: untouched for so long, its worker is gone."""
LEAST_FREE = 1_000_000_000


def nightly() -> None:
    """Enqueue tonight's backup once its hour has come; a site that slept through it makes it when it wakes."""
    settings = _settings()
    now = clock.now().astimezone(settings.timezone)
    if not queries.backs_up(settings) or now.hour < settings.backup_hour:
        return
    key = _key(now.date())
    if db.session.scalar(select(Job.id).where(Job.key == key).limit(1)) is None:
        jobs.enqueue(NAME, {"day": now.date().isoformat()}, key=key, lane=Lane.HEAVY)


def back_up(day: str) -> None:
    """Write the backup of a day and drop the oldest; done again it changes nothing but what was left undone."""
    folder = (_settings().data / FOLDER).absolute()
    folder.mkdir(mode=0o700, exist_ok=True)
    archive.drop_left(folder, MADE_HERE.pattern, (clock.now() - LEFT_AFTER).timestamp())
    target = folder / f"{date.fromisoformat(day).isoformat()}.zip"
    if not target.exists():
        _require_room(folder)
        backup.make(str(target))
    elif not queries.is_noted(target.name):
        backup.note_found(target)
    _drop_oldest(folder)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["lms_settings"]
    return settings


def _key(day: date) -> str:
    return f"backup:{day.isoformat()}"


def _require_room(folder: Path) -> None:
    """Leave the site room to work: a backup as large as the last one, and a gigabyte more."""
    last = max((path.stat().st_size for path in _own(folder)[-1:]), default=0)
    if shutil.disk_usage(folder).free < last + LEAST_FREE:
        raise DiskFull("放备份的磁盘快满了，今晚的备份没有做。请腾出空间，或把 LMS_BACKUP_KEEP 改小。")


def _own(folder: Path) -> list[Path]:
    """Return the backups made here, oldest first; a file of another name is never touched."""
    return sorted(path for path in folder.iterdir() if MADE_HERE.fullmatch(path.name))


def _drop_oldest(folder: Path) -> None:
    for path in _own(folder)[: -_settings().backup_keep]:
        path.unlink()
