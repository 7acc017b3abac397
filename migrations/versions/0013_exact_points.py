"""points without rounding: whole numbers become what is written, 2 or 5/3; scores of before keep their value

A score that was cut to a whole number before stays cut until its paper is graded again.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0013"
down_revision: str | Sequence[str] | None = "0012"
branch_labels = None
depends_on = None
COLUMNS = (
    ("attempts", "points"),
    ("responses", "points"),
    ("regrade_changes", "before_points"),
    ("regrade_changes", "after_points"),
)


def upgrade() -> None:
    for table, column in COLUMNS:
        if op.get_bind().dialect.name == "sqlite":
            _written_anew(table, column, "VARCHAR", f"CAST(old_{column} AS TEXT)")
        else:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE VARCHAR USING {column}::varchar")


def downgrade() -> None:
    for table, column in COLUMNS:
        if op.get_bind().dialect.name == "sqlite":
            old = f"old_{column}"
            parts = f"CAST({old} AS INTEGER) / CAST(substr({old}, instr({old}, '/') + 1) AS INTEGER)"
            whole = f"CASE WHEN instr({old}, '/') > 0 THEN {parts} ELSE CAST({old} AS INTEGER) END"
            _written_anew(table, column, "INTEGER", whole)
        else:
            below = f"coalesce(nullif(split_part({column}, '/', 2), '')::integer, 1)"
            whole = f"split_part({column}, '/', 1)::integer / {below}"
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE INTEGER USING {whole}")


def _written_anew(table: str, column: str, kind: str, value: str) -> None:
    """SQLite: a new column takes the place of the old one, so that no table with its indexes is made anew."""
    needed = "NOT NULL DEFAULT 0" if table == "regrade_changes" else ""
    op.execute(f"ALTER TABLE {table} RENAME COLUMN {column} TO old_{column}")
    op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind} {needed}")
    op.execute(f"UPDATE {table} SET {column} = {value}")
    op.execute(f"ALTER TABLE {table} DROP COLUMN old_{column}")
