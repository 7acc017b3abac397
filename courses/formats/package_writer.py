"""A course to a package: the files that the reader reads, in a folder or a zip, all or nothing."""

import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping, Set
from pathlib import Path
from typing import Any

from courses import plain
from courses.formats.bank import refuse
from courses.formats.package_lessons import CHECKS, MediaFiles
from courses.formats.source import Source
from courses.items import Item, codec
from courses.model import (
    AssignmentBody,
    AudioBody,
    Category,
    ClassroomBody,
    Course,
    DocumentBody,
    Lesson,
    Module,
    QuizBody,
    Review,
    SurveyBody,
    TextBody,
    TextPage,
    Tier,
    VideoBody,
)

Texts = dict[str, str]
PACKED_AT = (2026, 1, 1, 0, 0, 0)
WORDS = (".json", ".md", ".srt", ".svg", ".txt", ".vtt")


class _Writer:
    """Gathers the text files of a package."""

    def __init__(self, media: Mapping[str, MediaFiles]) -> None:
        self.texts: Texts = {}
        self._media = media

    def course(self, course: Course) -> None:
        """Write course.json and whatever it names."""
        head = plain.dump(course, {Module: self._module})
        rules = head.pop("rules", None)
        if rules:
            head["completion"] = rules
        for name, file in (("handout", "handout.md"), ("cover", "cover.svg")):
            if head.get(name):
                self.texts[file], head[name] = head[name], file
        self._json("course.json", {"format": 1, **head})

    def _json(self, name: str, data: Any) -> None:
        self.texts[name] = json.dumps(data, ensure_ascii=False, indent=1) + "\n"

    def _module(self, module: Module) -> dict[str, Any]:
        return {
            "id": module.id,
            "title": module.title,
            "lessons": [self._lesson(one) for one in module.lessons],
        }

    def _lesson(self, lesson: Lesson) -> dict[str, Any]:
        head: dict[str, Any] = {
            "id": lesson.id,
            "kind": str(lesson.kind),
            "title": lesson.title,
            "title_en": lesson.title_en,
        }
        head |= {
            "minutes": lesson.minutes,
            **({"requires": list(lesson.requires)} if lesson.requires else {}),
        }
        return head | _BODIES[type(lesson.body)](self, lesson.id, lesson.body)

    def prose(self, name: str, markdown: str) -> str:
        """Keep a text file and return its name."""
        self.texts[f"lessons/{name}.md"] = markdown
        return f"lessons/{name}.md"

    def items(self, name: str, items: Iterable[Item]) -> str:
        """Keep a file of items and return its name."""
        self._json(f"quiz/{name}.json", {"items": [codec.to_json(one) for one in items]})
        return f"quiz/{name}.json"

    def medium(self, lesson_id: str, name: str, asset: str) -> dict[str, Any]:
        """The file of a video, audio or document lesson, with its captions."""
        files = self._media.get(lesson_id, MediaFiles(asset, None, False))
        kind = "slides" if files.is_slides else name
        return {kind: files.main} | ({"captions": files.captions} if files.captions else {})


def _played(writer: _Writer, lesson_id: str, body: VideoBody | AudioBody) -> dict[str, Any]:
    share = (
        {"watched_share": body.watched_share}
        if isinstance(body, VideoBody)
        else {"heard_share": body.heard_share}
    )
    data = writer.medium(lesson_id, "video" if isinstance(body, VideoBody) else "audio", body.asset) | share
    if body.pages:
        data["pages"] = [_page(writer, lesson_id, at, page) for at, page in enumerate(body.pages, start=1)]
    if body.checks:
        file = writer.items(f"{lesson_id}-checks", body.checks)
        data |= {"checks": [one.id for one in body.checks], "checks_file": file}
    return data


def _page(writer: _Writer, lesson_id: str, at: int, page: TextPage) -> dict[str, Any]:
    return {"body": writer.prose(f"{lesson_id}-{at}", page.markdown), "min_seconds": page.min_seconds}


def _text(writer: _Writer, lesson_id: str, body: TextBody) -> dict[str, Any]:
    return {"body": writer.prose(lesson_id, body.markdown), "min_seconds": body.min_seconds}


