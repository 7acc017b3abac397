"""Bring a course package in: the one importer of the starter course and of anyone's file."""

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from sqlalchemy import func, select

from courses.errors import CourseError, Problem
from courses.formats import package, package_pictures
from courses.formats.package import Package, VideoFiles
from courses.model import Course as Document
from courses.model import DocumentBody, Lesson, Played
from lms.assets import commands as assets
from lms.assets import pictures
from lms.assets.models import AssetKind, AssetStatus, MediaAsset
from lms.authoring import commands
from lms.authoring.models import Draft
from lms.catalogue import reviews
from lms.catalogue.commands import publish
from lms.catalogue.models import Course, CourseVersion, VersionAsset
from lms.core import audit_log, bodies, clock
from lms.core.database import begin_write
from lms.core.errors import Conflict
from lms.extensions import db
from lms.federations.models import Unit
from media import paged, script
from media.errors import MediaError
from media.probe import probe, recording

LOOKS: Mapping[AssetKind, Callable[[Path], object]] = {
    AssetKind.VIDEO: probe,
    AssetKind.AUDIO: recording,
    AssetKind.DOCUMENT: lambda path: paged.look(path, path.name),
    AssetKind.SLIDES: script.read,
}
"""How each kind is looked at while the request waits."""


def bring_in(path: Path, *, unit_id: int, actor_id: int | None, while_processing: bool) -> CourseVersion:
    """Read, keep the media, publish; all or nothing. Raises CourseError, Conflict, MediaError."""
    incoming = package.read(path)
    shown = _with_pictures(incoming)
    reviews.require(shown)
    content, kept = _receive(shown, incoming, unit_id)
    return publish(content, kept, unit_id=unit_id, actor_id=actor_id, while_processing=while_processing)


def bring_in_draft(path: Path, *, unit: Unit, actor_id: int | None, replace_draft: bool) -> Draft:
    """Read, keep the media, fill a draft; all or nothing. Raises CourseError, Conflict, MediaError."""
    incoming = package.read(path)
    slug = incoming.course.slug
    _require_free(slug, unit, replace_draft=replace_draft)
    content, kept = _receive(_with_pictures(incoming), incoming, unit.id)
    begin_write(db.session)
    draft = _require_free(slug, unit, replace_draft=replace_draft)
    if draft is None:
        draft = Draft(slug=slug, unit_id=unit.id, details={}, created_at=clock.now())
    commands.fill(draft, content, kept, actor_id=actor_id)
    audit_log.record(actor_id, "draft.imported", "draft", draft.id, {"slug": slug, "unit": unit.id})
    return draft


def _require_free(slug: str, unit: Unit, *, replace_draft: bool) -> Draft | None:
    """Return the draft that the package takes the place of; raises Conflict for somebody else's address."""
    draft = db.session.scalar(select(Draft).where(Draft.slug == slug))
    course = db.session.scalar(select(Course).where(Course.slug == slug))
    taken = draft or course
    if taken is None:
        return None
    if taken.unit_id != unit.id:
        raise Conflict(f"地址“{slug}”已经被另一个单位的课程用了。请在 course.json 里换一个 slug。")
    if not replace_draft:
        raise Conflict(f"已经有一门课用着地址“{slug}”。要用这个包替换它的草稿，请勾选“替换”，再传一次。")
    return draft


def _receive(shown: Document, incoming: Package, unit_id: int) -> tuple[Document, dict[str, MediaAsset]]:
    """Keep every medium of a package; returns the document with their keys."""
    scratch = Path(tempfile.mkdtemp(prefix="import-", dir=bodies.scratch_folder()))
    try:
        kept = {
            lesson_id: _keep(incoming, lesson_id, files, unit_id, scratch)
            for lesson_id, files in incoming.videos.items()
        }
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return _with_keys(shown, kept), kept


def _with_pictures(incoming: Package) -> Document:
    """Keep every picture that the texts of a package show; returns the course showing them by their addresses."""
    names = {name: _picture(incoming, name) for name in incoming.pictures}
    return package_pictures.renamed(incoming.course, names)


def _picture(incoming: Package, name: str) -> str:
    try:
        return pictures.address(pictures.keep(incoming.source.read(name)))
    except MediaError as error:
        raise CourseError([Problem(name, 0, "", error.code, error.message)]) from error


def _keep(incoming: Package, lesson_id: str, files: VideoFiles, unit_id: int, scratch: Path) -> MediaAsset:
    source = incoming.source
    folder = scratch / lesson_id
    folder.mkdir()
    main = folder / Path(files.main).name
    source.extract(files.main, main)
    captions = None
    if files.captions:
        captions = folder / f"captions{Path(files.captions).suffix.lower()}"
        source.extract(files.captions, captions)
    lesson = incoming.course.lesson(lesson_id)
    kind = AssetKind.SLIDES if files.is_slides else AssetKind(lesson.kind)
    _require_usable(kind, main, files.main)
    return assets.receive(
        assets.Incoming(main, captions, kind, recording=source.extract),
        title=lesson.title,
        unit_id=unit_id,
        scratch=folder,
    )


def _require_usable(kind: AssetKind, path: Path, name: str) -> None:
    """Refuse what is not what its lesson needs before anything is kept, with the name it has in the package."""
    try:
        if kind in LOOKS:
            LOOKS[kind](path)
    except MediaError as error:
        raise CourseError([Problem(name, 0, "", error.code, error.message)]) from error


def _with_keys(course: Document, kept: dict[str, MediaAsset]) -> Document:
    """Return the course with each lesson of media holding the key of its kept asset."""

    def keyed(lesson: Lesson) -> Lesson:
        if isinstance(lesson.body, Played | DocumentBody) and lesson.id in kept:
            return replace(lesson, body=replace(lesson.body, asset=kept[lesson.id].key))
        return lesson

    modules = tuple(
        replace(module, lessons=tuple(keyed(lesson) for lesson in module.lessons))
        for module in course.modules
    )
    return replace(course, modules=modules)


def all_ready(version_id: int) -> bool:
    """Say whether every medium of a version is ready, or was refused: then nothing is left to wait for."""
    waiting = db.session.scalar(
        select(func.count())
        .select_from(VersionAsset)
        .join(MediaAsset, MediaAsset.id == VersionAsset.asset_id)
        .where(
            VersionAsset.version_id == version_id,
            MediaAsset.status.not_in([AssetStatus.READY, AssetStatus.REFUSED]),
        )
    )
    return not waiting


def refusals(version_id: int) -> list[str]:
    """Return the sentences of the media of a version that cannot be used."""
    rows = db.session.scalars(
        select(MediaAsset.reason)
        .join(VersionAsset, VersionAsset.asset_id == MediaAsset.id)
        .where(VersionAsset.version_id == version_id, MediaAsset.status == AssetStatus.REFUSED)
    )
    return [reason or "" for reason in rows]
