"""A published course written as a package comes back as it was."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from courses.formats import package
from courses.model import Course, VideoBody
from lms.authoring import exchange
from lms.cli import course_files
from lms.core.errors import Invalid, Missing
from lms.extensions import db
from tests.factories import tree

STARTER = Path(__file__).parents[3] / "courses" / "starter" / "about"


def bare(course: Course) -> Course:
    """The course without the names of its films' files, which the site chooses."""
    modules = tuple(
        replace(
            module,
            lessons=tuple(
                replace(one, body=replace(one.body, asset="")) if isinstance(one.body, VideoBody) else one
                for one in module.lessons
            ),
        )
        for module in course.modules
    )
    return replace(course, modules=modules)


@pytest.fixture
def with_picture(tmp_path: Path) -> Path:
    folder = tmp_path / "about"
    shutil.copytree(STARTER, folder)
    (folder / "img").mkdir()
    Image.new("RGB", (40, 30), "#B3202C").save(folder / "img" / "door.png")
    welcome = folder / "lessons" / "welcome.md"
    welcome.write_text(welcome.read_text("utf-8") + "\n\n![一扇红门](img/door.png)\n", "utf-8")
    return folder


def test_an_imported_course_is_exported_with_its_slides_and_pictures(
    app: Flask, with_picture: Path, tmp_path: Path
) -> None:
    place = tree()
    exchange.bring_in(with_picture, unit_id=place.province.id, actor_id=None, while_processing=True)
    db.session.commit()
    target = tmp_path / "out.zip"
    assert course_files.bring_out("about", str(target))["version"] == 1
    first, again = package.read(with_picture), package.read(target)
    words = bare(again.course)
    name = next(one for one in again.source.sizes if one.startswith("img/"))
    changed = json.loads(json.dumps(repr(words)).replace(name, "img/door.png"))
    assert changed == repr(bare(first.course))
    film = again.videos["promise"]
    assert film.is_slides
    slides = json.loads(again.source.read(film.main))
    assert slides["slides"] == json.loads((STARTER / "video" / "slides.json").read_text("utf-8"))["slides"]
    assert again.source.read(name) == (with_picture / "img" / "door.png").read_bytes()


def test_an_unknown_course_and_an_unknown_folder_are_refused_and_nothing_is_written(
    app: Flask, tmp_path: Path
) -> None:
    with pytest.raises(Missing):
        course_files.bring_out("nobody", str(tmp_path / "x.zip"))
    exchange.bring_in(STARTER, unit_id=tree().province.id, actor_id=None, while_processing=True)
    db.session.commit()
    with pytest.raises(Invalid, match="没有文件夹"):
        course_files.bring_out("about", str(tmp_path / "nowhere" / "x.zip"))
    assert not list(tmp_path.glob("*.zip"))
