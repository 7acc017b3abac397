"""Reading the catalogue."""

from collections.abc import Sequence

from flask import current_app
from sqlalchemy import bindparam, func, select

from courses.model import Course as CourseDocument
from lms.assets.models import AssetKind, AssetPage, MediaAsset
from lms.catalogue.models import Course, CourseState, CourseVersion, VersionAsset, parsed
from lms.core.errors import Missing
from lms.extensions import db

# Built once: the pages of a course ask these each time.
_BY_SLUG = select(Course).where(Course.slug == bindparam("slug"), Course.state == CourseState.PUBLISHED)
_DURATIONS = (
    select(VersionAsset.lesson_id, MediaAsset.duration)
    .join(MediaAsset, MediaAsset.id == VersionAsset.asset_id)
    .where(VersionAsset.version_id == bindparam("version"), MediaAsset.kind != AssetKind.DOCUMENT)
)


def published(
    *, tier: str = "", category: str = "", without: Sequence[int] = (), limit: int | None = None
) -> Sequence[Course]:
    """Return the published courses, narrowed by tier and category when given, in a steady order."""
    query = select(Course).where(Course.state == CourseState.PUBLISHED).order_by(Course.id).limit(limit)
    if without:
        query = query.where(Course.id.not_in(without))
    if tier:
        query = query.where(Course.tier == tier)
    if category:
        query = query.where(Course.category == category)
    return db.session.scalars(query).all()


def by_slug(slug: str) -> Course:
    """Return a published course by its name in addresses; raises Missing."""
    course = db.session.scalar(_BY_SLUG, {"slug": slug})
    if course is None:
        raise Missing("没有找到这门课。可能已经下架，您可以看看别的课。")
    return course


def titles(slugs: Sequence[str]) -> dict[str, str]:
    """Return slug → title of these courses, those that are known."""
    rows = db.session.execute(select(Course.slug, Course.title).where(Course.slug.in_(slugs)))
    return {slug: title for slug, title in rows}


def content_of(version_id: int) -> CourseDocument:
    """Return the course document of a version; fetched and parsed once a process."""
    return parsed(version_id, lambda: db.session.get_one(CourseVersion, version_id).document)


def asset_of(version: CourseVersion, lesson_id: str) -> MediaAsset | None:
    """Return the asset a lesson of a version plays, None when it has none."""
    return db.session.scalar(
        select(MediaAsset)
        .join(VersionAsset, VersionAsset.asset_id == MediaAsset.id)
        .where(VersionAsset.version_id == version.id, VersionAsset.lesson_id == lesson_id)
    )


def durations(version_id: int) -> dict[str, float]:
    """Return lesson id → seconds of its film or recording, once ready; a whole version is asked once."""
    whole: dict[int, dict[str, float]] = current_app.extensions.setdefault("lms_durations", {})
    if version_id in whole:
        return whole[version_id]
    rows = db.session.connection().execute(_DURATIONS, {"version": version_id}).all()
    found = {lesson_id: seconds for lesson_id, seconds in rows if seconds is not None}
    if len(found) == len(rows):
        whole[version_id] = found
    return found


def page_counts(version_id: int) -> dict[str, int]:
    """Return lesson id → how many pages its document has, for the documents that are ready."""
    rows = db.session.execute(
        select(VersionAsset.lesson_id, func.count())
        .join(AssetPage, AssetPage.asset_id == VersionAsset.asset_id)
        .where(VersionAsset.version_id == version_id)
        .group_by(VersionAsset.lesson_id)
    )
    return {lesson_id: count for lesson_id, count in rows}
