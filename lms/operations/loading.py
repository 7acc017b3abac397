"""A backup's tables into an empty database, and the proof that they arrived: written out again, byte for byte."""

import hashlib
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from alembic import command
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask import current_app
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from lms.core.errors import Invalid
from lms.operations import archive, tables


def check_revision(manifest: Mapping[str, Any]) -> None:
    """Raise Invalid for a backup of a newer site than this."""
    config = current_app.extensions["migrate"].migrate.get_config()
    try:
        ScriptDirectory.from_config(config).get_revision(str(manifest.get("revision")))
    except CommandError:
        raise Invalid("这份备份是更新的版本做的，这里还读不懂，没有恢复。请先升级，再恢复。") from None


def load(engine: Engine, source: archive.Reader, *, to_newest: bool = True) -> None:
    """Make the tables as they were at the backup, fill them, check every key, then migrate; raises Invalid."""
    try:
        _migrate(engine, str(source.manifest["revision"]))
        _fill(engine, source)
        if to_newest:
            _migrate(engine, "head")
    except (ValueError, KeyError, TypeError, SQLAlchemyError) as error:
        raise Invalid(archive.DAMAGED.format(why=f"数据库：{str(error).splitlines()[0][:200]}")) from error


def _migrate(engine: Engine, revision: str) -> None:
    config = current_app.extensions["migrate"].migrate.get_config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _fill(engine: Engine, source: archive.Reader) -> None:
    with engine.connect() as connection:
        waiting = tables.let_keys_wait(connection)
        found = tables.all_tables(connection)
        if {f"tables/{table.name}.jsonl" for table in found} != set(source.names("tables")):
            raise ValueError("the tables are others")
        for table in found:
            rows = tables.load(connection, table, source.lines(f"tables/{table.name}.jsonl"))
            if rows != source.manifest["tables"][table.name]:
                raise ValueError(f"{table.name} has {rows} rows")
            tables.wind_counters(connection, table)
        tables.check_keys(connection, waiting)
        connection.commit()


def differences(engine: Engine, source: archive.Reader) -> list[str]:
    """Write every table out again; return the names of those that are not byte for byte what the backup holds."""
    wrong = []
    with engine.connect() as connection:
        tables.snapshot(connection)
        for table in tables.all_tables(connection):
            digest, name = hashlib.sha256(), f"tables/{table.name}.jsonl"
            order = json.loads(next(iter(source.lines(name)), b"[]"))
            for line in tables.lines(connection, table, order):
                digest.update(line)
            if digest.hexdigest() != source.members[name]["sha256"]:
                wrong.append(table.name)
    return wrong


def read_all(source: archive.Reader) -> int:
    """Read every stored file and key of a backup and check its digest; returns how many. Raises Invalid."""
    names = source.names("storage") + source.names("keys")
    for name in names:
        for _ in source.chunks(name):
            pass
    return len(names)


def scratch() -> tempfile.TemporaryDirectory[str]:
    """Return a folder for a rehearsal, beside the data, gone afterwards."""
    data: Path = current_app.extensions["lms_settings"].data
    return tempfile.TemporaryDirectory(dir=data, prefix=".rehearsal-")
