"""Several requests, one commit: on SQLite the writes that wait for the one lock share a transaction and its sync.

A commit with synchronous=FULL costs one sync of the disk, and only one writer may commit at a time. So whoever
gets the lock first does, in her own transaction, what every other thread of this process is waiting to do, commits
once, and tells them. Each answer still comes after the commit that holds it. When one piece of work fails, all are
rolled back and done again with a savepoint each: it takes nothing with it. So a piece of work may be done twice,
the first time for nothing: it changes the database and nothing else.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from flask import Flask, current_app

from lms.core.database import begin_write
from lms.core.errors import Busy
from lms.extensions import db

T = TypeVar("T")
WAIT_SECONDS = 30.0
MOST = 64
"""Pieces of work in one transaction: a long one would keep the other process waiting."""


@dataclass(eq=False)
class _Turn(Generic[T]):
    """One piece of work; `settled` is set when `result` or `error` stands, or when it is this thread's turn to lead."""

    work: Callable[[], T]
    settled: threading.Event = field(default_factory=threading.Event)
    leads: bool = False
    result: T | None = None
    error: BaseException | None = None


class Together:
    """The queue of one process."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: list[_Turn[Any]] = []
        self._led = False

    def run(self, work: Callable[[], T], names: tuple[str, ...] = ()) -> T:
        """Do a piece of work in a transaction and return its result after the commit; raises what the work raised.

        The work may run in another thread: it uses `db.session` and its own values, nothing of the request.
        """
        if db.engine.dialect.name != "sqlite":  # every connection has its own writer there
            begin_write(db.session, *names)
            result = work()
            db.session.commit()
            return result
        turn = _Turn(work)
        with self._guard:
            self._waiting.append(turn)
            turn.leads = not self._led
            self._led = True
        if not turn.leads and not turn.settled.wait(WAIT_SECONDS) and self._give_up(turn):
            raise Busy("网站现在有点忙，您填的内容还在。请过几秒再试一次。")
        if turn.leads:
            self._lead()
        if turn.error is not None:
            raise turn.error
        return cast(T, turn.result)

    def _give_up(self, turn: _Turn[Any]) -> bool:
        """Take a turn out of the line, or nobody would lead when it comes first; says whether it was too late for it."""
        with self._guard:
            if turn.settled.is_set():
                return False
            if turn in self._waiting:
                self._waiting.remove(turn)
            return True

    def _lead(self) -> None:
        batch: list[_Turn[Any]] = []
        try:
            begin_write(db.session)  # while this waits, others queue up behind it
            with self._guard:
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            if not _together(batch):
                db.session.rollback()
                _one_by_one(batch)
            db.session.commit()
        except BaseException as error:
            db.session.rollback()
            with self._guard:
                batch = batch or self._waiting
                self._waiting = [turn for turn in self._waiting if turn not in batch]
            for turn in batch:
                turn.error = turn.error or error
        finally:
            self._hand_over()
            for turn in batch:
                turn.settled.set()

    def _hand_over(self) -> None:
        with self._guard:
            self._led = bool(self._waiting)
            if self._led:
                self._waiting[0].leads = True
                self._waiting[0].settled.set()


def _together(batch: Sequence[_Turn[Any]]) -> bool:
    """Do all in one transaction, without a savepoint each: hardly ever does one fail."""
    for turn in batch:
        try:
            turn.result = turn.work()
            db.session.flush()
        except Exception:
            if len(batch) == 1:
                raise
            return False
    return True


def _one_by_one(batch: Sequence[_Turn[Any]]) -> None:
    """Do all again from the beginning, so that whoever fails takes nobody along."""
    begin_write(db.session)
    for turn in batch:
        try:
            with db.session.begin_nested():
                turn.result = turn.work()
        except Exception as error:
            turn.error = error


def attach(app: Flask) -> None:
    """Give the application its queue."""
    app.extensions["lms_together"] = Together()


def run(work: Callable[[], T], *names: str) -> T:
    """Do a piece of work together with whatever else waits to be written; see `Together.run`."""
    together: Together = current_app.extensions["lms_together"]
    return together.run(work, names)
