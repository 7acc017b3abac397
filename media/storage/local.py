"""A folder as storage: written beside, synced, renamed."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from media.errors import MediaError

KEY = re.compile(r"[a-z0-9_][a-z0-9_.-]*(/[a-z0-9_][a-z0-9_.-]*)*")


class FolderStorage:
    """Files under one folder; keys cannot leave it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, key: str) -> Path:
        """Return where a key lies; raises MediaError for a key of another form."""
        if not KEY.fullmatch(key):
            raise MediaError("key", f"存放用的名字“{key[:60]}”不对。")
        return self._folder / key

    def put(self, key: str, source: Path) -> None:
        """Keep a copy; a crash leaves the old file or the new one, never half of it."""
        target = self.path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".part-", delete=False) as out:
            try:
                with source.open("rb") as incoming:
                    shutil.copyfileobj(incoming, out, 1024 * 1024)
                out.flush()
                os.fsync(out.fileno())
                Path(out.name).chmod(0o644)
                Path(out.name).rename(target)
            except BaseException:
                Path(out.name).unlink(missing_ok=True)
                raise
        _sync_folder(target.parent)

    def open(self, key: str) -> BinaryIO:
        """Return the open file."""
        try:
            return self.path(key).open("rb")
        except FileNotFoundError:
            raise MediaError("missing", "存放的文件不见了。请告诉管理这个网站的人。") from None

    def size(self, key: str) -> int:
        """Return its bytes."""
        return self.path(key).stat().st_size

    def exists(self, key: str) -> bool:
        """Say whether it is there."""
        return self.path(key).is_file()

    def all_keys(self) -> Iterator[str]:
        """Return the files below the folder; half-written ones begin with a dot and do not count."""
        for path in sorted(self._folder.rglob("*")):
            key = path.relative_to(self._folder).as_posix()
            if KEY.fullmatch(key) and path.is_file():
                yield key

    def delete(self, key: str) -> None:
        """Remove it if it is there."""
        self.path(key).unlink(missing_ok=True)

    def url(self, key: str, seconds: int) -> str | None:
        """None: the site sends these files itself."""
        return None


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
