"""An organiser of a county, her volunteer, and what she fills in."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.models import Person
from lms.extensions import db
from lms.federations import commands as federations
from lms.federations.permissions import Role
from tests.factories import Tree, person, tree

SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def place(app: Flask) -> Tree:
    """A province with two counties; the first has a town and a village."""
    return tree()


@pytest.fixture
def her(place: Tree) -> Person:
    """A volunteer of the village."""
    return person("13900000001", place.village)


@pytest.fixture
def organiser(place: Tree, as_person: SignIn) -> FlaskClient:
    """The browser of the organiser of the first county."""
    return as_person(organiser_of(place, "county", "13900000007"))


def organiser_of(place: Tree, where: str, phone: str) -> Person:
    """Make an organiser of one of the units."""
    unit = getattr(place, where)
    made = person(phone, unit, "何静")
    federations.appoint(made.id, Role.ORG_ADMIN, unit, actor_id=None)
    db.session.commit()
    return made
