"""The passages of everything that may be found, read downward from the rooms that own it.

Papers are never read: a question found by its words would be a paper given away. No name, phone or number of a person
stands in any of this.
"""

import html
from collections.abc import Iterator, Mapping
from io import StringIO

from flask import current_app
from markdown_it import MarkdownIt
from sqlalchemy import select

from courses import local
from courses.model import DocumentBody, Lesson, Played, TextBody
from lms.assets.commands import storage
from lms.assets.models import AssetPage, AssetStatus, MediaAsset, Rendition
from lms.catalogue.models import Course, CourseState, CourseVersion, VersionAsset
from lms.extensions import db
from lms.materials.models import Material, MaterialStatus
from lms.search.engine import Kind, Passage, Source
from media import captions
from media.errors import MediaError

_markdown = MarkdownIt("js-default", {"html": False, "linkify": False})


def sources() -> Mapping[str, Source]:
    """Return key → source of everything that belongs into the index now."""
    return {one.key: one for one in (*_courses(), *_materials())}


def course_key(course_id: int, version_id: int) -> str:
    """Return the key of a course in one version."""
    return f"course:{course_id}@{version_id}"


def material_key(material_id: int) -> str:
    """Return the key of a material; its content never changes."""
    return f"material:{material_id}"


def _materials() -> Iterator[Source]:
    rows = db.session.execute(
        select(Material.id, Material.ready_at).where(Material.status == MaterialStatus.READY)
    )
    for material_id, ready_at in rows:
        yield Source(material_key(material_id), f"{ready_at:%y%m%d%H%M%S}")


def _courses() -> Iterator[Source]:
    films = _films()
    rows = db.session.execute(
        select(Course.id, Course.version_id).where(Course.state == CourseState.PUBLISHED)
    )
    for course_id, version_id in rows:
        if version_id is not None:
            yield Source(course_key(course_id, version_id), films.get(version_id, ""))


def _films() -> dict[int, str]:
    """Return version → the ready films of the versions in the catalogue: captions come with them."""
    rows = db.session.execute(
        select(VersionAsset.version_id, MediaAsset.id, MediaAsset.ready_at)
        .join(MediaAsset, MediaAsset.id == VersionAsset.asset_id)
        .join(Course, Course.version_id == VersionAsset.version_id)
        .where(MediaAsset.status == AssetStatus.READY)
        .order_by(VersionAsset.version_id, MediaAsset.id)
    )
    found: dict[int, str] = {}
    for version_id, asset_id, ready_at in rows:
        found[version_id] = f"{found.get(version_id, '')} {asset_id}:{ready_at:%y%m%d%H%M%S}".strip()
    return found


def of(source: Source) -> Iterator[Passage]:
    """Yield the passages of one source; nothing for one that is gone meanwhile."""
    kind, _, rest = source.key.partition(":")
    if kind == "course":
        version = db.session.get(CourseVersion, int(rest.partition("@")[2]))
        if version is not None:
            yield from _of_course(source, version)
    else:
        yield from _of_material(source, int(rest))


def _of_material(source: Source, material_id: int) -> Iterator[Passage]:
    material = db.session.get(Material, material_id)
    for page in material.pages if material else ():
        heading = page.material.title if page.n == 1 else ""
        yield Passage(source, Kind.MATERIAL, page.material.title, page.text, n=page.n, heading=heading)


def _of_course(source: Source, version: CourseVersion) -> Iterator[Passage]:
    content = version.content
    about = [content.summary, content.audience, *content.outcomes, content.title_en, content.summary_en]
    yield Passage(source, Kind.COURSE, content.title, "\n".join(filter(None, about)), heading=content.title)
    tracks, sheets = _tracks(version.id), _sheets(version.id)
    for lesson in content.lessons():
        yield from _of_lesson(source, lesson)
        for n, words in sheets.get(lesson.id, ()):
            yield Passage(source, Kind.PAGE, lesson.title, words, lesson.id, n)
        if lesson.id in tracks and (track := _captions(tracks[lesson.id])):
            text, marks = track
            yield Passage(source, Kind.CAPTION, lesson.title, text, lesson.id, marks=marks)


def _of_lesson(source: Source, lesson: Lesson) -> Iterator[Passage]:
    body = lesson.body
    text = plain(local.fill(body.markdown, {})) if isinstance(body, TextBody | DocumentBody) else ""
    words = "\n".join(filter(None, (text, lesson.title_en)))
    yield Passage(source, Kind.LESSON, lesson.title, words, lesson.id, heading=lesson.title)
    if isinstance(body, Played):
        for number, page in enumerate(body.pages, 1):
            yield Passage(
                source, Kind.PAGE, lesson.title, plain(local.fill(page.markdown, {})), lesson.id, number
            )


def _tracks(version_id: int) -> dict[str, str]:
    """Return lesson → where its captions are kept."""
    rows = db.session.execute(
        select(VersionAsset.lesson_id, Rendition.storage_key)
        .join(Rendition, Rendition.asset_id == VersionAsset.asset_id)
        .join(MediaAsset, MediaAsset.id == VersionAsset.asset_id)
        .where(
            VersionAsset.version_id == version_id,
            Rendition.role == "captions",
            MediaAsset.status == AssetStatus.READY,
        )
    )
    return {lesson_id: key for lesson_id, key in rows}


def _sheets(version_id: int) -> dict[str, list[tuple[int, str]]]:
    """Return lesson → (number, words) of the pages of its document."""
    rows = db.session.execute(
        select(VersionAsset.lesson_id, AssetPage.n, AssetPage.text)
        .join(AssetPage, AssetPage.asset_id == VersionAsset.asset_id)
        .where(VersionAsset.version_id == version_id, AssetPage.text != "")
        .order_by(VersionAsset.lesson_id, AssetPage.n)
    )
    found: dict[str, list[tuple[int, str]]] = {}
    for lesson_id, n, words in rows:
        found.setdefault(lesson_id, []).append((n, words))
    return found


def _captions(storage_key: str) -> tuple[str, tuple[tuple[int, float], ...]] | None:
    """Return the words of a track as one text, and which second each piece begins at."""
    try:
        with storage().open(storage_key) as file:
            cues = captions.parse(file.read().decode("utf-8", "replace"))
    except MediaError as error:  # a film without its captions is still a film
        current_app.logger.warning("captions %s: %s", storage_key, error.code)
        return None
    text, marks = StringIO(), []
    for cue in cues:
        marks.append((text.tell(), round(cue.start, 1)))
        text.write(f"{html.unescape(cue.text)}\n")
    return text.getvalue(), tuple(marks)


def plain(markdown: str) -> str:
    """Return the words of Markdown as a reader sees them."""
    lines: list[str] = []
    for block in _markdown.parse(markdown):
        if block.type in ("fence", "code_block"):
            lines.append(block.content)
        elif block.type == "inline":
            lines.append("".join(_said(one.type, one.content) for one in block.children or []))
    return "\n".join(lines)


def _said(kind: str, content: str) -> str:
    return "\n" if kind in ("softbreak", "hardbreak") else content
