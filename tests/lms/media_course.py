"""A course of a recording and a document as a package with real files, imported and worked on."""

import json
from pathlib import Path
from typing import Any

from lms.authoring import exchange
from lms.core import jobs
from lms.extensions import db
from lms.federations.models import Unit
from tests.factories import Tree, tree
from tests.media import papers, sounds

SECONDS = 12
CAPTIONS = (
    "WEBVTT\n\n00:00.000 --> 00:04.000\n进门以前先敲门。\n\n00:07.000 --> 00:10.000\n坐下以后先问好。\n"
)


def folder(
    path: Path, *, watching: dict[str, Any] | None = None, download: bool = True, document_first: bool = False
) -> Path:
    """Write the package."""
    for name in ("audio", "files", "lessons", "quiz"):
        (path / name).mkdir(parents=True)
    sounds.tone(path / "audio" / "talk.mp3", SECONDS)
    (path / "audio" / "talk.vtt").write_text(CAPTIONS, "utf-8")
    papers.sheets(path / "files" / "leaf.pdf")
    (path / "lessons" / "one.md").write_text("先敲门，再问好。", "utf-8")
    checks = [
        {"id": one, "kind": "single", "stem": f"题 {one}", "key": ["b"], "explanation": "", "lesson": "",
         "options": [{"id": "a", "text": "甲"}, {"id": "b", "text": "乙"}]}
        for one in ("c1", "c2")
    ]  # fmt: skip
    (path / "quiz" / "checks.json").write_text(json.dumps({"items": checks}), "utf-8")
    hear = {
        "id": "hear", "kind": "audio", "title": "听一听", "minutes": 1, "audio": "audio/talk.mp3",
        "captions": "audio/talk.vtt", "pages": [{"body": "lessons/one.md", "min_seconds": 5}], "checks": ["c1", "c2"],
    }  # fmt: skip
    leaf = {
        "id": "leaf", "kind": "document", "title": "翻一翻", "minutes": 1, "document": "files/leaf.pdf", "min_seconds": 20,
        "download": download,
    }  # fmt: skip
    lessons = [leaf, hear] if document_first else [hear, leaf]
    course = {
        "format": 1, "slug": "small", "title": "听和翻", "summary": "听一段，翻几页。", "tier": "intro",
        "category": "general", "modules": [{"id": "m", "title": "单元", "lessons": lessons}],
    }  # fmt: skip
    (path / "course.json").write_text(
        json.dumps(course | ({"watching": watching} if watching else {})), "utf-8"
    )
    return path


def work() -> None:
    """Let the heavy worker do what waits."""
    while jobs.run_one(jobs.Lane.HEAVY):
        pass


def brought_in(path: Path, unit_id: int, **more: Any) -> None:
    """Import and publish the package of a new folder for a unit and let the worker make everything."""
    version = exchange.bring_in(folder(path, **more), unit_id=unit_id, actor_id=None, while_processing=True)
    db.session.commit()
    version_id = version.id
    work()
    assert exchange.refusals(version_id) == []
    assert exchange.all_ready(version_id)


def published(path: Path, **more: Any) -> Tree:
    """Import and publish the package of a new folder for a county, let the worker make everything; return the units."""
    made = tree()
    ids = {name: unit.id for name, unit in vars(made).items()}
    brought_in(path, made.county.id, **more)  # ends the session: what was fetched before is fetched anew
    return Tree(**{name: db.session.get_one(Unit, unit_id) for name, unit_id in ids.items()})
