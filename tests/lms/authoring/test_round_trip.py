"""Out, in and out again: a package of every kind of lesson, with film, captions, recordings, picture and cover, stays the same bytes."""

import json
import shutil
import wave
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image

from courses.formats import package
from lms.accounts.models import Person
from lms.assets.commands import storage
from lms.assets.models import Picture
from lms.authoring import exchange
from lms.authoring.models import Draft
from lms.cli import course_files
from lms.extensions import db
from lms.federations.permissions import Role
from tests import house
from tests.lms.authoring.conftest import Studio

STARTER = Path(__file__).parents[3] / "courses" / "starter" / "about"
COVER = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 360"><rect width="640" height="360" fill="#B3202C"/></svg>'
MORE = [
    {"id": "film", "kind": "video", "title": "看一看", "video": "video/film.mp4", "captions": "video/film.srt"},
    {"id": "hall", "kind": "classroom", "title": "练一练", "body": "lessons/hall.md", "minutes": 90, "place_note": "二楼", "bring": ["本子"]},
    {"id": "work", "kind": "assignment", "title": "做一做", "body": "lessons/work.md", "evidence": ["photo", "text", "file"],
     "rubric": [{"id": "r1", "text": "清楚", "points": 3}], "pass_points": 2},
    {"id": "ask", "kind": "survey", "title": "说一说", "questions": [{"id": "q1", "text": "有用吗？", "asks": "one", "options": ["有", "没有"]}]},
]  # fmt: skip


@pytest.fixture
def rich(tmp_path: Path, clip: Path) -> Path:
    """The starter course with everything else a package can hold."""
    folder = tmp_path / "about"
    shutil.copytree(STARTER, folder)
    head = json.loads((folder / "course.json").read_text("utf-8"))
    head["modules"][-1]["lessons"] += MORE
    head |= {"cover": "cover.svg", "cover_alt": "一块红布", "handout": "handout.md", "review": "none"}
    (folder / "course.json").write_text(json.dumps(head, ensure_ascii=False), "utf-8")
    (folder / "cover.svg").write_text(COVER, "utf-8")
    (folder / "handout.md").write_text("随身带\n\n![红](img/red.png)\n", "utf-8")
    (folder / "img").mkdir(exist_ok=True)
    Image.new("RGB", (40, 30), "#B3202C").save(folder / "img" / "red.png")
    for name in ("hall", "work"):
        (folder / "lessons" / f"{name}.md").write_text("去做。\n\n![红](img/red.png)\n", "utf-8")
    shutil.copy(clip, folder / "video" / "film.mp4")
    (folder / "video" / "film.srt").write_text("1\n00:00:00,000 --> 00:00:02,000\n您好。\n", "utf-8")
    slides = json.loads((folder / "video" / "slides.json").read_text("utf-8"))
    with wave.open(str(folder / "video" / "one.wav"), "wb") as tone:
        tone.setnchannels(1), tone.setsampwidth(2), tone.setframerate(8000), tone.writeframes(b"\0\0" * 8000)
    slides["slides"][0]["audio"] = "video/one.wav"
    (folder / "video" / "slides.json").write_text(json.dumps(slides, ensure_ascii=False), "utf-8")
    return folder


def bring(studio: Studio, data: bytes | Path, **more: str) -> Draft:
    if isinstance(data, Path):
        data = Path(shutil.make_archive(str(data.parent / "rich"), "zip", data)).read_bytes()
    answer = studio.post("/teach/import", package=(BytesIO(data), "课程.zip"), unit="970101", **more)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    db.session.expire_all()
    return db.session.scalars(db.select(Draft).where(Draft.slug == "about")).one()


def out(browser: FlaskClient, draft: Draft) -> bytes:
    with browser.get(f"/teach/c/{draft.id}/package") as answer:
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.data


def test_a_draft_goes_out_comes_in_and_goes_out_as_the_same_bytes(
    studio: Studio, rich: Path, tmp_path: Path
) -> None:
    first = out(studio.browser, bring(studio, rich))
    second = out(studio.browser, bring(studio, first, replace="y"))
    assert first == second
    (tmp_path / "first.zip").write_bytes(first)
    read, source = package.read(tmp_path / "first.zip"), package.read(rich)
    assert [one.kind for one in read.course.lessons()] == [one.kind for one in source.course.lessons()]
    assert (read.course.cover, read.course.cover_alt) == (COVER, "一块红布")
    film = read.videos["film"]
    assert read.source.read(film.main, 10**8) == (rich / "video" / "film.mp4").read_bytes()
    assert read.source.read(film.captions or "") == (rich / "video" / "film.srt").read_bytes()
    slides = next(one for one in read.videos.values() if one.is_slides)
    spoken = json.loads(read.source.read(slides.main))["slides"][0]["audio"]
    assert read.source.read(spoken) == (rich / "video" / "one.wav").read_bytes()
    pictures = [name for name in read.source.sizes if name.startswith("img/")]
    assert [read.source.read(name) for name in pictures] == [(rich / "img" / "red.png").read_bytes()]


def test_the_page_and_the_command_write_the_same_package(studio: Studio, rich: Path, tmp_path: Path) -> None:
    draft = bring(studio, rich)
    from_page = out(studio.browser, draft)
    exchange.bring_in(rich, unit_id=draft.unit_id, actor_id=None, while_processing=True)
    db.session.commit()
    course_files.bring_out("about", str(tmp_path / "out.zip"))
    assert (tmp_path / "out.zip").read_bytes() == from_page


@pytest.mark.parametrize("name", ["audio-0.wav", "main.json"])
def test_a_lost_recording_of_a_slide_is_said_like_a_lost_film(studio: Studio, rich: Path, name: str) -> None:
    draft = bring(studio, rich)
    (lost,) = [key for key in storage().all_keys() if Path(key).name == name]
    storage().delete(lost)
    answer = studio.browser.get(f"/teach/c/{draft.id}/package")
    assert answer.status_code == 409
    assert "原件不见了，导出不了。请告诉管理这个网站的人。" in answer.get_data(as_text=True)


def test_a_lost_picture_is_said_too(studio: Studio, rich: Path) -> None:
    draft = bring(studio, rich)
    lost = db.session.scalars(db.select(Picture.storage_key)).first()
    assert lost
    storage().delete(lost)
    answer = studio.browser.get(f"/teach/c/{draft.id}/package")
    assert answer.status_code == 409
    assert "有一张图片的原件不见了" in answer.get_data(as_text=True)


def test_a_trainer_next_door_takes_no_package_away(
    studio: Studio, as_person: Callable[[Person], FlaskClient]
) -> None:
    stranger = as_person(house.staff(Role.TRAINER, studio.tree.sibling))
    assert stranger.get(f"/teach/c/{studio.draft.id}/package").status_code == 404
