"""The database in this house: durable settings read back, writers in turn, nothing half-written, rows as migrated."""

import threading
from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import func, select, text

from lms.accounts import commands as accounts
from lms.accounts.models import Person
from lms.core import database
from lms.core.errors import Conflict
from lms.extensions import db


@pytest.mark.parametrize(("name", "wanted"), database.PRAGMAS.items())
def test_every_connection_has_the_pragmas_it_needs(app: Flask, name: str, wanted: int | str) -> None:
    assert db.session.execute(text(f"PRAGMA {name}")).scalar() == wanted


@pytest.mark.parametrize(
    ("name", "wanted"), [("synchronous_commit", "on"), ("TimeZone", "UTC"), ("lock_timeout", "10s")]
)
@pytest.mark.both_databases
def test_every_connection_to_postgresql_is_durable_and_waits_with_an_end(
    app: Flask, name: str, wanted: str
) -> None:
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("ALTER ROLE CURRENT_USER SET synchronous_commit = off"))
        db.session.commit()
        db.engine.dispose()
        assert db.session.execute(text(f"SHOW {name}")).scalar() == wanted


@pytest.mark.both_databases
def test_sixty_writers_at_once_all_get_their_turn(app: Flask) -> None:
    faults: list[BaseException] = []

    def register(number: int) -> None:
        try:
            with app.app_context():
                accounts.register(name="她", phone=f"139{number:08d}", password_hash=None, consent=False)
                db.session.commit()
        except BaseException as error:
            faults.append(error)

    _all_at_once(register, 60)
    assert faults == []
    assert db.session.scalar(select(func.count()).select_from(Person)) == 60


@pytest.mark.both_databases
def test_fifty_women_with_one_phone_number_become_one_person(app: Flask) -> None:
    refused: list[Conflict] = []

    def register(number: int) -> None:
        with app.app_context():
            try:
                accounts.register(name="她", phone="13900000001", password_hash=None, consent=False)
                db.session.commit()
            except Conflict as error:
                refused.append(error)

    _all_at_once(register, 50)
    assert len(refused) == 49
    assert db.session.scalar(select(func.count()).select_from(Person)) == 1


def _all_at_once(act: Callable[[int], None], count: int) -> None:
    threads = [threading.Thread(target=act, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.both_databases
def test_what_was_rolled_back_is_not_there_and_the_lock_is_free(app: Flask) -> None:
    accounts.register(name="她", phone="13900000001", password_hash=None, consent=False)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Person)) == 0
    accounts.register(name="她", phone="13900000001", password_hash=None, consent=False)
    db.session.commit()


@pytest.mark.parametrize(
    ("version", "risky"),
    [((3, 40, 1), True), ((3, 51, 2), True), ((3, 51, 3), False), ((3, 50, 7), False), ((3, 44, 5), True)],
)
def test_versions_with_the_wal_reset_race_are_known(version: tuple[int, int, int], risky: bool) -> None:
    assert database.wal_reset_risk(version) is risky


@pytest.mark.both_databases
def test_the_migrated_database_is_what_the_rows_say(app: Flask) -> None:
    with db.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), db.metadata)
    assert found == []
