"""Jobs for tests: one leaves a row as its mark, one always fails."""

import time

from lms.core import clock
from lms.extensions import db
from lms.federations.models import Unit


def mark(name: str) -> None:
    """Write one row, slowly, so that a kill often falls inside."""
    time.sleep(0.02)
    db.session.add(Unit(kind="site", name=name, full_name=name, created_at=clock.now(), open_to_join=True))
    db.session.flush()
    time.sleep(0.02)


def fail() -> None:
    """Fail, with a reason."""
    raise RuntimeError("nothing works")
