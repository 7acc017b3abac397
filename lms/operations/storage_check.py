"""flask storage check: every row finds its file, of its size and digest; files that belong to no row are listed."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import click
from sqlalchemy import Column, String, Table, select

from lms.assets.commands import storage
from lms.core import audit_log
from lms.extensions import db
from lms.operations import archive, tables
from media.errors import MediaError
from media.storage import Storage

YOUNG_SECONDS = 3600.0
"""A file is kept before its row is committed: the newest ones are left alone."""


@dataclass(frozen=True, slots=True)
class Named:
    """A file that a row names, with what the row knows about it."""

    table: str
    key: str
    size: int | None
    digest: str | None


def named() -> Iterator[Named]:
    """Return every file named by a column that ends with `_key` and holds a path, in whatever table."""
    with db.engine.connect() as connection:
        found = tables.all_tables(connection)
    for table in found:
        for column in table.columns:
            if not column.name.endswith("_key") or not isinstance(column.type, String):
                continue
            size, digest = _about(table, column.name)
            wanted = [column, *(one for one in (size, digest) if one is not None)]
            for row in db.session.execute(select(*wanted).where(column.contains("/"))).mappings():
                known = [row[one.name] if one is not None else None for one in (size, digest)]
                yield Named(table.name, row[column.name], *known)


def _about(table: Table, name: str) -> tuple[Column[Any] | None, Column[Any] | None]:
    """Return the columns of size and digest that tell of a key: those of the row, or of this key alone."""
    before = "" if name in ("storage_key", "source_key") else name.removesuffix("key")
    return table.columns.get(f"{before}size"), table.columns.get(f"{before}digest")


def check(sweep: bool = False) -> dict[str, Any]:
    """Compare rows and files; orphans are removed with `sweep` only."""
    store = storage()
    rows = list(named())
    problems = [problem for one in rows if (problem := _fault(store, one))]
    orphans = _orphans(store, {one.key for one in rows})
    for key in orphans:
        click.echo(f"没有记录用到：{key}" + ("，已删除" if sweep else ""), err=True)
    if sweep and orphans:
        for key in orphans:
            store.delete(key)
        audit_log.record(None, "storage.swept", "site", "storage", {"files": len(orphans)})
        db.session.commit()
    click.echo(f"查了 {len(rows)} 个文件，{len(problems)} 个有问题，{len(orphans)} 个没有用到。", err=True)
    return {"ok": not problems, "problems": problems, "files": len(rows), "orphans": orphans, "swept": sweep}


def _fault(store: Storage, one: Named) -> Mapping[str, Any] | None:
    try:
        if not store.exists(one.key):
            return _problem(one, "missing", "文件不见了。请从备份恢复，或重新上传。")
        if one.size is not None and store.size(one.key) != one.size:
            return _problem(one, "size", f"大小不对：应该是 {one.size} 字节，现在是 {store.size(one.key)}。")
        if one.digest and _digest(store, one.key) != one.digest:
            return _problem(one, "digest", "内容变了。请从备份恢复。")
    except MediaError as error:
        return _problem(one, "key", error.message)
    return None


def _digest(store: Storage, key: str) -> str:
    with store.open(key) as stream:
        return archive.digest_of(stream)


def _problem(one: Named, code: str, message: str) -> Mapping[str, Any]:
    return {"file": one.key, "line": 0, "item": one.table, "code": code, "message": message}


def _orphans(store: Storage, kept: set[str]) -> list[str]:
    """Files in a folder where no row names anything: what lies beside a named file belongs to it."""
    folders = {key.rpartition("/")[0] for key in kept}
    return [
        key
        for key in store.all_keys()
        if key not in kept and key.rpartition("/")[0] not in folders and not _young(store, key)
    ]


def _young(store: Storage, key: str) -> bool:
    path = store.path(key)
    return path is not None and path.exists() and time.time() - path.stat().st_mtime < YOUNG_SECONDS
