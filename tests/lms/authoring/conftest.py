"""A trainer of the county, her courses, and films ffmpeg really made."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.models import Person
from lms.authoring.models import Draft, DraftLesson
from lms.extensions import db
from lms.federations.permissions import Role
from tests import house


@dataclass
class Studio:
    """A trainer's browser with one course of each kind of lesson."""

    tree: house.Tree
    person: Person
    browser: FlaskClient

    @property
    def draft(self) -> Draft:
        """The course she writes, as it is now."""
        return db.session.scalars(db.select(Draft).order_by(Draft.id)).first()

    def lesson(self, kind: str) -> DraftLesson:
        """Return the lesson of a kind, as it is now."""
        db.session.expire_all()
        return db.session.scalars(db.select(DraftLesson).where(DraftLesson.kind == kind)).first()

    def post(self, path: str, **fields: object) -> object:
        """Send a form with its token."""
        token = house.csrf(self.browser, "/help")
        return self.browser.post(path, data={"csrf_token": token, **fields})


@pytest.fixture
def studio(app: Flask, as_person: Callable[[Person], FlaskClient]) -> Studio:
    """A trainer of the county whose course has an empty text, video and quiz."""
    tree = house.tree()
    trainer = house.staff(Role.TRAINER, tree.county)
    browser = as_person(trainer)
    made = Studio(tree, trainer, browser)
    made.post("/teach", title="上门第一课", summary="学会怎样第一次上门。", unit="970101")
    for kind in ("text", "video", "quiz"):
        made.post(f"/teach/c/{made.draft.id}/lessons", kind=kind)
    return made


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds of a real film."""
    path = tmp_path_factory.mktemp("film") / "讲课录像.mp4"
    picture = ["-f", "lavfi", "-i", "testsrc=size=640x360:rate=10:duration=3"]
    tone = ["-f", "lavfi", "-i", "sine=duration=3"]
    tail = ["-pix_fmt", "yuv420p", "-movflags", "+faststart", str(path)]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *picture, *tone, *tail], check=True, timeout=60)
    return path
