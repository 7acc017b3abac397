"""Changing the catalogue: add a course, publish a version, withdraw."""

from collections.abc import Mapping

from sqlalchemy import func, select

from courses import document
from courses.errors import CourseError
from courses.model import Course as CourseDocument
from courses.validation import problems_of
from lms.assets.models import AssetStatus, MediaAsset
from lms.catalogue import covers, reviews
from lms.catalogue.events import CoursePublished, CourseWithdrawn
from lms.catalogue.models import Course, CourseState, CourseVersion, VersionAsset
from lms.core import audit_log, clock
from lms.core.database import begin_write
from lms.core.errors import Conflict
from lms.core.events import publish as tell
from lms.extensions import db

MEDIA = {"video": "视频", "slides": "视频", "audio": "录音", "document": "文档"}


def publish(
    content: CourseDocument,
    assets: Mapping[str, MediaAsset],
    *,
    unit_id: int,
    actor_id: int | None,
    while_processing: bool = False,
) -> CourseVersion:
    """Freeze a document as the next version of its course, with the asset of each lesson that has one.

    Raises CourseError for a document with problems, Conflict for a course that waits for an expert's signature
    outside a demo and for media that were refused or are not ready
    (`while_processing` lets what is still being made go out as 处理中).
    """
    if problems := problems_of(content):
        raise CourseError(problems)
    reviews.require(content)
    _require_ready(assets, while_processing=while_processing)
    begin_write(db.session, f"course:{content.slug}")
    course = _course_of(content, unit_id)
    last = db.session.scalar(
        select(func.max(CourseVersion.number)).where(CourseVersion.course_id == course.id)
    )
    version = CourseVersion(
        course_id=course.id,
        number=(last or 0) + 1,
        document=document.to_json(content),
        published_at=clock.now(),
        published_by_id=actor_id,
    )
    db.session.add(version)
    db.session.flush()  # the course and the asset rows name its id
    db.session.add_all(
        VersionAsset(version_id=version.id, lesson_id=lesson_id, asset_id=asset.id)
        for lesson_id, asset in assets.items()
    )
    course.version_id, course.state = version.id, CourseState.PUBLISHED
    course.title, course.tier, course.category = content.title, content.tier, content.category
    covers.order(content)
    audit_log.record(actor_id, "course.published", "course", course.slug, {"version": version.number})
    tell(CoursePublished(course.id, version.id))
    return version


def withdraw(course: Course, *, actor_id: int | None) -> None:
    """Take a course out of the catalogue; what people did stays on record."""
    course.state = CourseState.WITHDRAWN
    audit_log.record(actor_id, "course.withdrawn", "course", course.slug)
    tell(CourseWithdrawn(course.id))


def _course_of(content: CourseDocument, unit_id: int) -> Course:
    course = db.session.scalar(select(Course).where(Course.slug == content.slug))
    if course is None:
        course = Course(
            slug=content.slug, unit_id=unit_id, title=content.title, tier=content.tier,
            category=content.category, created_at=clock.now(), state=CourseState.DRAFT,
        )  # fmt: skip
        db.session.add(course)
        db.session.flush()  # the version names its id
    elif course.unit_id != unit_id:
        raise Conflict(f"课程“{content.slug}”属于另一个单位，请换一个 slug。")
    return course


def _require_ready(assets: Mapping[str, MediaAsset], *, while_processing: bool) -> None:
    for asset in assets.values():
        if asset.status == AssetStatus.REFUSED:
            raise Conflict(f"{MEDIA[asset.kind]}“{asset.title}”不能用：{asset.reason}")
        if asset.status != AssetStatus.READY and not while_processing:
            raise Conflict(f"{MEDIA[asset.kind]}“{asset.title}”还在处理，处理好才能发布。")
