"""Changing drafts: make, describe, arrange lessons, publish, withdraw. Conflicts are found by revisions."""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from courses import document
from courses.model import Body, Category, Course, QuizBody, Review, TextBody, Tier, VideoBody
from lms.assets.models import MediaAsset
from lms.authoring import deeds, documents, media_lessons, queries
from lms.authoring.models import Draft, DraftLesson
from lms.catalogue import commands as catalogue
from lms.catalogue.models import Course as CourseRow
from lms.catalogue.models import CourseState, CourseVersion, VersionAsset
from lms.core import audit_log, clock, crypto
from lms.core.database import begin_write
from lms.core.errors import Conflict, Missing
from lms.extensions import db

MAX_LESSONS = 200
NEW_TITLES: Mapping[str, str] = {
    "text": "新的文字课",
    "video": "新的视频课",
    "quiz": "测验",
    **deeds.NEW_TITLES,
    **media_lessons.NEW_TITLES,
}
EMPTY: Mapping[str, Body] = {
    "text": TextBody("", 10),
    "video": VideoBody("", 0.9, (), ()),
    "quiz": QuizBody((), 80, None, False),
    **deeds.EMPTY,
    **media_lessons.EMPTY,
}


def short_id() -> str:
    """Return a new permanent id of a lesson or an item: eight lower-case letters and digits."""
    return re.sub("[^a-z0-9]", "", crypto.token(16).lower())[:8].ljust(8, "0")


def create(title: str, summary: str, *, unit_id: int, actor_id: int) -> Draft:
    """Begin a course in a unit."""
    now = clock.now()
    draft = Draft(
        slug=f"k-{short_id()}",
        unit_id=unit_id,
        details={
            "title": title, "title_en": "", "summary": summary, "summary_en": "", "tier": Tier.INTRO,
            "category": Category.GENERAL, "audience": "", "hours": 1.0, "outcomes": [], "sources": [],
            "review": Review.NONE, "prerequisites": [], "modules": [{"id": "m1", "title": title}],
        },
        created_at=now, updated_at=now, updated_by_id=actor_id,
    )  # fmt: skip
    db.session.add(draft)
    db.session.flush()  # lessons and the audit entry name it
    audit_log.record(actor_id, "draft.created", "draft", draft.id, {"slug": draft.slug})
    return draft


def of_course(course: CourseRow, *, actor_id: int) -> Draft:
    """Return the draft of a published course, made from its present version when there is none."""
    begin_write(db.session)
    found = db.session.scalar(select(Draft).where(Draft.slug == course.slug))
    if found:
        return found
    if course.version is None:
        raise Conflict("这门课还没有发布过。")
    films = db.session.execute(
        select(VersionAsset.lesson_id, MediaAsset)
        .join(MediaAsset, MediaAsset.id == VersionAsset.asset_id)
        .where(VersionAsset.version_id == course.version.id)
    )
    draft = Draft(slug=course.slug, unit_id=course.unit_id, details={}, created_at=clock.now())
    fill(draft, course.version.content, {lesson_id: asset for lesson_id, asset in films}, actor_id=actor_id)
    draft.updated_at = course.version.published_at
    return draft


def fill(draft: Draft, content: Course, assets: Mapping[str, MediaAsset], *, actor_id: int | None) -> None:
    """Put a whole course document into a draft, in place of what it held."""
    written = document.to_json(content)
    modules = written.pop("modules")
    for name in ("document", "slug"):
        written.pop(name)
    draft.details = written | {"modules": [{"id": one["id"], "title": one["title"]} for one in modules]}
    draft.updated_at, draft.updated_by_id = clock.now(), actor_id
    draft.revision = (draft.revision or 0) + 1
    draft.lessons.clear()
    db.session.add(draft)
    db.session.flush()  # old lessons leave before new ones take their ids
    pairs = [(module["id"], lesson) for module in modules for lesson in module["lessons"]]
    before: list[str] = []
    for position, (module_id, lesson) in enumerate(pairs, start=1):
        draft.lessons.append(_row(lesson, module_id, position, before, assets.get(lesson["id"]), actor_id))
        before.append(lesson["id"])
    db.session.flush()  # the lessons are read right after


def _row(
    lesson: dict[str, Any],
    module_id: str,
    position: int,
    before: list[str],
    asset: MediaAsset | None,
    actor_id: int | None,
) -> DraftLesson:
    requires = list(lesson["requires"])
    return DraftLesson(
        lesson_id=lesson["id"], module_id=module_id, position=position, kind=lesson["kind"], title=lesson["title"],
        title_en=lesson["title_en"], minutes=lesson["minutes"], body=lesson["body"], requires=requires,
        waits_for_earlier=bool(before) and set(requires) == set(before), asset=asset,
        updated_at=clock.now(), updated_by_id=actor_id,
    )  # fmt: skip


def touch(draft: Draft, actor_id: int) -> None:
    """Note that the draft was written on."""
    draft.updated_at, draft.updated_by_id = clock.now(), actor_id


def lock_draft(draft: Draft) -> None:
    """Hold the draft until the commit, as it now is; raises Missing when it was deleted meanwhile."""
    begin_write(db.session)
    if db.session.scalar(select(Draft.id).where(Draft.id == draft.id).with_for_update()) is None:
        raise Missing("这门课刚被删除了。")
    db.session.refresh(draft)


