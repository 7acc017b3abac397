"""quizzes: deadlines, marks by a person, the log of an attempt, allowances, regrades"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | Sequence[str] | None = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attempts", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("attempts", sa.Column("awaiting", sa.Integer(), nullable=False, server_default="0"))
    _reference("attempts", "key_version_id", "course_versions")
    for name, column, where in (
        ("ix_attempts_due", "due_at", "submitted_at IS NULL"),
        ("ix_attempts_awaiting", "submitted_at", "awaiting > 0"),
    ):
        op.create_index(
            name, "attempts", [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where)
        )
    op.add_column("responses", sa.Column("marks", sa.JSON(), nullable=True))
    op.add_column("responses", sa.Column("comment", sa.String(), nullable=True))
    op.add_column("responses", sa.Column("marked_at", sa.DateTime(timezone=True), nullable=True))
    _reference("responses", "marked_by_id", "people")
    _events_and_allowances()
    _regrades()


def _reference(table: str, column: str, target: str) -> None:
    """Add a column that refers to a table: SQLite does both in one step, without making the table anew."""
    name = op.f(f"fk_{table}_{column}")
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER CONSTRAINT {name} REFERENCES {target} (id)")
        return
    op.add_column(table, sa.Column(column, sa.Integer(), nullable=True))
    op.create_foreign_key(name, table, target, [column], ["id"])


def _events_and_allowances() -> None:
    op.create_table(
        "attempt_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_attempt_events_attempt_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["people.id"], name=op.f("fk_attempt_events_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt_events")),
        sa.UniqueConstraint("attempt_id", "kind", "device", "at", name=op.f("uq_attempt_events_attempt_id_kind_device_at")),
    )
    op.create_table(
        "attempt_allowances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "tries >= 0 AND minutes >= 0 AND tries + minutes > 0", name=op.f("ck_attempt_allowances_gives")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name=op.f("fk_attempt_allowances_enrolment_id")
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["people.id"], name=op.f("fk_attempt_allowances_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt_allowances")),
    )
    op.create_index("ix_attempt_allowances_paper", "attempt_allowances", ["enrolment_id", "lesson_id"])


def _regrades() -> None:
    op.create_table(
        "regrades",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.String(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_regrades_course_id")),
        sa.ForeignKeyConstraint(["version_id"], ["course_versions.id"], name=op.f("fk_regrades_version_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["people.id"], name=op.f("fk_regrades_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrades")),
    )
    op.create_index(op.f("ix_regrades_course_id"), "regrades", ["course_id"])
    op.create_table(
        "regrade_changes",
        sa.Column("regrade_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        *(
            sa.Column(f"{when}_{name}", kind, nullable=False)
            for when in ("before", "after")
            for name, kind in (("points", sa.Integer()), ("percent", sa.Integer()), ("passed", sa.Boolean()))
        ),
        sa.ForeignKeyConstraint(["regrade_id"], ["regrades.id"], name=op.f("fk_regrade_changes_regrade_id")),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name=op.f("fk_regrade_changes_attempt_id")),
        sa.PrimaryKeyConstraint("regrade_id", "attempt_id", name=op.f("pk_regrade_changes")),
    )
    op.create_index(op.f("ix_regrade_changes_attempt_id"), "regrade_changes", ["attempt_id"])


def downgrade() -> None:
    for name in ("regrade_changes", "regrades", "attempt_allowances", "attempt_events"):
        op.drop_table(name)
    with op.batch_alter_table("responses") as table:
        table.drop_constraint(op.f("fk_responses_marked_by_id"), type_="foreignkey")
        for name in ("marked_at", "marked_by_id", "comment", "marks"):
            table.drop_column(name)
    for name in ("ix_attempts_awaiting", "ix_attempts_due"):
        op.drop_index(name, "attempts")
    with op.batch_alter_table("attempts") as table:
        table.drop_constraint(op.f("fk_attempts_key_version_id"), type_="foreignkey")
        for name in ("key_version_id", "awaiting", "due_at"):
            table.drop_column(name)
