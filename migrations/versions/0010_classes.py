"""face-to-face sessions: seats, queue, attendance"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | Sequence[str] | None = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "class_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("organiser", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_class_sessions_order")),
        sa.CheckConstraint("seats BETWEEN 1 AND 2000", name=op.f("ck_class_sessions_seats")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_class_sessions_unit_id")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_class_sessions_course_id")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["people.id"], name=op.f("fk_class_sessions_created_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_sessions")),
        sa.UniqueConstraint("form_id", name=op.f("uq_class_sessions_form_id")),
        sa.UniqueConstraint("code", name=op.f("uq_class_sessions_code")),
    )
    op.create_index("ix_class_sessions_unit", "class_sessions", ["unit_id", "starts_at"])
    op.create_index("ix_class_sessions_lesson", "class_sessions", ["course_id", "lesson_id", "starts_at"])
    op.create_table(
        "class_sign_ups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["class_sessions.id"], name=op.f("fk_class_sign_ups_session_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_class_sign_ups_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_sign_ups")),
        sa.UniqueConstraint("session_id", "person_id", name=op.f("uq_class_sign_ups_session_id_person_id")),
        sa.UniqueConstraint("session_id", "seat", name=op.f("uq_class_sign_ups_session_id_seat")),
    )
    op.create_index("ix_class_sign_ups_person_id", "class_sign_ups", ["person_id"])
    op.create_table(
        "attendances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["class_sessions.id"], name=op.f("fk_attendances_session_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_attendances_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_attendances_unit_id")),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_attendances_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendances")),
        sa.UniqueConstraint("session_id", "person_id", name=op.f("uq_attendances_session_id_person_id")),
    )
    op.create_index("ix_attendances_person_id", "attendances", ["person_id"])


def downgrade() -> None:
    op.drop_table("attendances")
    op.drop_table("class_sign_ups")
    op.drop_table("class_sessions")
