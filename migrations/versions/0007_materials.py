"""the library of materials and their pages"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0007'
down_revision: str | Sequence[str] | None = '0006'
branch_labels = None
depends_on = None

LIVING = sa.text("status IN ('received', 'ready')")


def upgrade() -> None:
    op.create_table(
        'materials',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('key', sa.String(), nullable=False),
        sa.Column('unit_id', sa.Integer(), nullable=False),
        sa.Column('title', sa.String(), nullable=False),
        sa.Column('file_name', sa.String(), nullable=False),
        sa.Column('kind', sa.String(), nullable=False),
        sa.Column('visibility', sa.String(), nullable=False),
        sa.Column('status', sa.String(), nullable=False),
        sa.Column('reason', sa.String(), nullable=True),
        sa.Column('source_key', sa.String(), nullable=False),
        sa.Column('digest', sa.String(), nullable=False),
        sa.Column('size', sa.Integer(), nullable=False),
        sa.Column('page_count', sa.Integer(), nullable=False),
        sa.Column('has_text', sa.Boolean(), nullable=False),
        sa.Column('uploaded_by_id', sa.Integer(), nullable=True),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('ready_at', sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('pdf', 'docx', 'pptx', 'md')", name=op.f('ck_materials_kind')),
        sa.CheckConstraint("visibility IN ('public', 'unit')", name=op.f('ck_materials_visibility')),
        sa.CheckConstraint(
            "status IN ('received', 'ready', 'refused', 'withdrawn')", name=op.f('ck_materials_status')
        ),
        sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_materials_unit_id')),
        sa.ForeignKeyConstraint(['uploaded_by_id'], ['people.id'], name=op.f('fk_materials_uploaded_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_materials')),
        sa.UniqueConstraint('key', name=op.f('uq_materials_key')),
    )
    op.create_index(op.f('ix_materials_unit_id'), 'materials', ['unit_id'])
    op.create_index(
        'uq_materials_living', 'materials', ['unit_id', 'digest'], unique=True,
        sqlite_where=LIVING, postgresql_where=LIVING,
    )
    op.create_table(
        'material_pages',
        sa.Column('material_id', sa.Integer(), nullable=False),
        sa.Column('n', sa.Integer(), nullable=False),
        sa.Column('text', sa.String(), nullable=False),
        sa.Column('picture_key', sa.String(), nullable=False),
        sa.Column('width', sa.Integer(), nullable=False),
        sa.Column('height', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ['material_id'], ['materials.id'], name=op.f('fk_material_pages_material_id')
        ),
        sa.PrimaryKeyConstraint('material_id', 'n', name=op.f('pk_material_pages')),
    )


def downgrade() -> None:
    op.drop_table('material_pages')
    op.drop_table('materials')
