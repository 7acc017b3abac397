"""flask courses import."""

from pathlib import Path
from typing import Any

from lms.authoring import exchange
from lms.core import jobs
from lms.core.errors import Conflict
from lms.extensions import db
from lms.federations import queries as units


def bring_in(path: str, publish: bool) -> dict[str, Any]:
    """Import a package for the top unit; with `publish` its media is processed in the foreground."""
    tops = units.roots()
    if not tops:
        raise Conflict("还没有任何单位。请先用 units import 或 demo 建立单位。")
    version = exchange.bring_in(Path(path), unit_id=tops[0].id, actor_id=None, while_processing=True)
    db.session.commit()
    answer = {"slug": version.content.slug, "version": version.number}
    version_id = version.id
    while publish and not exchange.all_ready(version_id) and jobs.run_one(jobs.Lane.HEAVY):
        pass
    refused = exchange.refusals(version_id)
    if refused:
        raise Conflict("；".join(refused))
    return answer
