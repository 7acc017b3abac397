"""Rows out to JSON lines and in again: the same bytes from SQLite and from PostgreSQL, so a county can become a city.

A table is one text: first its column names, then a list of values a row, in the order of the primary key.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Date,
    DateTime,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    collate,
    insert,
    select,
    text,
)
from sqlalchemy.engine import Connection

BATCH = 500
OF_ALEMBIC = "alembic_version"
_KEYS = text(
    "SELECT conrelid::regclass::text AS place, conname AS name, pg_get_constraintdef(oid) AS rule FROM pg_constraint"
    " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
)


def snapshot(connection: Connection) -> None:
    """Begin to read one moment of the database, while others go on writing."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN")
    else:
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def revision(connection: Connection) -> str | None:
    """Return the newest migration this database has seen."""
    found: str | None = connection.execute(text(f"SELECT version_num FROM {OF_ALEMBIC}")).scalar()
    return found


def all_tables(connection: Connection) -> Sequence[Table]:
    """Return every table as the database itself describes it, by name."""
    metadata = MetaData()
    metadata.reflect(connection, resolve_fks=False)
    found = [table for name, table in sorted(metadata.tables.items()) if name != OF_ALEMBIC]
    for column in (column for table in found for column in table.columns):
        if isinstance(column.type, JSON):
            column.type.none_as_null = bool(column.nullable)
    return found


def lines(connection: Connection, table: Table, names: Sequence[str] = ()) -> Iterator[bytes]:
    """Return a table line by line, its columns in the order of `names` (databases differ where one came later)."""
    columns = [table.columns[name] for name in names or table.columns.keys()]
    yield _line([column.name for column in columns])
    query = select(*columns).order_by(*(_in_bytes(connection, column) for column in table.primary_key))
    for row in connection.execution_options(yield_per=BATCH).execute(query):
        yield _line([_plain(value) for value in row])


def _in_bytes(connection: Connection, column: Column[Any]) -> Any:
    """Both databases sort text by its bytes then."""
    is_text = isinstance(column.type, String) and connection.dialect.name != "sqlite"
    return collate(column, "C") if is_text else column


def _line(values: Sequence[object]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value) if isinstance(value, Decimal) else value


def load(connection: Connection, table: Table, text_lines: Iterable[bytes]) -> int:
    """Put the lines of a table into it; returns the number of rows. Raises ValueError for lines of another table."""
    rows = iter(text_lines)
    columns = [table.columns.get(name) for name in json.loads(next(rows, b"[]"))]
    if any(column is None for column in columns) or len(columns) != len(table.columns):
        raise ValueError(f"the columns of {table.name} are others")
    count = 0
    while batch := list(islice(rows, BATCH)):
        values = [_row(connection, columns, line) for line in batch]
        connection.execute(insert(table), values)
        count += len(values)
    return count


def _row(connection: Connection, columns: Sequence[Any], line: bytes) -> dict[str, Any]:
    naive = connection.dialect.name == "sqlite"
    values = json.loads(line)
    if len(values) != len(columns):
        raise ValueError("a row of another length")
    return {
        column.name: _rich(column, value, naive=naive) for column, value in zip(columns, values, strict=True)
    }


def _rich(column: Column[Any], value: Any, *, naive: bool) -> Any:
    if value is None:
        return None
    if isinstance(column.type, DateTime):
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=None) if naive else moment
    if isinstance(column.type, Date):
        return date.fromisoformat(value)
    if isinstance(column.type, LargeBinary):
        return base64.b64decode(value)
    is_decimal = isinstance(column.type, Numeric) and column.type.asdecimal
    return Decimal(value) if is_decimal else value


def let_keys_wait(connection: Connection) -> Sequence[Any]:
    """Put foreign keys off until everything is loaded; returns what `check_keys` needs."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA foreign_keys = 0")
        return ()
    keys = connection.execute(_KEYS).all()
    for key in keys:
        connection.exec_driver_sql(f'ALTER TABLE {key.place} DROP CONSTRAINT "{key.name}"')
    return keys


def check_keys(connection: Connection, waiting: Sequence[Any]) -> None:
    """Hold every row to its foreign keys again; raises ValueError or IntegrityError when one points nowhere."""
    if connection.dialect.name == "sqlite":
        if (lost := connection.exec_driver_sql("PRAGMA foreign_key_check").first()) is not None:
            raise ValueError(f"a row of {lost[0]} points nowhere")
        return
    for key in waiting:
        connection.exec_driver_sql(f'ALTER TABLE {key.place} ADD CONSTRAINT "{key.name}" {key.rule}')


def wind_counters(connection: Connection, table: Table) -> None:
    """Let PostgreSQL's counters go on behind the highest id; SQLite finds it by itself."""
    if connection.dialect.name == "sqlite" or len(table.primary_key) != 1:
        return
    (column,) = table.primary_key
    counter = text("SELECT pg_get_serial_sequence(:place, :name)")
    name = connection.execute(counter, {"place": table.name, "name": column.name}).scalar()
    if name:
        connection.exec_driver_sql(
            f'SELECT setval(\'{name}\', coalesce(max("{column.name}"), 1), max("{column.name}") IS NOT NULL) FROM "{table.name}"'
        )
