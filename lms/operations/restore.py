"""flask restore: everything is made anew beside the old, checked, then put in its place; the old stays aside.

Until the last moment nothing of the site is touched. A file on a disk is changed by renaming, PostgreSQL by giving the
new schema the name of the old one in one transaction, last of all.
"""

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import click
from flask import current_app
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from lms.config import Settings
from lms.core import audit_log, clock, crypto, database, site_lock
from lms.core.errors import Conflict, DiskFull
from lms.extensions import db
from lms.operations import archive, loading

BESIDE_SQLITE = ("-wal", "-shm")


@dataclass
class Exchange:
    """New things beside old ones; `swap` puts all in place, or none."""

    stamp: str
    pairs: list[tuple[Path, Path]] = field(default_factory=list)
    done: list[tuple[Path, Path]] = field(default_factory=list)

    def beside(self, target: Path) -> Path:
        """Return where the new thing is made that will take the place of this one."""
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f".restoring-{self.stamp}-{target.name}")
        self.pairs.append((fresh, target))
        return fresh

    def aside(self, target: Path) -> Path:
        """Return where the old thing is kept."""
        return target.parent / f"before-restore-{self.stamp}" / target.name

    def swap(self) -> None:
        """Move old things aside and new ones in; a fault moves everything back."""
        try:
            for fresh, target in self.pairs:
                self.put_aside(target)
                self._move(fresh, target)
        except BaseException:
            self.undo()
            raise

    def put_aside(self, target: Path) -> None:
        """Keep an old thing where nobody uses it."""
        if target.exists():
            self.aside(target).parent.mkdir(mode=0o700, exist_ok=True)
            self._move(target, self.aside(target))

    def _move(self, source: Path, target: Path) -> None:
        source.rename(target)
        self.done.append((source, target))
        archive.sync_folder(target.parent)

    def undo(self) -> None:
        """Move everything back where it was."""
        for source, target in reversed(self.done):
            target.rename(source)
        self.done.clear()

    def clear(self) -> None:
        """Remove what was made and not used."""
        for fresh, _ in self.pairs:
            for path in (
                fresh,
                *(fresh.with_name(fresh.name + end) for end in (*BESIDE_SQLITE, ".write-lock")),
            ):
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def put_back(file: str) -> dict[str, Any]:
    """Restore a backup; raises Invalid for a file that will not do, Conflict while the site runs."""
    settings: Settings = current_app.extensions["lms_settings"]
    db.session.remove()
    with archive.Reader(Path(file).absolute()) as source, site_lock.alone(settings.data):
        loading.check_revision(source.manifest)
        _check_key(source, settings)
        _check_space(source, settings)
        exchange = Exchange(clock.now().strftime("%Y%m%d-%H%M%S"))
        try:
            _make(source, settings, exchange)
        finally:
            exchange.clear()
    answer = {
        "file": str(Path(file).absolute()),
        "rows": source.manifest["rows"],
        "kept_aside": exchange.stamp,
    }
    audit_log.record(None, "backup.restored", "backup", Path(file).name, answer)
    db.session.commit()
    click.echo(
        f"✓ 恢复好了。原来的数据放在 before-restore-{exchange.stamp}，确认一切正常后再删。\n"
        "搜索索引要重建：flask --app wsgi reindex。然后就可以启动网站了。",
        err=True,
    )  # fmt: skip
    return answer


def _check_key(source: archive.Reader, settings: Settings) -> None:
    """Phones can be read with one key only: the one inside, or the one of the settings."""
    own = settings.data / "keys" / "secret"
    by_setting = not own.is_file() or own.read_text("ascii").strip() != settings.secret_key
    if (by_setting or "keys/secret" not in source.members) and source.manifest["key_id"] != crypto.key_id():
        raise Conflict(
            "这份备份是用另一把密钥做的，恢复了也读不出手机号，没有恢复。请把 LMS_SECRET_KEY 设成做备份时的那一把。"
        )


