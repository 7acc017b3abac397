"""The tree these tests stand on."""

import pytest
from flask import Flask

from tests import house


@pytest.fixture
def tree(app: Flask) -> house.Tree:
    """A province, a city and two counties, one with a town."""
    return house.tree()
