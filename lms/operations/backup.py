"""flask backup: everything that is kept, in one file, of one moment, while the site runs.

The database goes out as text through SQLAlchemy, not by pg_dump: no program of the server's version is needed, and
what SQLite gave PostgreSQL can take. Tables are read in one transaction, the files after them: a file is kept before
the row that names it is written, so every row of the backup finds its file.
"""

import platform
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from alembic.script import ScriptDirectory
from flask import current_app

from lms.assets.commands import storage
from lms.core import audit_log, clock, crypto
from lms.core.errors import Conflict
from lms.extensions import db
from lms.operations import archive, tables
from media.errors import MediaError


def make(file: str) -> dict[str, Any]:
    """Write a backup and note it in the audit trail."""
    target = Path(file).absolute()
    with archive.writing(target) as out:
        about = _about()
        about |= _tables(out)
        _say(f"✓ 数据库：{about['rows']} 行")
        stored = _storage(out)
        _say(f"✓ 文件：{stored} 个")
        _keys(out)
        out.close(about)
    answer = _note(target, about["rows"], stored)
    db.session.commit()
    _say(
        f"✓ 备份写好了：{target}（{answer['bytes'] / 1_000_000:.1f} MB）。里面有密钥，请只放在可靠的人拿得到的地方。"
    )
    return answer


def note_found(target: Path) -> None:
    """Note a backup that was written whole, but by a worker killed before it could say so; raises Invalid."""
    with archive.Reader(target) as found:
        _note(target, found.manifest["rows"], len(found.names("storage")))


def _note(target: Path, rows: int, stored: int) -> dict[str, Any]:
    made = {"file": str(target), "bytes": target.stat().st_size, "rows": rows, "stored": stored}
    audit_log.record(None, "backup.made", "backup", target.name, made)
    return made


def _say(words: str) -> None:
    click.echo(words, err=True)


def _about() -> dict[str, Any]:
    return {
        "made_at": clock.now().isoformat(),
        "site_name": current_app.extensions["lms_settings"].site_name,
        "key_id": crypto.key_id(),
        "versions": {
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
            "database": db.engine.dialect.name,
        },
    }


def newest_revision() -> str | None:
    """Return the newest migration of this code."""
    config = current_app.extensions["migrate"].migrate.get_config()
    head: str | None = ScriptDirectory.from_config(config).get_current_head()
    return head


def _tables(out: archive.Writer) -> dict[str, Any]:
    rows: dict[str, int] = {}
    with db.engine.connect() as connection:
        tables.snapshot(connection)
        seen = tables.revision(connection)
        if seen != newest_revision():
            raise Conflict("数据库还没有升到这个版本。请先运行 flask --app wsgi init，再备份。")
        for table in tables.all_tables(connection):
            counted = _Counted(tables.lines(connection, table))
            out.add(f"tables/{table.name}.jsonl", counted, packed=True)
            rows[table.name] = counted.lines - 1
    return {"revision": seen, "tables": rows, "rows": sum(rows.values())}


class _Counted:
    """Lines that are counted while they pass."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._passing, self.lines = lines, 0

    def __iter__(self) -> Iterator[bytes]:
        for line in self._passing:
            self.lines += 1
            yield line


def _storage(out: archive.Writer) -> int:
    store, count = storage(), 0
    for key in store.all_keys():
        path = store.path(key)
        try:
            with store.open(key) if path is None else path.open("rb") as stream:
                out.add(f"storage/{key}", archive.pieces(stream))
        except (FileNotFoundError, MediaError):  # swept away while we came to it: no row names it
            continue
        count += 1
    return count


def _keys(out: archive.Writer) -> None:
    folder: Path = current_app.extensions["lms_settings"].data / "keys"
    for path in sorted(folder.glob("*")) if folder.is_dir() else ():
        if path.is_file():
            out.add(f"keys/{path.name}", archive.chunks_of(path))
