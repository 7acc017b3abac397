"""flask init: folders, keys, the newest migration."""

from typing import Any

from flask_migrate import upgrade


def init() -> dict[str, Any]:
    """Bring the database to the newest migration; safe to repeat."""
    upgrade()
    return {}
