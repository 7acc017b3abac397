"""Who uses this data folder: every web process and worker shares a lock, a restore wants it alone."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from lms.core.errors import Conflict

_held: dict[Path, int] = {}


def share(data: Path) -> None:
    """Say, until this process ends, that it works with this folder; raises Conflict while a backup is restored."""
    path = data / "site.lock"
    if path not in _held:
        _held[path] = _take(path, fcntl.LOCK_SH, "正在恢复备份，现在不能启动网站。恢复完成后再启动。")


@contextlib.contextmanager
def alone(data: Path) -> Iterator[None]:
    """Hold the folder alone; raises Conflict when the site runs."""
    path = data / "site.lock"
    sentence = "网站还在运行，没有恢复，什么也没有改。请先停止网站（make run 的窗口按 Ctrl-C，或停止它的服务），再运行一次。"
    descriptor = _take(path, fcntl.LOCK_EX, sentence)
    try:
        yield
    finally:
        os.close(descriptor)


def _take(path: Path, kind: int, sentence: str) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise Conflict(sentence) from None
    return descriptor
