"""drafts of courses, a revision per lesson, uploads on their way in"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op


revision: str = '0006'
down_revision: str | Sequence[str] | None = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('drafts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_drafts_unit_id')),
    sa.ForeignKeyConstraint(['updated_by_id'], ['people.id'], name=op.f('fk_drafts_updated_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_drafts')),
    sa.UniqueConstraint('slug', name=op.f('uq_drafts_slug'))
    )
    with op.batch_alter_table('drafts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_drafts_unit_id'), ['unit_id'], unique=False)

    op.create_table('draft_lessons',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('draft_id', sa.Integer(), nullable=False),
    sa.Column('lesson_id', sa.String(), nullable=False),
    sa.Column('module_id', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('title_en', sa.String(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('requires', sa.JSON(), nullable=False),
    sa.Column('waits_for_earlier', sa.Boolean(), nullable=False),
    sa.Column('asset_id', sa.Integer(), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['asset_id'], ['media_assets.id'], name=op.f('fk_draft_lessons_asset_id')),
    sa.ForeignKeyConstraint(['draft_id'], ['drafts.id'], name=op.f('fk_draft_lessons_draft_id')),
    sa.ForeignKeyConstraint(['updated_by_id'], ['people.id'], name=op.f('fk_draft_lessons_updated_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_draft_lessons')),
    sa.UniqueConstraint('draft_id', 'lesson_id', name=op.f('uq_draft_lessons_draft_id_lesson_id'))
    )
    with op.batch_alter_table('draft_lessons', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_draft_lessons_asset_id'), ['asset_id'], unique=False)

    op.create_table('uploads',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('lesson_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('received', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('touched_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('problem', sa.String(), nullable=True),
    sa.CheckConstraint('received >= 0 AND received <= size', name=op.f('ck_uploads_received')),
    sa.ForeignKeyConstraint(['lesson_id'], ['draft_lessons.id'], name=op.f('fk_uploads_lesson_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_uploads_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_uploads')),
    sa.UniqueConstraint('public_id', name=op.f('uq_uploads_public_id'))
    )
    with op.batch_alter_table('uploads', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_uploads_lesson_id'), ['lesson_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_uploads_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_uploads_touched_at'), ['touched_at'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('uploads', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_uploads_touched_at'))
        batch_op.drop_index(batch_op.f('ix_uploads_person_id'))
        batch_op.drop_index(batch_op.f('ix_uploads_lesson_id'))

    op.drop_table('uploads')
    with op.batch_alter_table('draft_lessons', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_draft_lessons_asset_id'))

    op.drop_table('draft_lessons')
    with op.batch_alter_table('drafts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_drafts_unit_id'))

    op.drop_table('drafts')
