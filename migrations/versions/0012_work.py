"""work handed in and marked, answers to surveys"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | Sequence[str] | None = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hand_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("picture_key", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("marked_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'returned', 'accepted')", name=op.f("ck_hand_ins_state")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolments.id"], name=op.f("fk_hand_ins_enrolment_id")),
        sa.ForeignKeyConstraint(["marked_by_id"], ["people.id"], name=op.f("fk_hand_ins_marked_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_hand_ins_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_ins")),
    )
    op.create_index("ix_hand_ins_unit_id", "hand_ins", ["unit_id"])
    op.create_index("ix_hand_ins_enrolment", "hand_ins", ["enrolment_id", "lesson_id"])
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "uq_hand_ins_waiting",
        "hand_ins",
        ["enrolment_id", "lesson_id"],
        unique=True,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_table(
        "survey_answers",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name=op.f("fk_survey_answers_enrolment_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_survey_answers_unit_id")),
        sa.PrimaryKeyConstraint("enrolment_id", "lesson_id", name=op.f("pk_survey_answers")),
    )
    op.create_index("ix_survey_answers_unit_id", "survey_answers", ["unit_id"])


def downgrade() -> None:
    op.drop_table("survey_answers")
    op.drop_table("hand_ins")
