"""recordings and documents beside films; the pages of documents"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0014"
down_revision: str | Sequence[str] | None = "0013"
branch_labels = None
depends_on = None

FILMS = "kind IN ('video', 'slides')"
ALL = "kind IN ('video', 'slides', 'audio', 'document')"
COLUMNS = (
    "id, key, kind, title, unit_id, source_key, captions_key, status, reason, duration, machine_voice, created_at, ready_at"
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "asset_pages",
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("picture_key", sa.String(), nullable=False),
        sa.Column("mime", sa.String(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["media_assets.id"], name=op.f("fk_asset_pages_asset_id")),
        sa.PrimaryKeyConstraint("asset_id", "n", name=op.f("pk_asset_pages")),
    )
    _allow(ALL)


def downgrade() -> None:
    op.drop_table("asset_pages")
    _allow(FILMS)


def _allow(rule: str) -> None:
    """Put another rule on the kinds of assets."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_media_assets_kind"), "media_assets", type_="check")
        op.create_check_constraint(op.f("ck_media_assets_kind"), "media_assets", rule)
    else:
        _rebuild(rule)


def _rebuild(rule: str) -> None:
    """SQLite cannot change a rule: the table is made anew under its name, so that keys pointing to it hold again."""
    op.execute("PRAGMA defer_foreign_keys = ON")
    op.execute(f"CREATE TABLE media_assets_before AS SELECT {COLUMNS} FROM media_assets")
    op.drop_table("media_assets")
    op.create_table(
        "media_assets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("source_key", sa.String(), nullable=False),
        sa.Column("captions_key", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("duration", sa.Double(), nullable=True),
        sa.Column("machine_voice", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(rule, name=op.f("ck_media_assets_kind")),
        sa.CheckConstraint(
            "status IN ('received', 'processing', 'ready', 'refused')", name=op.f("ck_media_assets_status")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_media_assets_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_assets")),
        sa.UniqueConstraint("key", name=op.f("uq_media_assets_key")),
    )
    op.create_index(op.f("ix_media_assets_unit_id"), "media_assets", ["unit_id"])
    op.execute(f"INSERT INTO media_assets ({COLUMNS}) SELECT {COLUMNS} FROM media_assets_before")
    op.drop_table("media_assets_before")
