"""the version of a course refers to a version: PostgreSQL left this key out at first (SQLite has it)"""

from collections.abc import Sequence

from alembic import op

revision: str = '0003'
down_revision: str | Sequence[str] | None = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.create_foreign_key(
            'fk_courses_version_id', 'courses', 'course_versions', ['version_id'], ['id']
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.drop_constraint('fk_courses_version_id', 'courses', type_='foreignkey')
