"""The doctor on a well site and on sick ones; storage check: what is missing, changed, or belongs to nobody."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from lms.assets.commands import storage
from lms.assets.models import Rendition
from lms.core import clock, jobs
from lms.core.audit_log import AuditEntry
from lms.core.jobs import Lane
from lms.extensions import db
from lms.operations import backup, checks, doctor, storage_check
from lms.search import commands as search
from tests.factories import person, published, tree


def say(app: Flask, *words: str) -> tuple[int, dict[str, Any]]:
    """Exit code and answer of a command."""
    said = app.test_cli_runner().invoke(args=[*words, "--json"])
    assert said.exception is None or isinstance(said.exception, SystemExit), said.exception
    return said.exit_code, json.loads(said.stdout.splitlines()[-1])


@pytest.fixture
def well(app: Flask, tmp_path: Path) -> Flask:
    place = tree()
    published(place.county)
    person("13900000001", place.village)
    search.rebuild()
    for lane in Lane:
        jobs.tick(lane)
    backup.make(str(tmp_path / "b.zip"))
    return app


@pytest.mark.both_databases
def test_a_well_site_passes_every_check_and_the_result_is_kept(
    well: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    if db.engine.dialect.name == "postgresql":  # the tests' server syncs nothing: the doctor sees that
        assert checks.settings_of_database().good is False
        others = tuple(check for check in checks.ALL if check is not checks.settings_of_database)
        monkeypatch.setattr(doctor, "ALL", others)
    code, answer = say(well, "doctor")
    assert (code, answer["problems"]) == (0, [])
    assert all(one["sign"] in "✓!" for one in answer["checks"])
    kept = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "doctor.ran")).one()
    assert kept.detail["checks"] == answer["checks"]


@pytest.mark.both_databases
def test_the_last_backup_is_restored_and_compared(well: Flask, tmp_path: Path) -> None:
    assert checks.last_backup().good is True
    content = bytearray((tmp_path / "b.zip").read_bytes())
    content[content.index(b"\0" * 5000) + 2000] = 7
    (tmp_path / "b.zip").write_bytes(bytes(content))
    assert "损坏" in checks.last_backup().words
    (tmp_path / "b.zip").unlink()
    assert checks.last_backup().good is False
    assert not list(tmp_path.glob(".rehearsal-*"))


def test_an_old_backup_is_a_fault_where_the_site_makes_them_else_a_hint_and_none_is_a_fault(
    app: Flask, well: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.travel(days=3):
        assert checks.last_backup().good is False
        monkeypatch.setattr(checks.queries, "backs_up", lambda settings: False)
        assert checks.last_backup().good is None
    db.session.execute(text("DELETE FROM audit_entries WHERE action = 'backup.made'"))
    assert checks.last_backup().good is False


def test_each_fault_is_seen(well: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with clock.travel(minutes=3):
        assert "quick、heavy" in checks.workers().words
    with clock.travel(hours=-1):
        assert checks.time().good is False
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 8, 1))
    assert checks.space().good is False
    monkeypatch.setattr(checks.pdf, "family_for", lambda _: "LMS Sans")
    assert checks.secret_key().good is None  # by LMS_SECRET_KEY
    (tmp_path / "keys").mkdir(mode=0o700, exist_ok=True)
    (tmp_path / "keys" / "secret").write_text("x")
    (tmp_path / "keys" / "secret").chmod(0o644)
    assert checks.secret_key().good is False
    (tmp_path / "keys" / "secret").chmod(0o600)
    assert checks.secret_key().good is True
    db.session.execute(text("PRAGMA synchronous = 1"))
    assert "synchronous=1" in checks.settings_of_database().words
    monkeypatch.setenv("PATH", str(tmp_path))
    assert checks.encode().good is False


def test_a_font_without_the_character_is_seen(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.paper().good is True
    monkeypatch.setattr(checks.pdf, "render", lambda html: _without_rare(html))
    assert checks.paper().good is False


_render = checks.pdf.render


def _without_rare(html: str) -> bytes:
    return _render(html.replace("𠮷", ""))


def test_a_missing_index_is_a_fault(well: Flask, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "index")
    code, answer = say(well, "doctor")
    assert code == 1
    assert [one["item"] for one in answer["problems"]] == ["搜索"]


@pytest.mark.both_databases
def test_storage_check_names_what_is_missing_changed_or_nobodys_and_removes_only_when_told(
    well: Flask, tmp_path: Path
) -> None:
    (tmp_path / "storage" / "originals" / "x").mkdir(parents=True)
    (tmp_path / "storage" / "originals" / "x" / "main.mp4").write_bytes(b"1")
    (tmp_path / "storage" / "originals" / "x" / "audio-0.mp3").write_bytes(b"beside a named file")
    assert say(well, "storage", "check")[1]["problems"] == []
    orphan = tmp_path / "storage" / "media" / "gone" / "360p.mp4"
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"1")
    for path in (tmp_path / "storage").rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    fresh = orphan.with_name("fresh.mp4")
    (fresh.parent.parent / "new").mkdir()
    (fresh.parent.parent / "new" / "fresh.mp4").write_bytes(b"not committed yet")
    code, answer = say(well, "storage", "check")
    assert (code, answer["orphans"]) == (0, ["media/gone/360p.mp4"])
    assert orphan.exists()
    path = storage().path(db.session.scalars(select(Rendition.storage_key)).one())
    assert path
    path.write_bytes(b"cut")
    assert [one["code"] for one in say(well, "storage", "check")[1]["problems"]] == ["size"]
    path.unlink()
    code, answer = say(well, "storage", "check", "--sweep")
    assert (code, [one["code"] for one in answer["problems"]]) == (1, ["missing"])
    assert not orphan.exists()
    assert (tmp_path / "storage" / "originals" / "x" / "audio-0.mp3").exists()
    assert storage_check.check()["orphans"] == []
