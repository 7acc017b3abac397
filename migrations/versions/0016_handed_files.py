"""assignments: a file is handed in and kept as it came"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0016"
down_revision: str | Sequence[str] | None = "0015"
branch_labels = None
depends_on = None

COLUMNS = (("file_key", sa.String()), ("file_name", sa.String()), ("file_size", sa.Integer()), ("file_digest", sa.String()))


def upgrade() -> None:
    for name, kind in COLUMNS:
        op.add_column("hand_ins", sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    for name, _ in reversed(COLUMNS):
        op.drop_column("hand_ins", name)
