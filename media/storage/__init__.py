"""Where files are kept: a folder or an S3 bucket, chosen by an address."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import unquote

from media.errors import MediaError
from media.storage.local import FolderStorage


class Storage(Protocol):
    """Named files; a key is lower-case letters, digits, `/ _ . -`."""

    def put(self, key: str, source: Path) -> None:
        """Keep a copy of a file under a key, durably, all or nothing."""

    def open(self, key: str) -> BinaryIO:
        """Return the bytes of a key; raises MediaError when there are none."""

    def path(self, key: str) -> Path | None:
        """Return where the file lies on this machine, None when it does not."""

    def size(self, key: str) -> int:
        """Return the bytes of a key."""

    def exists(self, key: str) -> bool:
        """Say whether a key is kept."""

    def all_keys(self) -> Iterator[str]:
        """Return every key that is kept, in order."""

    def delete(self, key: str) -> None:
        """Forget a key; a missing one is no error."""

    def url(self, key: str, seconds: int) -> str | None:
        """Return an address good for some seconds, None where files are sent by ourselves."""


def open_storage(address: str) -> Storage:
    """Return the storage of `file:folder`; raises MediaError for an unknown address."""
    if address.startswith("file:"):
        return FolderStorage(Path(unquote(address.removeprefix("file:").removeprefix("//"))))
    raise MediaError("storage", "不认识这个存放地址。应该是 file:文件夹。")
