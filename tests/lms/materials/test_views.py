"""The library through the door: she who keeps it, she who may read, a stranger; and files nobody should send."""

import json
import re
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.core import jobs
from lms.core.audit_log import AuditEntry
from lms.core.jobs import Job, Lane
from lms.extensions import db
from lms.federations.permissions import Role
from lms.materials.jobs import process
from lms.materials.models import Material, MaterialPage
from media.kinds import MAX_BYTES
from tests import house
from tests.media import hostile

NOTES = "# 入户走访要点\n\n进门以前先敲门，说清楚自己是谁。\n".encode()
As = Callable[[Person], FlaskClient]


@pytest.fixture
def tree(app: Flask) -> house.Tree:
    return house.tree()


@pytest.fixture
def trainer(tree: house.Tree, as_person: As) -> FlaskClient:
    """A trainer of the county."""
    return as_person(house.staff(Role.TRAINER, tree.county))


def send(browser: FlaskClient, content: bytes, name: str, **fields: str) -> tuple[int, str]:
    answer = house.post(
        browser, "/teach/materials/new", house.csrf(browser, "/help"), file=(BytesIO(content), name), **fields
    )
    return answer.status_code, answer.get_data(as_text=True)


def work() -> None:
    for lane in (Lane.HEAVY, Lane.QUICK):
        while jobs.run_one(lane):
            pass


def only() -> Material:
    db.session.rollback()
    return db.session.scalars(select(Material)).one()


def kept_files(app: Flask) -> list[Path]:
    data = Path(app.extensions["lms_settings"].data)
    return [path for part in ("storage", "tmp") for path in (data / part).rglob("*") if path.is_file()]


def test_a_file_is_taken_read_page_by_page_and_kept_by_its_reader(
    trainer: FlaskClient, client: FlaskClient
) -> None:
    assert send(trainer, NOTES, "走访.md", title="走访 要点")[0] == 302
    assert "正在处理" in trainer.get("/teach/materials").get_data(as_text=True)
    assert client.get("/materials/1").status_code == 404
    work()
    assert "走访 要点" in client.get("/materials").get_data(as_text=True)
    shown = client.get("/materials/1").get_data(as_text=True)
    assert "文字版" in shown
    original = re.search(r'href="(/materials/file/[^"]+)"', shown)
    assert original
    answer = client.get(original.group(1))
    assert answer.data == NOTES
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''%E8%B5%B0%E8%AE%BF.md"
    page = client.get("/materials/1/1").get_data(as_text=True)
    assert "进门以前先敲门" in page
    picture = re.search(r'src="(/materials/file/[^"]+)"', page)
    assert picture
    answer = client.get(picture.group(1))
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert client.get("/materials/1/2").status_code == 404


def test_only_her_unit_and_below_read_what_is_for_the_unit(
    app: Flask, tree: house.Tree, trainer: FlaskClient, client: FlaskClient, as_person: As
) -> None:
    inside, neighbour = as_person(house.person(tree.town)), as_person(house.person(tree.sibling))
    above = as_person(house.person(tree.city))
    managing = as_person(house.staff(Role.TRAINER, tree.city))
    assert send(trainer, NOTES, "走访.md", visibility="unit")[0] == 302
    work()
    words = {"q": "敲门，说清楚"}
    for browser, may in (
        (inside, True),
        (trainer, True),
        (managing, True),
        (neighbour, False),
        (above, False),
        (client, False),
    ):
        for address in ("/materials/1", "/materials/1/1"):
            assert (browser.get(address).status_code == 200) == may
        assert ("/materials/1" in browser.get("/materials").get_data(as_text=True)) == may
        found = browser.get("/search", query_string=words).get_data(as_text=True)
        assert ('href="/materials/1/1"' in found) == may
        assert ("找到 1 处" in found) == may


def test_a_hit_in_a_material_leads_to_its_page(trainer: FlaskClient, client: FlaskClient) -> None:
    text = "# 一\n\n" + "别的话。" * 250 + "\n\n# 二\n\n敲门三下。\n"
    assert send(trainer, text.encode(), "长.md", title="手册")[0] == 302
    work()
    found = client.get("/search", query_string={"q": "“敲门三下”"}).get_data(as_text=True)
    assert 'href="/materials/1/2"' in found
    assert "第 2 页" in found
    assert 'href="/materials/1/1"' in client.get("/search?q=shouce").get_data(as_text=True)


def test_a_withdrawn_material_is_gone_at_once_everywhere(trainer: FlaskClient, client: FlaskClient) -> None:
    send(trainer, NOTES, "走访.md")
    work()
    original = re.search(r'href="(/materials/file/[^"]+)"', client.get("/materials/1").get_data(as_text=True))
    assert original
    assert "不能再看" in trainer.get("/teach/materials/1/withdrawal").get_data(as_text=True)
    for _ in range(2):
        assert house.post(trainer, "/teach/materials/1/withdrawal").status_code == 302
    for address in ("/materials/1", "/materials/1/1", original.group(1)):
        assert client.get(address).status_code == 404
    assert "没有找到" in client.get("/search?q=敲门").get_data(as_text=True)
    work()
    assert "没有找到" in client.get("/search?q=敲门").get_data(as_text=True)
    actions = list(db.session.scalars(select(AuditEntry.action).where(AuditEntry.object_type == "material")))
    assert actions == ["material.received", "material.withdrawn"]


