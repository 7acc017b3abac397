"""Fixtures of the whole suite: an application on a fresh database, clients for people, the small tree."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade

from lms import config
from lms.accounts.models import Person
from lms.app import create_app
from lms.catalogue.models import forget_parsed
from lms.extensions import db
from tests import postgres
from tests.factories import PASSWORD, page_token


class Browser(FlaskClient):
    """A client whose every request has an application context of its own, as on a server."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("buffered", True)  # read to the end and closed, as a server does
        with self.application.app_context():
            return super().open(*args, **kwargs)


def application(data: Path, database_url: str = "") -> Flask:
    """Return an application whose data lie in a folder (and in PostgreSQL when an address is given)."""
    words = {"LMS_ENV": "test", "LMS_DATA": str(data), "LMS_SECRET_KEY": "t" * 40}
    return create_app(config.read({**words, "LMS_DATABASE_URL": database_url}))


def _migrate(data: Path, database_url: str = "") -> None:
    with application(data, database_url).app_context():
        upgrade()
        db.session.remove()
        db.engine.dispose()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test marked `both_databases` on SQLite and on PostgreSQL; the others run on SQLite."""
    if "database_url" in metafunc.fixturenames and metafunc.definition.get_closest_marker("both_databases"):
        metafunc.parametrize("database_url", ("sqlite", "postgresql"), indirect=True)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database brought to the newest migration once; each test copies it."""
    data = tmp_path_factory.mktemp("migrated")
    _migrate(data)
    return data / "lms.sqlite3"


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Server]:
    """A PostgreSQL server with a migrated database for a template; one for each process of pytest."""
    with postgres.running() as server:
        _migrate(tmp_path_factory.mktemp("postgresql"), server.url(first := server.make()))
        server.rename(first, postgres.TEMPLATE)
        yield server


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh, migrated database: a file in tmp_path, or one of PostgreSQL."""
    if getattr(request, "param", "sqlite") == "sqlite":
        shutil.copy(request.getfixturevalue("migrated"), tmp_path / "lms.sqlite3")
        yield f"sqlite:///{tmp_path / 'lms.sqlite3'}"
        return
    server: postgres.Server = request.getfixturevalue("postgresql")
    name = server.make(postgres.TEMPLATE)
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application on a fresh, migrated database; its context is open in the test."""
    forget_parsed()
    app = application(tmp_path, database_url)
    app.test_client_class = Browser
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody without an account."""
    return app.test_client()


@pytest.fixture
def as_person(app: Flask) -> Callable[[Person], FlaskClient]:
    """Return a browser in which this person has signed in through the door."""

    def sign_in(person: Person) -> FlaskClient:
        browser = app.test_client()
        token = page_token(browser, "/login")
        words = {"csrf_token": token, "phone": person.phone, "password": PASSWORD}
        answer = browser.post("/login", data=words)
        assert answer.status_code == 302, answer.get_data(as_text=True)
        return browser

    return sign_in
