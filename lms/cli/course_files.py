"""flask courses import, flask courses export."""

from pathlib import Path
from typing import Any

from lms.authoring import exchange, outgoing
from lms.catalogue.queries import by_slug
from lms.catalogue.reviews import WaitsForExpert
from lms.core import jobs
from lms.core.errors import Conflict, Invalid
from lms.extensions import db
from lms.federations import queries as units
from lms.federations.models import Unit


def bring_in(path: str, publish: bool) -> dict[str, Any]:
    """Import a package for the top unit; with `publish` its media is processed in the foreground.

    A course that waits for an expert is not published outside a demo: without `publish` it becomes a draft to review.
    """
    tops = units.roots()
    if not tops:
        raise Conflict("还没有任何单位。请先用 units import 或 demo 建立单位。")
    try:
        version = exchange.bring_in(Path(path), unit_id=tops[0].id, actor_id=None, while_processing=True)
    except WaitsForExpert:
        db.session.rollback()
        if publish:
            raise
        return _as_draft(path, tops[0])
    db.session.commit()
    answer = {"slug": version.content.slug, "version": version.number}
    version_id = version.id
    while publish and not exchange.all_ready(version_id) and jobs.run_one(jobs.Lane.HEAVY):
        pass
    refused = exchange.refusals(version_id)
    if refused:
        raise Conflict("；".join(refused))
    return answer


def _as_draft(path: str, unit: Unit) -> dict[str, Any]:
    draft = exchange.bring_in_draft(Path(path), unit=unit, actor_id=None, replace_draft=False)
    db.session.commit()
    return {"slug": draft.slug, "draft": draft.id, "waits_for": "expert"}


def bring_out(slug: str, path: str) -> dict[str, Any]:
    """Write the present version of a published course as a package."""
    target, version = Path(path), by_slug(slug).version
    if version is None:
        raise Conflict("这门课还没有发布。")
    if not target.absolute().parent.is_dir():
        raise Invalid(f"没有文件夹“{target.absolute().parent}”。请先建好，或换一个地方。")
    outgoing.write(version, target)
    return {"slug": slug, "version": version.number, "file": target.name}