def lock_lesson(row: DraftLesson) -> None:
    """Hold a lesson until the commit, as it now is; raises Missing when it was deleted meanwhile."""
    begin_write(db.session)
    if db.session.scalar(select(DraftLesson.id).where(DraftLesson.id == row.id).with_for_update()) is None:
        raise Missing("这一课刚被删除了。请回到课程看看。")
    db.session.refresh(row)


def change_details(draft: Draft, values: Mapping[str, Any], unit_id: int, *, actor_id: int) -> None:
    """Write name, summary, tier … of a locked draft; the owner may change until it is published."""
    if unit_id != draft.unit_id and queries.course_of(draft) is not None:
        raise Conflict("这门课发布过，发课单位不能再改。")
    draft.details = draft.details | dict(values)
    draft.unit_id = unit_id
    draft.revision += 1
    touch(draft, actor_id)
    audit_log.record(actor_id, "draft.changed", "draft", draft.id, {"fields": sorted(values)})


def add_lesson(draft: Draft, kind: str, *, actor_id: int) -> DraftLesson:
    """Add an empty lesson at the end."""
    lock_draft(draft)
    last = db.session.scalar(select(func.max(DraftLesson.position)).where(DraftLesson.draft_id == draft.id))
    if (last or 0) >= MAX_LESSONS:
        raise Conflict(f"一门课最多 {MAX_LESSONS} 课。请分成两门课。")
    modules = draft.details["modules"] or [{"id": "m1", "title": draft.details["title"]}]
    draft.details = draft.details | {"modules": modules}
    row = DraftLesson(
        draft_id=draft.id, lesson_id=short_id(), module_id=modules[-1]["id"], position=(last or 0) + 1, kind=kind,
        title=NEW_TITLES[kind], body=documents.body_json(EMPTY[kind]), requires=[], waits_for_earlier=kind == "quiz",
        updated_at=clock.now(), updated_by_id=actor_id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()  # its page is opened next
    touch(draft, actor_id)
    audit_log.record(actor_id, "lesson.added", "draft", draft.id, {"lesson": row.lesson_id, "kind": kind})
    return row


def save_lesson(row: DraftLesson, *, actor_id: int, **values: Any) -> None:
    """Write a locked lesson: title, minutes, body, what it waits for, its film."""
    for name, value in values.items():
        setattr(row, name, value)
    row.revision += 1
    row.updated_at, row.updated_by_id = clock.now(), actor_id
    touch(row.draft, actor_id)
    audit_log.record(
        actor_id, "lesson.changed", "draft", row.draft_id, {"lesson": row.lesson_id, "fields": sorted(values)}
    )


def move_lesson(row: DraftLesson, step: int, *, actor_id: int) -> None:
    """Move a lesson up (-1) or down (1); at the edge of a module it goes over into the next one."""
    draft = row.draft
    lock_draft(draft)
    db.session.expire(draft, ["lessons"])
    lessons = list(draft.lessons)
    at = lessons.index(row)
    to = at + step
    if not 0 <= to < len(lessons):
        return
    other = lessons[to]
    if other.module_id != row.module_id:
        row.module_id = other.module_id
    else:
        row.position, other.position = other.position, row.position
    touch(draft, actor_id)
    audit_log.record(actor_id, "lesson.moved", "draft", draft.id, {"lesson": row.lesson_id, "step": step})


def delete_lesson(row: DraftLesson, *, actor_id: int) -> None:
    """Take a lesson out of the draft; published versions keep theirs."""
    draft = row.draft
    lock_draft(draft)
    db.session.delete(row)
    db.session.flush()  # the others close up
    db.session.expire(draft, ["lessons"])
    for position, other in enumerate(draft.lessons, start=1):
        other.position = position
    touch(draft, actor_id)
    audit_log.record(
        actor_id, "lesson.deleted", "draft", draft.id, {"lesson": row.lesson_id, "title": row.title}
    )


def delete_draft(draft: Draft, *, actor_id: int) -> None:
    """Forget a draft that was never published."""
    if queries.course_of(draft) is not None:
        raise Conflict("这门课发布过，不能删除。可以把它下架。")
    audit_log.record(
        actor_id, "draft.deleted", "draft", draft.id, {"slug": draft.slug, "title": draft.details["title"]}
    )
    db.session.delete(draft)


def publish(draft: Draft, *, actor_id: int) -> CourseVersion:
    """Freeze the draft as the next version. Raises CourseError and Conflict with what is missing."""
    lock_draft(draft)
    db.session.expire(draft, ["lessons"])
    films = {row.lesson_id: row.asset for row in draft.lessons if row.asset is not None}
    return catalogue.publish(documents.content_of(draft), films, unit_id=draft.unit_id, actor_id=actor_id)


def withdraw(draft: Draft, *, actor_id: int) -> None:
    """Take the published course of a draft out of the catalogue."""
    begin_write(db.session)
    course = queries.course_of(draft)
    if course is None or course.state != CourseState.PUBLISHED:
        raise Conflict("这门课现在没有在目录里。")
    catalogue.withdraw(course, actor_id=actor_id)
