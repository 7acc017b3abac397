"""A file as evidence: handed in, downloaded by her and whoever may mark, by nobody else; refused ones leave her words standing."""

import io
import os
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses.items import Criterion
from courses.model import AssignmentBody, EvidenceKind, Lesson
from lms.accounts.models import Person
from lms.assets.commands import storage
from lms.core.audit_log import AuditEntry
from lms.extensions import db
from lms.learning import work_files
from lms.learning.models import HandIn
from lms.operations import storage_check
from tests.factories import Tree, page_token, person, post, tree
from tests.lms.test_kinds import course_of, trainer
from tests.media import hostile
from tests.media.test_handed import notes, renamed, table, windows_program

pytestmark = pytest.mark.both_databases
SignIn = Callable[[Person], FlaskClient]
Bytes = bytes | None


@pytest.fixture
def place(app: Flask) -> Tree:
    return tree()


@pytest.fixture
def her(place: Tree) -> Person:
    return person("13900000001", place.village)


@pytest.fixture
def where(place: Tree) -> str:
    task = AssignmentBody("写一份走访表。", (EvidenceKind.FILE,), (Criterion("c", "填全了", 1),), 1)
    return course_of(place, Lesson("task", "走访表", "Form", 5, task)) + "/1"


def hand_in(
    browser: FlaskClient, where: str, words: str, content: Bytes = None, name: str = "走访表.xlsx"
) -> tuple[int, str]:
    form: dict[str, object] = {"csrf_token": page_token(browser, where), "words": words}
    if content is not None:
        form["file"] = (io.BytesIO(content), name)
    answer = browser.post(f"{where}/work", data=form, content_type="multipart/form-data")
    return answer.status_code, answer.get_data(as_text=True)


def link(page: str) -> str:
    found = re.search(r'href="(/evidence/[^"]+)"', page)
    assert found, page
    return found.group(1)


def kept_files(app: Flask) -> list[Path]:
    data = Path(app.extensions["lms_settings"].data)
    return [one for part in ("storage/work", "tmp") for one in (data / part).rglob("*") if one.is_file()]


def test_a_file_is_handed_in_returned_handed_in_again_and_both_stay_on_record(
    as_person: SignIn, place: Tree, her: Person, where: str, tmp_path: Path
) -> None:
    browser, staff = as_person(her), as_person(trainer(place))
    page = browser.get(where).get_data(as_text=True)
    assert "Word（docx）、Excel（xlsx）、PPT（pptx）、PDF 或 TXT，不超过 50 MB" in page
    assert "刚才选的要再选一次" not in page
    status, page = hand_in(browser, where, "我的话")
    assert (status, "请选一个文件" in page, "我的话" in page) == (422, True, True)
    first, second = table(tmp_path / "a.xlsx").read_bytes(), hostile.word(tmp_path / "b.docx").read_bytes()
    assert hand_in(browser, where, "第一次", first)[0] == 302
    marking = "/teach/hand-ins/1"
    shown = staff.get(marking).get_data(as_text=True)
    assert "走访表.xlsx" in shown and "0.1\u00a0MB" in shown
    with staff.get(link(shown)) as sent:
        assert sent.data == first
    back = {"decision": "return", "comment": "少一栏。", "points-c": "0"}
    assert post(staff, marking, back, page=marking).status_code == 302
    assert hand_in(browser, where, "第二次", second, "走访表 改.docx")[0] == 302
    for one in (browser.get(where), staff.get("/teach/hand-ins/2")):
        page = one.get_data(as_text=True)
        assert "走访表.xlsx" in page and "走访表 改.docx" in page
    assert (
        post(staff, "/teach/hand-ins/2", {"decision": "accept", "points-c": "1"}, page="/help").status_code
        == 302
    )
    rows = db.session.scalars(select(HandIn).order_by(HandIn.id)).all()
    assert [(one.state, one.file_name, one.file_size) for one in rows] == [
        ("returned", "走访表.xlsx", len(first)), ("accepted", "走访表 改.docx", len(second)),
    ]  # fmt: skip
    for row, content in zip(rows, (first, second), strict=True):
        assert row.file_key
        with storage().open(row.file_key) as kept:
            assert kept.read() == content


def test_it_is_sent_to_save_and_never_to_show(
    as_person: SignIn, place: Tree, her: Person, where: str, tmp_path: Path
) -> None:
    browser = as_person(her)
    name = "..\\家里/\u202e走访 表\x7f.docx"
    assert hand_in(browser, where, "", hostile.word(tmp_path / "a.docx").read_bytes(), name)[0] == 302
    with browser.get(link(browser.get(where).get_data(as_text=True))) as sent:
        assert sent.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{quote('走访 表.docx')}"
        assert sent.mimetype == "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        assert sent.headers["X-Content-Type-Options"] == "nosniff"
        assert sent.headers["Cache-Control"] == "private, no-store"


