"""Excel exports, and the order of names in lists"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0004'
down_revision: str | Sequence[str] | None = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('exports',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('purpose', sa.String(), nullable=False),
    sa.Column('selection', sa.JSON(), nullable=False),
    sa.Column('full_phones', sa.Boolean(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ready_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('rows', sa.Integer(), nullable=True),
    sa.Column('size', sa.Integer(), nullable=True),
    sa.Column('digest', sa.String(), nullable=True),
    sa.Column('storage_key', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['asked_by_id'], ['people.id'], name=op.f('fk_exports_asked_by_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_exports_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exports'))
    )
    op.create_index(op.f('ix_exports_unit_id'), 'exports', ['unit_id'])
    op.create_index(op.f('ix_exports_expires_at'), 'exports', ['expires_at'])
    op.add_column('people', sa.Column('name_order', sa.String(), server_default='', nullable=False))
    op.create_index('ix_people_state', 'people', ['state'])
    _fill()


def _fill() -> None:
    people = sa.table('people', sa.column('id', sa.Integer), sa.column('name', sa.String), sa.column('name_order', sa.String))
    bind = op.get_bind()
    for row in bind.execute(sa.select(people.c.id, people.c.name)).all():
        bind.execute(people.update().where(people.c.id == row.id).values(name_order=row.name.encode('gb18030', 'replace').hex()))


def downgrade() -> None:
    op.drop_index('ix_people_state', table_name='people')
    op.drop_column('people', 'name_order')
    op.drop_index(op.f('ix_exports_expires_at'), table_name='exports')
    op.drop_index(op.f('ix_exports_unit_id'), table_name='exports')
    op.drop_table('exports')