def _document(writer: _Writer, lesson_id: str, body: DocumentBody) -> dict[str, Any]:
    data = writer.medium(lesson_id, "document", body.asset) | {"min_seconds": body.min_seconds}
    if body.download:
        data["download"] = True
    return data | ({"body": writer.prose(lesson_id, body.markdown)} if body.markdown else {})


def _told(
    writer: _Writer, lesson_id: str, body: ClassroomBody | AssignmentBody | SurveyBody
) -> dict[str, Any]:
    data: dict[str, Any] = plain.dump(body, {})
    markdown = data.pop("markdown")
    return data | ({"body": writer.prose(lesson_id, markdown)} if markdown else {})


def _quiz(writer: _Writer, lesson_id: str, body: QuizBody) -> dict[str, Any]:
    data: dict[str, Any] = plain.dump(body, {Item: codec.to_json})
    return data | {"items": writer.items(lesson_id, body.items)}


_BODIES: Mapping[type, Callable[[_Writer, str, Any], dict[str, Any]]] = {
    TextBody: _text,
    VideoBody: _played,
    AudioBody: _played,
    DocumentBody: _document,
    ClassroomBody: _told,
    QuizBody: _quiz,
    AssignmentBody: _told,
    SurveyBody: _told,
}


def write(
    course: Course,
    target: Path,
    *,
    media: Mapping[str, MediaFiles] | None = None,
    source: Source | None = None,
    pictures: Mapping[str, bytes] | None = None,
) -> None:
    """Write a package as a zip (a name ending in .zip) or a new folder; other files are taken from `source`."""
    if target.exists():
        raise refuse(target.name, "exists", f"“{target.name}”已经有了。请换一个名字，或先把它移走。")
    writer = _Writer(media or {})
    writer.course(course)
    scratch = Path(tempfile.mkdtemp(prefix=".package-", dir=target.absolute().parent))
    try:
        folder = scratch / "package"
        kept = {name for one in (media or {}).values() for name in (one.main, one.captions) if name}
        _fill(folder, writer.texts, pictures or {}, source, kept)
        if target.suffix.lower() == ".zip":
            _pack(folder, scratch / "package.zip")
            (scratch / "package.zip").replace(target)
        else:
            folder.replace(target)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _fill(
    folder: Path, texts: Texts, pictures: Mapping[str, bytes], source: Source | None, kept: Set[str]
) -> None:
    """Put texts, pictures and the other files of the source into a folder; those named in `kept` are never prose."""
    for name, text in texts.items():
        _place(folder, name).write_text(text, "utf-8", newline="\n")
    for name, data in pictures.items():
        _place(folder, name).write_bytes(data)
    for name in source.sizes if source else ():
        if source and (name in kept or not _is_prose(name)) and not (folder / name).exists():
            source.extract(name, _place(folder, name))


def _is_prose(name: str) -> bool:
    """Say whether a file of a package holds what the course says, which is written anew."""
    return name.endswith((".md", "course.json")) or name == CHECKS or name.startswith("quiz/")


def _place(folder: Path, name: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _pack(folder: Path, target: Path) -> None:
    """Pack in the order of names and without times: the same course gives the same bytes. Films are kept as they are."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), PACKED_AT)
                entry.compress_type = zipfile.ZIP_DEFLATED if path.suffix in WORDS else zipfile.ZIP_STORED
                entry.external_attr = 0o100644 << 16
                with path.open("rb") as file, archive.open(entry, "w", force_zip64=True) as out:
                    shutil.copyfileobj(file, out)


def around(items: Iterable[Item], title: str) -> Course:
    """Return the smallest course that holds these items: one quiz."""
    quiz = Lesson("quiz", title, "", 10, QuizBody(tuple(items), 80, None, False))
    return Course(
        slug="questions", title=title, title_en="", summary=title, summary_en="", tier=Tier.INTRO, category=Category.GENERAL,
        audience="", hours=1.0, outcomes=(), sources=(), review=Review.NONE, modules=(Module("m1", title, (quiz,)),),
    )  # fmt: skip