def test_only_she_and_whoever_may_mark_download_it_and_she_sees_who_did(
    as_person: SignIn, place: Tree, her: Person, where: str, tmp_path: Path, app: Flask
) -> None:
    browser, staff = as_person(her), as_person(trainer(place))
    content = notes(tmp_path / "a.txt").read_bytes()
    assert hand_in(browser, where, "", content, "a.txt")[0] == 302
    hers = link(browser.get(where).get_data(as_text=True))
    trainers = link(staff.get("/teach/hand-ins/1").get_data(as_text=True))
    other_trainer, neighbour = (
        as_person(trainer(place, other=True)),
        as_person(person("13900000002", place.village)),
    )
    assert other_trainer.get("/teach/hand-ins/1").status_code == 404
    for stranger in (other_trainer, neighbour, app.test_client()):
        assert {stranger.get(one).status_code for one in (hers, trainers)} == {404}
    assert staff.get(hers).status_code == 404
    for reader, address in ((browser, hers), (staff, trainers)):
        with reader.get(address) as sent:
            assert (sent.status_code, sent.data) == (200, content)
        assert reader.get(address[:-3] + "abc").status_code == 404
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "work.downloaded")).all()
    assert [(one.object_id, one.detail) for one in entries] == [(str(her.id), {"hand_in": 1})]
    assert "下载了您交的作业文件" in browser.get("/me/seen").get_data(as_text=True)


def large(path: Path) -> Path:
    path.write_bytes(b"a" * (work_files.FILE_BYTES + 1))
    return path


BAD = [
    ("表.docx", notes, 422, "其实是纯文字"),
    ("表.docx", hostile.with_macro, 422, "有宏"),
    ("表.docm", renamed(hostile.with_macro, ".docx"), 422, "另存为不带宏的格式"),
    ("表.pdf", hostile.locked, 422, "请去掉密码再传"),
    ("表.xlsx", hostile.torn, 422, "请重新保存再试"),
    ("表.exe", windows_program, 422, "只收 DOCX、XLSX、PPTX、PDF 和 TXT"),
    ("表.docx", windows_program, 422, "不像 DOCX"),
    ("表.txt", hostile.nothing, 422, "是空的"),
    ("表.txt", large, 413, "文件超过 50 MB"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "make", "status", "sentence"), BAD)
def test_a_file_that_cannot_be_taken_is_refused_her_words_stay_and_nothing_is_kept(
    as_person: SignIn, app: Flask, her: Person, where: str, tmp_path: Path,
    name: str, make: Callable[[Path], Path], status: int, sentence: str,
) -> None:  # fmt: skip
    content = make(tmp_path / name).read_bytes()
    got, page = hand_in(as_person(her), where, "我走访了<李>奶奶", content, name)
    assert (got, sentence in page, "我走访了&lt;李&gt;奶奶" in page) == (status, True, True)
    assert "刚才选的要再选一次" in page
    assert db.session.scalars(select(HandIn)).all() == []
    assert kept_files(app) == []


def test_words_before_a_body_far_too_large_stay_too(
    as_person: SignIn, her: Person, where: str, app: Flask
) -> None:
    status, page = hand_in(as_person(her), where, "我走访了李奶奶", b"a" * 62_000_000)
    assert (status, "文件超过 50 MB" in page, "我走访了李奶奶" in page) == (413, True, True)
    assert db.session.scalars(select(HandIn)).all() == []
    assert kept_files(app) == []


def test_an_assignment_that_asks_for_no_file_takes_none(
    as_person: SignIn, app: Flask, place: Tree, her: Person, tmp_path: Path
) -> None:
    task = AssignmentBody("写一写。", (EvidenceKind.TEXT,), (Criterion("c", "清楚", 1),), 1)
    where = course_of(place, Lesson("task", "写一写", "Write", 5, task), slug="words") + "/1"
    browser = as_person(her)
    assert 'name="file"' not in browser.get(where).get_data(as_text=True)
    status, page = hand_in(browser, where, "我的话", table(tmp_path / "a.xlsx").read_bytes())
    assert (status, "不用交文件" in page, "我的话" in page) == (422, True, True)
    assert kept_files(app) == []


def test_a_second_file_while_the_first_waits_is_refused_and_not_kept(
    as_person: SignIn, app: Flask, her: Person, where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, content = as_person(her), table(tmp_path / "a.xlsx").read_bytes()
    assert hand_in(browser, where, "", content)[0] == 302
    assert hand_in(browser, where, "", content)[0] == 409
    assert len(kept_files(app)) == 1
    real = work_files.keep

    def slow(*files: object) -> work_files.Kept:
        """Another tab hands in while this one's file is looked at."""
        kept = real(*files)  # type: ignore[arg-type]
        db.session.scalars(select(HandIn)).one().state = "waiting"
        db.session.commit()
        return kept

    db.session.scalars(select(HandIn)).one().state = "returned"
    db.session.commit()
    monkeypatch.setattr(work_files, "keep", slow)
    assert hand_in(browser, where, "", content)[0] == 409
    assert len(kept_files(app)) == 1


def test_the_storage_check_knows_the_file_its_size_and_its_digest(
    as_person: SignIn, app: Flask, her: Person, where: str, tmp_path: Path
) -> None:
    assert hand_in(as_person(her), where, "", table(tmp_path / "a.xlsx").read_bytes())[0] == 302
    row = db.session.scalars(select(HandIn)).one()
    assert row.file_key
    path = storage().path(row.file_key)
    assert path
    stray = path.parent.parent / "nobodys" / "handed.xlsx"
    stray.parent.mkdir()
    stray.write_bytes(b"1")
    os.utime(stray, (1_700_000_000, 1_700_000_000))
    assert storage_check.check(sweep=True)["problems"] == []
    assert path.exists() and not stray.exists()
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert [one["code"] for one in storage_check.check()["problems"]] == ["digest"]
    path.write_bytes(b"x")
    assert [one["code"] for one in storage_check.check()["problems"]] == ["size"]
    path.unlink()
    assert [one["code"] for one in storage_check.check()["problems"]] == ["missing"]
