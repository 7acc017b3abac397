"""How large a request may be: small everywhere, larger on the few addresses that say so; files go to the disk."""

import errno
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, ParamSpec, TypeVar

from flask import Request, current_app
from flask_babel import gettext as _

from lms.core.errors import DiskFull

P = ParamSpec("P")
R = TypeVar("R")
MEGABYTE = 1024 * 1024
KEEP_FREE = 512 * MEGABYTE
"""What an upload must leave free on the disk, so that the database can go on writing."""


def accepts(max_bytes: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Allow bodies up to `max_bytes` for this view (the line below the route)."""

    def declare(view: Callable[P, R]) -> Callable[P, R]:
        view.__max_bytes__ = max_bytes  # type: ignore[attr-defined]
        return view

    return declare


class HouseRequest(Request):
    """A request whose size limit is the view's own, and whose files are written under LMS_DATA."""

    @property
    def max_content_length(self) -> int | None:
        """Return the limit of the view, else that of the settings."""
        view = current_app.view_functions.get(self.endpoint or "") if current_app else None
        allowed: int | None = getattr(view, "__max_bytes__", None)
        return allowed if allowed is not None else super().max_content_length

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        self._max_content_length = value

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        require_room(total_content_length or 0)
        return scratch_file()


def scratch_folder() -> Path:
    """Return the folder for files that live no longer than a request or a job."""
    folder: Path = current_app.extensions["lms_settings"].data / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def scratch_file() -> IO[bytes]:
    """Return an open file without a name that is gone when it is closed."""
    return tempfile.TemporaryFile("w+b", dir=scratch_folder())


def require_room(size: int) -> None:
    """Raise DiskFull when the data folder cannot hold `size` more bytes and stay usable."""
    data: Path = current_app.extensions["lms_settings"].data
    if shutil.disk_usage(data).free < size + KEEP_FREE:
        raise DiskFull(full_words())


def is_full(error: OSError) -> bool:
    """Say whether a write failed because the disk has no room."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


def full_words() -> str:
    """Return the sentence for a full disk."""
    return _("网站存放文件的地方快满了，这个文件没有收下。请告诉管理这个网站的人。")
