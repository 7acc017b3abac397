"""flask materials import."""

import sys
from pathlib import Path
from typing import Any

from lms.core import jobs
from lms.core.errors import Conflict, Invalid
from lms.extensions import db
from lms.federations import queries as units
from lms.materials import commands
from lms.materials.commands import Incoming
from lms.materials.models import Material, MaterialStatus, Visibility


def bring_in(folder: str) -> dict[str, Any]:
    """Take in every file of a folder for the top unit, for everyone to read; one bad file, and none is taken."""
    place, tops = Path(folder), units.roots()
    if not place.is_dir():
        raise Conflict(f"没有文件夹“{folder}”。请检查名字。")
    if not tops:
        raise Conflict("还没有任何单位。请先用 units import 或 demo 建立单位。")
    good, problems = _examined(place)
    if problems:
        return {"ok": False, "problems": problems, "materials": []}
    made = [_taken(one, tops[0].id) for one in good]
    db.session.commit()
    numbers = [one.id for one in made]
    while _waiting(numbers) and jobs.run_one(jobs.Lane.HEAVY):
        pass
    return _told(numbers)


def _examined(place: Path) -> tuple[list[Incoming], list[dict[str, Any]]]:
    good, problems = [], []
    for path in sorted(place.iterdir()):
        if path.is_file() and not path.name.startswith("."):
            try:
                good.append(commands.examine(path, path.name))
            except Invalid as error:
                problems.append(_problem(path.name, error.message))
    if not good and not problems:
        raise Conflict("文件夹里没有文件。")
    return good, problems


def _problem(name: str, message: str) -> dict[str, Any]:
    return {"file": name, "line": 0, "item": "", "code": "refused", "message": message}


def _taken(incoming: Incoming, unit_id: int) -> Material:
    print(incoming.name, file=sys.stderr)
    return commands.take(incoming, title="", unit_id=unit_id, visibility=Visibility.PUBLIC, actor_id=None)


def _waiting(numbers: list[int]) -> bool:
    rows = [db.session.get_one(Material, number) for number in numbers]
    return any(one.status == MaterialStatus.RECEIVED for one in rows)


def _told(numbers: list[int]) -> dict[str, Any]:
    rows = [db.session.get_one(Material, number) for number in numbers]
    refused = [_problem(one.file_name, one.reason or "") for one in rows if one.status == "refused"]
    return {
        "ok": not refused,
        "problems": refused,
        "materials": [
            {"id": one.id, "title": one.title, "kind": one.kind, "pages": one.page_count} for one in rows
        ],
    }
