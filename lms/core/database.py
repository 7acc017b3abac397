"""The database connection: SQLite made durable and orderly, PostgreSQL as it comes.

SQLite reads run outside a transaction, each on the newest state (READ COMMITTED, as on PostgreSQL). The first
writing statement takes the one write lock (a thread lock and an flock beside the database) and begins IMMEDIATE;
the lock is held until COMMIT or ROLLBACK. Versions in the WAL-reset range (3.7.0 to 3.51.2 without the back-ports)
also close their connections under it, because closing may checkpoint.
"""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.orm import Session, scoped_session

from lms.core.errors import Busy

PRAGMAS: Mapping[str, int | str] = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: a commit is on the disk before anybody is told 已保存
    "busy_timeout": 10_000,
    "foreign_keys": 1,
}
WAIT_SECONDS = 10.0
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "ALTER", "DROP")
_TAKE_NAMES = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(CAST(:names AS text[])) AS name"
)
FIXED_BACKPORTS = {(3, 44): 6, (3, 50): 7}


def wal_reset_risk(version: tuple[int, int, int] = sqlite3.sqlite_version_info) -> bool:
    """Say whether this SQLite can meet the WAL-reset race (security.md 0.5)."""
    if version >= (3, 51, 3) or version < (3, 7, 0):
        return False
    fixed = FIXED_BACKPORTS.get(version[:2])
    return fixed is None or version[2] < fixed


class WriteLock:
    """One writer at a time over all threads and processes of this database file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = threading.Lock()
        self._fd = -1
        self._pid = 0

    def take(self) -> None:
        """Wait for the lock; raises Busy after WAIT_SECONDS behind other threads."""
        if not self._threads.acquire(timeout=WAIT_SECONDS):
            raise Busy("网站现在有点忙，您填的内容还在。请过几秒再试一次。")
        try:
            fcntl.flock(self._file(), fcntl.LOCK_EX)
        except BaseException:
            self._threads.release()
            raise

    def give(self) -> None:
        """Let the next writer in."""
        fcntl.flock(self._fd, fcntl.LOCK_UN)
        self._threads.release()

    def _file(self) -> int:
        if self._pid != os.getpid():  # a descriptor from before a fork would share its parent's lock
            self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._pid = os.getpid()
        return self._fd


_locks: dict[Path, WriteLock] = {}
_locks_guard = threading.Lock()


def lock_of(database: Path) -> WriteLock:
    """Return this process's lock object of a database file."""
    path = database.with_name(database.name + ".write-lock")
    with _locks_guard:
        return _locks.setdefault(path, WriteLock(path))


class OrderlyConnection(sqlite3.Connection):
    """A SQLite connection whose writing transactions hold the write lock from BEGIN IMMEDIATE to the end."""

    def __init__(self, database: str, *args: Any, **kwargs: Any) -> None:
        self._lock = lock_of(Path(database).absolute())
        self._holding = False
        super().__init__(database, *args, **kwargs)

    def begin_write(self) -> None:
        """Take the lock and begin, unless this transaction already writes."""
        if self._holding:
            return
        self._lock.take()
        self._holding = True
        try:
            self.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._release()
            raise

    def commit(self) -> None:
        try:
            super().commit()
        except BaseException:
            super().rollback()  # e.g. the disk is full: leave nothing half-open behind the lock
            raise
        finally:
            self._release()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self._release()

    def close(self) -> None:
        if self._holding:
            self.rollback()
        if not wal_reset_risk():
            super().close()
            return
        self._lock.take()
        try:
            super().close()
        finally:
            self._lock.give()

    def _release(self) -> None:
        if self._holding:
            self._holding = False
            self._lock.give()


def engine_options(url: str) -> dict[str, Any]:
    """Return what create_engine needs for this database URL."""
    if make_url(url).get_backend_name() == "sqlite":
        return {
            "connect_args": {
                "factory": OrderlyConnection,
                "isolation_level": None,
                "timeout": WAIT_SECONDS,
                "check_same_thread": False,
            },
            "pool_size": 8,
            "max_overflow": 8,
            "hide_parameters": True,  # what people typed belongs into no log
        }
    return {"pool_size": 8, "max_overflow": 8, "pool_pre_ping": True, "hide_parameters": True}


def prepare(engine: Engine) -> None:
    """Hook pragmas and the write lock into an engine; does nothing for PostgreSQL."""
    if engine.dialect.name != "sqlite":
        event.listen(engine, "connect", _postgres_settings)
        return
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "before_cursor_execute", _begin_before_writing)
    event.listen(engine, "savepoint", _begin_before_savepoint)


def _postgres_settings(connection: Any, record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = on")
        cursor.execute("SET lock_timeout = '10s'")
        cursor.execute("SET TIME ZONE 'UTC'")
    connection.commit()


def _set_pragmas(connection: OrderlyConnection, record: object) -> None:
    for name, wanted in PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {wanted}")
        got = connection.execute(f"PRAGMA {name}").fetchone()[0]
        if got != wanted:
            raise RuntimeError(f"SQLite answers {name} = {got!r}, wanted {wanted!r}")


def _begin_before_writing(
    connection: Connection, cursor: object, statement: str, parameters: object, context: object, many: bool
) -> None:
    if statement.lstrip()[:7].rstrip().upper().startswith(WRITES):
        _driver(connection).begin_write()


def _begin_before_savepoint(connection: Connection, name: str) -> None:
    _driver(connection).begin_write()


def _driver(connection: Connection) -> OrderlyConnection:
    driver = connection.connection.driver_connection
    if not isinstance(driver, OrderlyConnection):
        raise TypeError("not a connection of this house")
    return driver


def begin_write(session: Session | scoped_session[Any], *names: str) -> None:
    """Begin the writing part of a request now, so that what is read next cannot change before the commit.

    On SQLite this takes the one write lock. On PostgreSQL it waits for whoever holds one of these names
    ("enrolment:7") and keeps them until the commit; rows are locked one by one with `with_for_update`.
    """
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        _driver(connection).begin_write()
    elif names:
        connection.execute(
            _TAKE_NAMES, {"names": sorted(names)}
        )  # in one order, so that no two wait for each other


def quick_check(session: Session | scoped_session[Any]) -> bool:
    """Say whether the database answers at all."""
    return bool(session.execute(text("SELECT 1")).scalar() == 1)