def _check_space(source: archive.Reader, settings: Settings) -> None:
    need = int(sum(one["bytes"] for one in source.members.values()) * 1.2)
    free = shutil.disk_usage(settings.data).free
    if free < need:
        raise DiskFull(
            f"空间不够：要 {need / 1e6:.0f} MB，只有 {free / 1e6:.0f} MB。没有恢复，什么也没有改。"
        )


def _make(source: archive.Reader, settings: Settings, exchange: Exchange) -> None:
    """Make everything beside the old and exchange it; PostgreSQL comes last, in one transaction."""
    _files(source, "storage", exchange.beside(storage_folder(settings)))
    if source.names("keys"):
        _files(source, "keys", exchange.beside(settings.data / "keys"), secret=True)
    click.echo("✓ 文件", err=True)
    if db.engine.dialect.name == "sqlite":
        _sqlite(source, settings, exchange)
    else:
        _postgresql(source, settings, exchange)


def storage_folder(settings: Settings) -> Path:
    """Return the folder of a `file:` storage."""
    if not settings.storage_url.startswith("file:"):
        raise Conflict("媒体不在本机的文件夹里，请先把 LMS_STORAGE_URL 改成 file:文件夹，再恢复。")
    return Path(unquote(settings.storage_url.removeprefix("file:").removeprefix("//"))).absolute()


def _files(source: archive.Reader, folder: str, target: Path, *, secret: bool = False) -> None:
    target.mkdir(mode=0o700 if secret else 0o755)
    for name in source.names(folder):
        path = target / name.removeprefix(folder + "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if secret else 0o644), "wb"
        ) as out:
            for chunk in source.chunks(name):
                out.write(chunk)
            out.flush()
            os.fsync(out.fileno())


def _sqlite(source: archive.Reader, settings: Settings, exchange: Exchange) -> None:
    place = Path(str(make_url(settings.database_url).database)).absolute()
    fresh = exchange.beside(place)
    with sqlite_engine(fresh) as engine:
        loading.load(engine, source)
    click.echo("✓ 数据库", err=True)
    db.engine.dispose()
    for end in BESIDE_SQLITE:  # an index or a log of the old file must not meet the new one
        exchange.put_aside(place.with_name(place.name + end))
    exchange.swap()
    exchange.put_aside(settings.data / "index")


@contextlib.contextmanager
def sqlite_engine(path: Path) -> Iterator[Engine]:
    """Open a new SQLite file as the site does; afterwards it is one whole file."""
    url = f"sqlite:///{path}"
    engine = create_engine(url, **database.engine_options(url))
    database.prepare(engine)
    try:
        yield engine
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        engine.dispose()


def _postgresql(source: archive.Reader, settings: Settings, exchange: Exchange) -> None:
    """Load into a schema of its own; then it becomes `public`, and the old one is kept under another name."""
    db.engine.dispose()
    fresh = f"restoring_{exchange.stamp.replace('-', '_')}"
    with db.engine.begin() as connection:
        _require_nobody(connection)
        connection.exec_driver_sql(f'CREATE SCHEMA "{fresh}"')
    engine = create_engine(settings.database_url, connect_args={"options": f"-csearch_path={fresh}"})
    try:
        loading.load(engine, source)
        click.echo("✓ 数据库", err=True)
        exchange.swap()
        try:
            with db.engine.begin() as connection:
                _require_nobody(connection, but=1)
                old = f"before_restore_{exchange.stamp.replace('-', '_')}"
                connection.exec_driver_sql(f'ALTER SCHEMA public RENAME TO "{old}"')
                connection.exec_driver_sql(f'ALTER SCHEMA "{fresh}" RENAME TO public')
        except BaseException:
            exchange.undo()
            raise
    finally:
        engine.dispose()
        with db.engine.begin() as connection:
            connection.exec_driver_sql(f'DROP SCHEMA IF EXISTS "{fresh}" CASCADE')
    exchange.put_aside(settings.data / "index")
    db.engine.dispose()


def _require_nobody(connection: Any, but: int = 0) -> None:
    """The site may run on another machine: then it has connections here."""
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    count = connection.execute(others).scalar() or 0
    if count > but:
        raise Conflict(f"数据库还有 {count} 个连接：网站或别的程序还在用它。请先停止，再恢复。什么也没有改。")
