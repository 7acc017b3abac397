"""the one player, presence, appeals"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | Sequence[str] | None = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("watch_clocks") as table:
        table.add_column(sa.Column("player_visit_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("player_since", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("player_heard_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("visits") as table:
        table.add_column(sa.Column("presence", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "appeals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'accepted', 'refused')", name=op.f("ck_appeals_state")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["people.id"], name=op.f("fk_appeals_decided_by_id")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolments.id"], name=op.f("fk_appeals_enrolment_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_appeals_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
    )
    op.create_index("ix_appeals_unit_id", "appeals", ["unit_id"])
    still_open = sa.text("state = 'open'")
    op.create_index(
        "uq_appeals_open",
        "appeals",
        ["enrolment_id", "lesson_id"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )


def downgrade() -> None:
    op.drop_table("appeals")
    with op.batch_alter_table("visits") as table:
        table.drop_column("presence")
    with op.batch_alter_table("watch_clocks") as table:
        table.drop_column("player_heard_at")
        table.drop_column("player_since")
        table.drop_column("player_visit_id")
