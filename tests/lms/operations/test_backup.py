"""Backup and restore: what comes back is what was there; a file that will not do touches nothing."""

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.accounts import commands as accounts
from lms.accounts.models import Person
from lms.assets.commands import storage
from lms.core import site_lock
from lms.core.audit_log import AuditEntry
from lms.core.errors import Conflict, DiskFull, Invalid
from lms.core.jobs import Job
from lms.extensions import db
from lms.federations.models import Unit
from lms.operations import archive, backup, restore, tables
from tests import postgres
from tests.conftest import application
from tests.factories import person, published, tree

pytestmark = pytest.mark.both_databases


@pytest.fixture
def filled(app: Flask) -> Flask:
    """Units, people, a course with a film, a row of every kind the learning writes."""
    place = tree()
    published(place.county)
    for number in range(1200):  # more than one batch
        db.session.add(Job(**JOB, key=f"k{number}"))
    person("13900000001", place.village, "𠮷野秀英")
    return app


JOB = {
    "name": "x", "payload": {"b": 1, "a": ["二", None]}, "lane": "quick", "state": "done", "attempts": 1,
    "progress": 0.1, "run_after": datetime(2026, 1, 2, 3, 4, 5, 6, UTC),
    "created_at": datetime(2026, 1, 2, tzinfo=UTC),
}  # fmt: skip


def everything() -> dict[str, list[bytes]]:
    """Every row of every table, but the trail, which the commands write to."""
    with db.engine.connect() as connection:
        found = tables.all_tables(connection)
        return {
            table.name: list(tables.lines(connection, table, sorted(table.columns.keys())))
            for table in found
            if table.name != "audit_entries"
        }


def people() -> int:
    return db.session.scalar(select(func.count()).select_from(Person)) or 0


def test_what_is_restored_is_what_was_backed_up_and_the_old_is_kept_aside(
    filled: Flask, tmp_path: Path
) -> None:
    before = everything()
    backup.make(str(tmp_path / "b.zip"))
    accounts.register(name="后来的", phone="13900000009", password_hash=None, consent=False)
    db.session.commit()
    storage().delete("media/x/360p.mp4")
    answer = restore.put_back(str(tmp_path / "b.zip"))
    assert everything() == before
    assert storage().size("media/x/360p.mp4") > 0
    assert db.session.scalars(select(Person)).one().phone == "13900000001"
    aside = tmp_path / f"before-restore-{answer['kept_aside']}"
    assert (aside / "storage").is_dir()
    assert (aside / "lms.sqlite3").exists() == (db.engine.dialect.name == "sqlite")
    accounts.register(name="新来的", phone="13900000008", password_hash=None, consent=False)
    db.session.commit()
    assert people() == 2
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.object_type == "backup"))
    assert "backup.restored" in set(actions)


def test_a_backup_of_one_database_is_restored_into_the_other(
    filled: Flask, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    before = everything()
    backup.make(str(tmp_path / "b.zip"))
    server: postgres.Server = request.getfixturevalue("postgresql")
    to_postgres = db.engine.dialect.name == "sqlite"
    url = server.url(name := server.make(postgres.TEMPLATE)) if to_postgres else ""
    if not to_postgres:
        (tmp_path / "other").mkdir()
        shutil.copy(request.getfixturevalue("migrated"), tmp_path / "other" / "lms.sqlite3")
    other = application(tmp_path / "other", url)
    with other.app_context():
        restore.put_back(str(tmp_path / "b.zip"))
        assert everything() == before
        db.session.remove()
        db.engine.dispose()
    if to_postgres:
        server.drop(name)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def _spoil(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[content.index(b"\0" * 5000) + 2000] = 7
    path.write_bytes(bytes(content))


def _rewrite(path: Path, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> None:
    members = []
    with zipfile.ZipFile(path) as old:
        members = [change(name, old.read(name)) for name in old.namelist()]
    with zipfile.ZipFile(path, "w") as new:
        for member in members:
            if member:
                new.writestr(*member)


def _manifest(**words: Any) -> Callable[[Path], None]:
    def change(name: str, content: bytes) -> tuple[str, bytes]:
        return name, json.dumps(json.loads(content) | words).encode() if name == archive.MANIFEST else content

    return lambda path: _rewrite(path, change)


def _leave_out_people(path: Path) -> None:
    _rewrite(path, lambda name, content: None if name == "tables/people.jsonl" else (name, content))


def _point_nowhere(path: Path) -> None:
    """A database damaged before its digests were taken: a unit below one that is not there."""
    place = "tables/unit_closure.jsonl"
    with zipfile.ZipFile(path) as old:
        spoiled = old.read(place).replace(b"[1,1,0]", b"[1,987,0]")

    def change(name: str, content: bytes) -> tuple[str, bytes]:
        if name == archive.MANIFEST:
            manifest = json.loads(content)
            manifest["members"][place] = {
                "bytes": len(spoiled),
                "sha256": hashlib.sha256(spoiled).hexdigest(),
            }
            content = json.dumps(manifest).encode()
        return name, spoiled if name == place else content

    _rewrite(path, change)


def _escape(path: Path) -> None:
    _rewrite(
        path, lambda name, content: (name.replace("storage/media/x/360p.mp4", "storage/../../evil"), content)
    )


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_cut, "不完整"),
        (_spoil, "损坏"),
        (lambda path: path.write_bytes(b"not a zip"), "不是本站的备份"),
        (lambda path: _rewrite(path, lambda name, content: ("readme.txt", b"x") if name == archive.MANIFEST else None), "不是本站"),
        (_manifest(format="other"), "不是本站"),
        (_manifest(version=2), "更新的版本"),
        (_manifest(revision="9999"), "更新的版本"),
        (_leave_out_people, "不一致"),
        (_point_nowhere, "损坏"),
        (_escape, "不一致"),
        (lambda path: path.unlink(), "没有"),
    ],
    ids=["truncated", "one-byte", "foreign", "another-zip", "another-format", "newer", "newer-tables", "without-people", "key-nowhere", "outside", "missing"],
)  # fmt: skip
def test_a_file_that_will_not_do_is_refused_and_nothing_is_touched(
    filled: Flask, tmp_path: Path, spoil: Callable[[Path], object], words: str
) -> None:
    path = tmp_path / "b.zip"
    backup.make(str(path))
    spoil(path)
    before, files = everything(), _files(tmp_path)
    with pytest.raises(Invalid, match=words):
        restore.put_back(str(path))
    assert everything() == before
    assert _files(tmp_path) == files
    if db.engine.dialect.name == "postgresql":
        names = db.session.scalars(select(func.current_schemas(False))).one()
        assert names == ["public"]


