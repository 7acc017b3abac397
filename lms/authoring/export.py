"""A draft as a course package: the zip that the import and `flask courses import` read."""

import json
import shutil
import zipfile
from pathlib import Path
from typing import IO, Any

from flask_babel import gettext as _

from courses.formats.package import FORMAT
from lms.assets.commands import storage
from lms.assets.models import MediaAsset
from lms.authoring import documents
from lms.authoring.models import Draft, DraftLesson
from lms.core import bodies
from lms.core.errors import Conflict

MOST_BYTES = 300 * bodies.MEGABYTE
PLAIN = (
    "title", "title_en", "summary", "summary_en", "tier", "category", "audience", "hours", "outcomes", "sources",
    "review", "prerequisites",
)  # fmt: skip
"""What of the details a package holds in the same words."""
KINDS = ("text", "video", "quiz")


def write(draft: Draft, out: IO[bytes]) -> None:
    """Write the package; raises Conflict for lessons that do not fit into one, or films too large."""
    _require_fitting(draft)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        content = documents.content_of(draft)
        written = {row.lesson_id: row for row in draft.lessons}
        modules = [
            {
                "id": module.id,
                "title": module.title,
                "lessons": [_lesson(archive, written[one.id], list(one.requires)) for one in module.lessons],
            }
            for module in content.modules
        ]
        head = {name: draft.details[name] for name in PLAIN}
        _put_json(archive, "course.json", {"format": FORMAT, "slug": draft.slug, **head, "modules": modules})


def _require_fitting(draft: Draft) -> None:
    if any(value for name, value in draft.details.items() if name not in (*PLAIN, "modules")):
        raise Conflict(_("这门课有网页上改不了的设置，导出会丢。请用原来的课程包。"))
    for row in draft.lessons:
        if row.kind not in KINDS:
            raise Conflict(_("《%(title)s》这种课还不能导出。", title=row.title))
        if row.asset is not None and row.asset.kind != "video":
            raise Conflict(
                _("《%(title)s》的视频是用讲稿做的，还不能导出。请用原来的课程包。", title=row.title)
            )
    keys = [row.asset.source_key for row in draft.lessons if row.asset is not None]
    if not all(storage().exists(key) for key in keys):
        raise Conflict(_("有一个视频的原件不见了，导出不了。请告诉管理这个网站的人。"))
    films = sum(storage().size(key) for key in keys)
    if films > MOST_BYTES:
        raise Conflict(_("视频一共超过 300 MB，不能在网页上导出。请让管理网站的人用命令导出。"))
    bodies.require_room(films)


def _put_json(archive: zipfile.ZipFile, name: str, data: object) -> None:
    archive.writestr(name, json.dumps(data, ensure_ascii=False, indent=1))


def _lesson(archive: zipfile.ZipFile, row: DraftLesson, requires: list[str]) -> dict[str, Any]:
    own = {
        "id": row.lesson_id, "kind": row.kind, "title": row.title, "title_en": row.title_en, "minutes": row.minutes,
        "requires": requires,
    }  # fmt: skip
    return own | {"text": _text, "video": _video, "quiz": _paper}[row.kind](archive, row)


def _text(archive: zipfile.ZipFile, row: DraftLesson) -> dict[str, Any]:
    name = f"lessons/{row.lesson_id}.md"
    archive.writestr(name, row.body["markdown"])
    return {"body": name, "min_seconds": row.body["min_seconds"]}


def _paper(archive: zipfile.ZipFile, row: DraftLesson) -> dict[str, Any]:
    name = f"quiz/{row.lesson_id}.json"
    _put_json(archive, name, {"items": row.body["items"]})
    kept = ("pass_mark", "tries", "shuffle", "shuffle_options", "draws", "limit_minutes")
    return {"items": name, **{one: row.body[one] for one in kept if one in row.body}}


def _video(archive: zipfile.ZipFile, row: DraftLesson) -> dict[str, Any]:
    body, told = row.body, {"watched_share": row.body["watched_share"]}
    pages = []
    for number, page in enumerate(body["pages"], start=1):
        name = f"lessons/{row.lesson_id}-{number}.md"
        archive.writestr(name, page["markdown"])
        pages.append({"body": name, "min_seconds": page["min_seconds"]})
    if body["checks"]:
        name = f"quiz/{row.lesson_id}-checks.json"
        _put_json(archive, name, {"items": body["checks"]})
        told |= {"checks_file": name, "checks": [item["id"] for item in body["checks"]]}
    return told | {"pages": pages} | _film(archive, row.lesson_id, row.asset)


def _film(archive: zipfile.ZipFile, lesson_id: str, asset: MediaAsset | None) -> dict[str, str]:
    if asset is None:
        return {}
    name = f"video/{lesson_id}{Path(asset.source_key).suffix}"
    _copy(archive, asset.source_key, name)
    if asset.captions_key is None:
        return {"video": name}
    captions = f"video/{lesson_id}{Path(asset.captions_key).suffix}"
    _copy(archive, asset.captions_key, captions)
    return {"video": name, "captions": captions}


def _copy(archive: zipfile.ZipFile, key: str, name: str) -> None:
    """Write a stored file as it is: films do not get smaller by packing."""
    entry = zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0))
    with storage().open(key) as incoming, archive.open(entry, "w", force_zip64=True) as out:
        shutil.copyfileobj(incoming, out, bodies.MEGABYTE)
