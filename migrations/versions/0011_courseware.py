"""pictures of courses, local fields, signatures of experts"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | Sequence[str] | None = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pictures",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("mime", sa.String(), nullable=False),
        sa.Column("storage_key", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_pictures")),
    )
    op.create_table(
        "local_values",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_local_values_unit_id")),
        sa.ForeignKeyConstraint(["changed_by_id"], ["people.id"], name=op.f("fk_local_values_changed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_local_values")),
        sa.UniqueConstraint("unit_id", "field", "label", name=op.f("uq_local_values_unit_id_field_label")),
    )
    op.create_table(
        "course_reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("remark", sa.String(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("reviewer_name", sa.String(), nullable=False),
        sa.Column("reviewer_unit", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("verdict IN ('passed', 'returned')", name=op.f("ck_course_reviews_verdict")),
        sa.ForeignKeyConstraint(["reviewer_id"], ["people.id"], name=op.f("fk_course_reviews_reviewer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_reviews")),
    )
    op.create_index("ix_course_reviews_slug", "course_reviews", ["slug"])


def downgrade() -> None:
    op.drop_table("course_reviews")
    op.drop_table("local_values")
    op.drop_table("pictures")