def _files(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix() for path in folder.rglob("*")
        if path.name != "site.lock" and not path.name.endswith(("-wal", "-shm"))
    }  # fmt: skip


def test_a_fault_while_things_are_exchanged_moves_everything_back(
    filled: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup.make(str(tmp_path / "b.zip"))
    before, files = everything(), _files(tmp_path)
    move, moves = restore.Exchange._move, iter(range(100))

    def break_down(self: restore.Exchange, source: Path, target: Path) -> None:
        if next(moves) == 1:  # the old folder is aside, the new one not yet in its place
            raise OSError(5, "the disk fails")
        move(self, source, target)

    monkeypatch.setattr(restore.Exchange, "_move", break_down)
    with pytest.raises(OSError, match="disk fails"):
        restore.put_back(str(tmp_path / "b.zip"))
    assert everything() == before
    assert {name for name in _files(tmp_path) if "before-restore" not in name} == files


def test_a_running_site_is_not_restored_over_and_does_not_start_during_a_restore(
    filled: Flask, tmp_path: Path
) -> None:
    backup.make(str(tmp_path / "b.zip"))
    before = everything()
    site_lock.share(tmp_path)
    try:
        with pytest.raises(Conflict, match="网站还在运行"):
            restore.put_back(str(tmp_path / "b.zip"))
    finally:
        os.close(site_lock._held.pop(tmp_path / "site.lock"))
    assert everything() == before
    with site_lock.alone(tmp_path), pytest.raises(Conflict, match="正在恢复"):
        site_lock.share(tmp_path)


def test_somebody_elses_connection_to_postgresql_stops_a_restore(
    filled: Flask, tmp_path: Path, database_url: str
) -> None:
    if db.engine.dialect.name == "sqlite":
        return
    backup.make(str(tmp_path / "b.zip"))
    with psycopg.connect(database_url), pytest.raises(Conflict, match="1 个连接"):
        restore.put_back(str(tmp_path / "b.zip"))


def test_a_backup_of_another_key_is_refused(filled: Flask, tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    backup.make(str(path))
    _manifest(key_id="00000000")(path)
    with pytest.raises(Conflict, match="另一把密钥"):
        restore.put_back(str(path))


def test_an_existing_file_is_not_overwritten_and_a_full_disk_leaves_nothing(
    filled: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "b.zip"
    path.write_text("mine")
    with pytest.raises(Conflict, match="没有覆盖"):
        backup.make(str(path))
    assert path.read_text() == "mine"

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive.os, "fsync", full)
    with pytest.raises(DiskFull, match="没有留下半份"):
        backup.make(str(tmp_path / "c.zip"))
    assert not list(tmp_path.glob("*c.zip*"))


def test_a_backup_holds_one_moment_while_others_write(filled: Flask, tmp_path: Path) -> None:
    """A unit added after the tables began to be read is in no table of the backup."""
    with db.engine.connect() as connection:
        tables.snapshot(connection)
        units = next(table for table in tables.all_tables(connection) if table.name == "units")
        first = len(list(tables.lines(connection, units)))
        db.session.add(
            Unit(kind="site", name="后", full_name="后", created_at=JOB["created_at"], open_to_join=True)
        )
        db.session.commit()
        assert len(list(tables.lines(connection, units))) == first


def test_a_backup_can_be_read_by_its_owner_only(filled: Flask, tmp_path: Path) -> None:
    backup.make(str(tmp_path / "b.zip"))
    assert (tmp_path / "b.zip").stat().st_mode & 0o077 == 0
