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
from tests.factories import PASSWORD, page_token


class Browser(FlaskClient):
    """A client whose every request has an application context of its own, as on a server."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        with self.application.app_context():
            return super().open(*args, **kwargs)


def _application(data: Path) -> Flask:
    return create_app(config.read({"LMS_ENV": "test", "LMS_DATA": str(data), "LMS_SECRET_KEY": "t" * 40}))


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database brought to the newest migration once; each test copies it."""
    data = tmp_path_factory.mktemp("migrated")
    app = _application(data)
    with app.app_context():
        upgrade()
        db.session.remove()
        db.engine.dispose()
    return data / "lms.sqlite3"


@pytest.fixture
def app(migrated: Path, tmp_path: Path) -> Iterator[Flask]:
    """An application on a fresh, migrated SQLite database; its context is open in the test."""
    shutil.copy(migrated, tmp_path / "lms.sqlite3")
    forget_parsed()
    app = _application(tmp_path)
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
