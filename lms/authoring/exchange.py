"""Bring a course package in: the one importer of the starter course and of anyone's file."""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from flask import current_app
from sqlalchemy import func, select

from courses.formats import package
from courses.formats.package import Package, VideoFiles
from courses.model import Course, Lesson, VideoBody
from lms.assets import commands as assets
from lms.assets.models import AssetStatus, MediaAsset
from lms.catalogue import pages
from lms.catalogue.commands import publish
from lms.catalogue.models import CourseVersion, VersionAsset
from lms.extensions import db


def bring_in(path: Path, *, unit_id: int, actor_id: int | None, while_processing: bool) -> CourseVersion:
    """Read, keep the media, publish; all or nothing. Raises CourseError, Conflict, MediaError."""
    incoming = package.read(path)
    pages.require(incoming.course)
    base: Path = current_app.extensions["lms_settings"].data / "tmp"
    base.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="import-", dir=base))
    try:
        kept = {
            lesson_id: _keep(incoming, lesson_id, files, unit_id, scratch)
            for lesson_id, files in incoming.videos.items()
        }
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    content = _with_keys(incoming.course, kept)
    return publish(content, kept, unit_id=unit_id, actor_id=actor_id, while_processing=while_processing)


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
    return assets.receive(
        assets.Incoming(main, captions, files.is_slides, recording=source.extract),
        title=incoming.course.lesson(lesson_id).title,
        unit_id=unit_id,
        scratch=folder,
    )


def _with_keys(course: Course, kept: dict[str, MediaAsset]) -> Course:
    """Return the course with each video lesson holding the key of its kept asset."""

    def keyed(lesson: Lesson) -> Lesson:
        if isinstance(lesson.body, VideoBody) and lesson.id in kept:
            return replace(lesson, body=replace(lesson.body, asset=kept[lesson.id].key))
        return lesson

    modules = tuple(
        replace(module, lessons=tuple(keyed(lesson) for lesson in module.lessons))
        for module in course.modules
    )
    return replace(course, modules=modules)


def all_ready(version_id: int) -> bool:
    """Say whether every video of a version is ready, or was refused: then nothing is left to wait for."""
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
    """Return the sentences of the videos of a version that cannot be used."""
    rows = db.session.scalars(
        select(MediaAsset.reason)
        .join(VersionAsset, VersionAsset.asset_id == MediaAsset.id)
        .where(VersionAsset.version_id == version_id, MediaAsset.status == AssetStatus.REFUSED)
    )
    return [reason or "" for reason in rows]