def test_the_same_file_again_is_the_one_that_is_there(trainer: FlaskClient) -> None:
    assert [send(trainer, NOTES, "走访.md")[0] for _ in range(2)] == [302, 302]
    assert only().title == "走访"


def test_an_address_ends_after_some_hours_and_cannot_be_forged(
    trainer: FlaskClient, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(trainer, NOTES, "走访.md")
    work()
    found = re.search(r'href="(/materials/file/[^"]+)"', client.get("/materials/1").get_data(as_text=True))
    assert found
    assert client.get(found.group(1)[:-2] + "xx").status_code == 404
    later = time.time() + 5 * 3600
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: later)
    assert client.get(found.group(1)).status_code == 404


@pytest.mark.parametrize(("name", "make", "word"), hostile.BAD)
def test_a_bad_file_is_refused_on_the_form_and_nothing_is_kept(
    app: Flask, trainer: FlaskClient, tmp_path: Path, name: str, make: Callable[[Path], Path], word: str
) -> None:
    status, page = send(trainer, make(tmp_path / name).read_bytes(), name, title="我的标题")
    assert status == 422
    assert re.search(word, page)
    assert 'value="我的标题"' in page
    assert db.session.scalar(select(func.count()).select_from(Material)) == 0
    assert db.session.scalar(select(func.count()).select_from(Job)) == 0
    assert kept_files(app) == []


def test_a_file_over_the_limit_is_413_with_the_form(app: Flask, trainer: FlaskClient) -> None:
    status, page = send(trainer, b"%PDF-" + b"0" * (MAX_BYTES + 2_000_000), "big.pdf")
    assert status == 413
    assert "超过 50 MB" in page
    assert kept_files(app) == []
    status, page = send(trainer, b"a" * 6_000_000, "big.md")
    assert status in (302, 422)  # larger than other forms may be, and read


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"title": "长" * 81}, "标题太长"),
        ({"unit": "9701"}, "选一个单位"),
        ({"unit": "x"}, "选一个单位"),
        ({"visibility": "everybody"}, "谁可以看"),
    ],
)
def test_each_wrong_field_is_named(trainer: FlaskClient, fields: dict[str, str], word: str) -> None:
    status, page = send(trainer, NOTES, "走访.md", **fields)
    assert (status, word in page) == (422, True)


def test_a_form_without_a_file_or_token_is_refused(trainer: FlaskClient) -> None:
    assert house.post(trainer, "/teach/materials/new", house.csrf(trainer, "/help")).status_code == 422
    assert trainer.post("/teach/materials/new", data={"file": (BytesIO(NOTES), "a.md")}).status_code == 400


def test_a_name_that_is_a_path_or_holds_control_characters_is_only_a_name(trainer: FlaskClient) -> None:
    assert send(trainer, NOTES, "..\\..\\etc/走\x01访.md")[0] == 302
    assert (only().file_name, only().title) == ("走访.md", "走访")


def test_scanned_pages_say_that_they_have_no_words(
    trainer: FlaskClient, client: FlaskClient, tmp_path: Path
) -> None:
    assert send(trainer, hostile.scans(tmp_path / "a.pdf", 2).read_bytes(), "a.pdf")[0] == 302
    work()
    assert "全是图片" in client.get("/materials/1").get_data(as_text=True)
    assert "没有文字" in client.get("/materials/1/2").get_data(as_text=True)
    assert only().page_count == 2


def test_a_file_that_fails_while_its_pages_are_drawn_says_why_and_keeps_nothing(
    app: Flask, trainer: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(trainer, hostile.scans(tmp_path / "a.pdf", 1).read_bytes(), "a.pdf")
    monkeypatch.setattr("media.apart.DRAW_SECONDS", 0.01)
    work()
    assert "太复杂" in trainer.get("/teach/materials").get_data(as_text=True)
    assert kept_files(app) == []
    assert db.session.scalar(select(func.count()).select_from(MaterialPage)) == 0


def test_drawing_twice_leaves_each_page_once(trainer: FlaskClient) -> None:
    send(trainer, NOTES, "走访.md")
    process(1)
    db.session.commit()
    process(1)
    db.session.commit()
    assert len(only().pages) == 1


def run(app: Flask, *words: str) -> dict[str, object]:
    result = app.test_cli_runner().invoke(args=[*words, "--json"])
    answer: dict[str, object] = json.loads(result.stdout.strip().splitlines()[-1])
    assert (result.exit_code == 0) == answer["ok"]
    return answer


def test_a_folder_is_imported_whole_or_not_at_all(app: Flask, tree: house.Tree, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "走访.md").write_bytes(NOTES)
    hostile.show(folder / "课件.pptx")
    hostile.with_macro(folder / "坏.docx")
    answer = run(app, "materials", "import", str(folder))
    assert answer["ok"] is False
    assert [one["file"] for one in answer["problems"]] == ["坏.docx"]  # type: ignore[attr-defined]
    assert db.session.scalar(select(func.count()).select_from(Material)) == 0
    (folder / "坏.docx").unlink()
    for _ in range(2):
        answer = run(app, "materials", "import", str(folder))
        assert [(one["title"], one["pages"]) for one in answer["materials"]] == [("课件", 2), ("走访", 1)]  # type: ignore[attr-defined]
    assert db.session.scalar(select(func.count()).select_from(Material)) == 2
    hit = run(app, "search", "“说清楚自己”")["hits"][0]  # type: ignore[index]
    assert (hit["kind"], hit["page"]) == ("material", 1)
    assert run(app, "materials", "import", str(tmp_path / "none"))["ok"] is False
