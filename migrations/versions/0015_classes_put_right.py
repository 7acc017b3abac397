"""face-to-face sessions put right: called off with a reason, attendance taken back and given again"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | Sequence[str] | None = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "class_cancellations",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["class_sessions.id"], name=op.f("fk_class_cancellations_session_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_class_cancellations_by_id")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_class_cancellations")),
    )
    op.create_table(
        "attendance_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attendance_id", sa.Integer(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attendance_id"], ["attendances.id"], name=op.f("fk_attendance_changes_attendance_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_attendance_changes_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_changes")),
    )
    op.create_index(op.f("ix_attendance_changes_attendance_id"), "attendance_changes", ["attendance_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_attendance_changes_attendance_id"), table_name="attendance_changes")
    op.drop_table("attendance_changes")
    op.drop_table("class_cancellations")
