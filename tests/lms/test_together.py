"""Writes of several requests in one commit."""

import threading
import time

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from lms.core import together
from lms.core.audit_log import AuditEntry, record
from lms.core.database import begin_write
from lms.core.errors import Busy, Conflict
from lms.extensions import db

PEOPLE = 24


def note(number: int) -> int:
    """Write an entry; every fifth piece of work goes wrong after it wrote."""
    record(None, "tested", "piece", number)
    db.session.flush()
    if number % 5 == 0:
        raise Conflict(f"第 {number} 件")
    return number


def all_at_once(app: Flask, results: dict[int, object]) -> int:
    """Let every person write while the lock is held elsewhere; returns how many commits that took."""
    commits: list[object] = []

    def count(connection: object) -> None:
        commits.append(connection)

    event.listen(db.engine, "commit", count)

    def one(number: int) -> None:
        with app.app_context():
            try:
                results[number] = together.run(lambda: note(number))
            except Conflict as error:
                results[number] = error.message

    begin_write(db.session)
    threads = [threading.Thread(target=one, args=(number,)) for number in range(PEOPLE)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    db.session.rollback()
    for thread in threads:
        thread.join(20)
    event.remove(db.engine, "commit", count)
    return len(commits)


def test_what_waits_for_the_lock_is_written_in_few_commits_and_a_failure_takes_nothing_with_it(
    app: Flask,
) -> None:
    results: dict[int, object] = {}
    commits = all_at_once(app, results)
    assert results == {n: f"第 {n} 件" if n % 5 == 0 else n for n in range(PEOPLE)}
    written = db.session.scalars(select(AuditEntry.object_id).where(AuditEntry.action == "tested"))
    assert sorted(map(int, written)) == [n for n in range(PEOPLE) if n % 5]
    assert commits <= 3


def test_when_the_commit_fails_nobody_is_told_it_was_saved(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as broken:
        broken.setattr(db.session, "commit", full)
        with pytest.raises(OSError, match="disk full"):
            together.run(lambda: note(1))
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 0
    assert together.run(lambda: note(2)) == 2


def test_one_who_waited_too_long_does_not_stop_those_who_come_after(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "WAIT_SECONDS", 0.3)
    begun, go_on, told = threading.Event(), threading.Event(), list[object]()

    def slow() -> None:
        begun.set()
        go_on.wait(10)

    def lead() -> None:
        with app.app_context():
            together.run(slow)

    def wait() -> None:
        with app.app_context():
            try:
                told.append(together.run(lambda: note(1)))
            except Busy as error:
                told.append(error.status)

    first, second = threading.Thread(target=lead), threading.Thread(target=wait)
    first.start()
    begun.wait(10)
    second.start()
    second.join(10)
    go_on.set()
    first.join(10)
    assert told == [503]
    assert together.run(lambda: note(2)) == 2
    assert db.session.scalars(select(AuditEntry.object_id)).all() == ["2"], "what was refused is not done"
