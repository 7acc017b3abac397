"""A trainer makes an audio and a document lesson: adds, sends the file, looks, publishes, takes the package out and in."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from courses.formats import package
from lms.accounts.models import Person
from lms.authoring import media_lessons, uploads
from lms.catalogue.models import CourseVersion
from lms.core import jobs
from lms.extensions import db
from lms.federations.permissions import Role
from tests import house
from tests.lms.authoring.conftest import Studio
from tests.lms.authoring.test_uploads import begin, patch
from tests.lms.media_course import CAPTIONS
from tests.media import hostile, papers, sounds


@pytest.fixture
def bench(studio: Studio) -> Studio:
    """The studio with an audio and a document lesson."""
    for kind in ("audio", "document"):
        assert studio.post(f"/teach/c/{studio.draft.id}/lessons", kind=kind).status_code == 302
    return studio


def send(studio: Studio, kind: str, path: Path, name: str = "", **more: object) -> tuple[int, str]:
    row = studio.lesson(kind)
    files = {"video": (BytesIO(path.read_bytes()), name or path.name), **more}
    answer = studio.post(f"/teach/l/{row.id}/film", **files)
    return answer.status_code, answer.get_data(as_text=True)


def work() -> None:
    while jobs.run_one(jobs.Lane.HEAVY):
        pass


def page(studio: Studio, address: str) -> str:
    answer = studio.browser.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def filled(studio: Studio, tmp_path: Path) -> None:
    """Send both files by plain forms and let the worker make them; other lessons leave."""
    captions = (BytesIO(CAPTIONS.encode()), "talk.vtt")
    assert send(studio, "audio", sounds.tone(tmp_path / "敲门.mp3"), captions=captions)[0] == 302
    assert send(studio, "document", papers.sheets(tmp_path / "要点.pdf"))[0] == 302
    work()
    for kind in ("text", "video", "quiz"):
        assert studio.post(f"/teach/l/{studio.lesson(kind).id}/deletion").status_code == 302


def test_both_are_sent_seen_in_the_preview_and_published(bench: Studio, tmp_path: Path) -> None:
    build = f"/teach/c/{bench.draft.id}"
    assert "还没有文件" in page(bench, build)
    filled(bench, tmp_path)
    hear, leaf = bench.lesson("audio"), bench.lesson("document")
    assert (hear.title, leaf.title) == ("敲门", "要点"), "names are proposed from the files"
    assert (leaf.body["min_seconds"], leaf.minutes) == (30, 2)
    assert "录音好了" in page(bench, f"/teach/l/{hear.id}")
    assert "文档好了，一共 3 页" in page(bench, f"/teach/l/{leaf.id}")
    preview = f"{build}/preview"
    shown = page(bench, f"{preview}/1")
    assert "<audio" in shown and f"{preview}/1?page=1" in shown
    assert "进门以前先敲门" in page(bench, f"{preview}/1?page=1")
    assert "第 1 页，共 3 页" in page(bench, f"{preview}/2")
    assert "第 3 页，共 3 页" in page(bench, f"{preview}/2?page=3")
    assert papers.SAID[1] in page(bench, f"{preview}/2/text/2")
    assert bench.browser.get(f"{preview}/2?page=4").status_code == 404
    assert bench.post(f"{build}/publication").status_code == 302
    version = db.session.scalars(db.select(CourseVersion).order_by(CourseVersion.id.desc())).first()
    assert version and [str(one.kind) for one in version.content.lessons()] == ["audio", "document"]


def test_a_document_keeps_its_rule_and_whether_it_may_be_kept(bench: Studio) -> None:
    row = bench.lesson("document")
    words = {
        "title": "要点",
        "body": "先看这里。",
        "min_seconds": "45",
        "download": "y",
        "revision": str(row.revision),
    }
    assert bench.post(f"/teach/l/{row.id}", **words).status_code == 302
    body = bench.lesson("document").body
    assert (body["markdown"], body["min_seconds"], body["download"]) == ("先看这里。", 45, True)
    for wrong in ("", "-1", "一分钟", "7201"):
        answer = bench.post(f"/teach/l/{row.id}", **{**words, "min_seconds": wrong})
        assert (answer.status_code, "0 到 7200" in answer.get_data(as_text=True)) == (422, True)


def test_the_package_goes_out_and_comes_in_again(bench: Studio, tmp_path: Path) -> None:
    filled(bench, tmp_path)
    out = bench.browser.get(f"/teach/c/{bench.draft.id}/package")
    (tmp_path / "out.zip").write_bytes(out.data)
    again = package.read(tmp_path / "out.zip")
    assert [str(one.kind) for one in again.course.lessons()] == ["audio", "document"]
    files = {"package": (BytesIO(out.data), "out.zip"), "unit": "970101", "replace": "y"}
    assert bench.post("/teach/import", **files).status_code == 302
    work()
    leaf = bench.lesson("document")
    assert (leaf.asset.status, len(leaf.asset.pages)) == ("ready", 3)


@pytest.mark.parametrize(
    ("kind", "name", "make", "word"),
    [("audio", *one) for one in sounds.BAD] + [("document", *one) for one in papers.BAD],
)
def test_a_file_that_does_not_fit_is_refused_on_its_field(
    bench: Studio, tmp_path: Path, kind: str, name: str, make: Callable[[Path], Path], word: str
) -> None:
    status, words = send(bench, kind, make(tmp_path / name), name)
    assert (status, word in words) == (422, True)
    assert bench.lesson(kind).asset is None


def test_files_come_in_parts_too_and_each_kind_has_its_limit(bench: Studio, tmp_path: Path) -> None:
    for kind, path in (
        ("audio", sounds.tone(tmp_path / "a.ogg")),
        ("document", hostile.show(tmp_path / "b.pptx")),
    ):
        row, whole = bench.lesson(kind), path.read_bytes()
        large = begin(bench, media_lessons.MOST_BYTES[kind] + 1, path.name, lesson=row.id)
        assert large.status_code == 413
        made = begin(bench, len(whole), path.name, lesson=row.id)
        assert patch(bench, made.headers["Location"], 0, whole).status_code == 204
        assert bench.lesson(kind).asset.kind == kind
    assert list(uploads.folder().iterdir()) == []
    text = bench.lesson("text")
    assert begin(bench, 10, "a.ogg", lesson=text.id).status_code == 404, "a text lesson takes no file"


def test_a_bad_file_in_parts_is_refused_and_the_lesson_stays_empty(bench: Studio, tmp_path: Path) -> None:
    whole = sounds.words(tmp_path / "a.mp3").read_bytes()
    made = begin(bench, len(whole), "a.mp3", lesson=bench.lesson("audio").id)
    answer = patch(bench, made.headers["Location"], 0, whole)
    assert (answer.status_code, "读不出来" in answer.get_json()["error"]) == (422, True)
    assert bench.lesson("audio").asset is None


def test_another_countys_trainer_and_a_volunteer_find_nothing(
    bench: Studio, as_person: Callable[[Person], FlaskClient], tmp_path: Path
) -> None:
    row = bench.lesson("document")
    other, volunteer = (
        as_person(house.staff(Role.TRAINER, bench.tree.sibling)),
        as_person(house.person(bench.tree.county)),
    )
    for browser, status in ((other, 404), (volunteer, 403)):
        assert browser.get(f"/teach/l/{row.id}").status_code == status
        files = {"csrf_token": house.csrf(browser, "/help"), "video": (BytesIO(b"x"), "a.pdf")}
        assert browser.post(f"/teach/l/{row.id}/film", data=files).status_code == status
    assert bench.post(f"/teach/l/{row.id}/captions").status_code == 404, "a document has no captions"
