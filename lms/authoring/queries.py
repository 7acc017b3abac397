"""Reading drafts: the list, one of them in scope, its document, what is missing, who answered already."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from lms.assessment.models import Attempt
from lms.assets.models import AssetStatus, MediaAsset
from lms.authoring.models import Draft, DraftLesson
from lms.catalogue.models import Course, VersionAsset
from lms.core import clock, jobs
from lms.core.errors import Missing
from lms.core.jobs import Job, JobState
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.federations import scope
from lms.learning import hours


@dataclass(frozen=True, slots=True)
class Shelf:
    """A course of the list: its draft, its published row, either may be missing."""

    draft: Draft | None
    course: Course | None

    @property
    def title(self) -> str:
        """The name people see first: the draft's."""
        return self.draft.details["title"] if self.draft else self.course.title if self.course else ""

    @property
    def state(self) -> str:
        """draft | published | withdrawn."""
        return self.course.state if self.course else "draft"

    @property
    def changed(self) -> bool:
        """Whether the draft holds something the published version does not."""
        return has_changes(self.draft, self.course)


def has_changes(draft: Draft | None, course: Course | None) -> bool:
    """Say whether a draft was written on after its course was last published."""
    if draft is None or course is None or course.version is None:
        return draft is not None
    return draft.updated_at > course.version.published_at


def shelves() -> list[Shelf]:
    """Return every course of the units in scope, the newest work first."""
    drafts = db.session.scalars(
        select(Draft)
        .where(Draft.unit_id.in_(scope.ids()))
        .options(selectinload(Draft.lessons))
        .order_by(Draft.updated_at.desc())
    ).all()
    courses = db.session.scalars(
        select(Course)
        .where(Course.unit_id.in_(scope.ids()))
        .options(joinedload(Course.version))
        .order_by(Course.id.desc())
    ).all()
    by_slug = {course.slug: course for course in courses}
    written = {draft.slug for draft in drafts}
    return [
        *(Shelf(draft, by_slug.get(draft.slug)) for draft in drafts),
        *(Shelf(None, course) for course in courses if course.slug not in written),
    ]


def draft(draft_id: int) -> Draft:
    """Return a draft inside the scope; raises Missing."""
    return scope.one_or_404(Draft, draft_id)


def lesson(lesson_id: int, *kinds: str) -> DraftLesson:
    """Return a lesson of a draft inside the scope, of one of these kinds when given; raises Missing."""
    row = db.session.scalar(
        select(DraftLesson).join(Draft).where(DraftLesson.id == lesson_id, Draft.unit_id.in_(scope.ids()))
    )
    if row is None or (kinds and row.kind not in kinds):
        raise Missing
    return row


def course_of(draft: Draft) -> Course | None:
    """Return the published row of a draft, None before the first publishing."""
    return db.session.scalar(
        select(Course).where(Course.slug == draft.slug).options(joinedload(Course.version))
    )


def answered(draft: Draft, lesson_id: str) -> int:
    """Return how many people handed in a paper of this course's lesson."""
    return (
        db.session.scalar(
            select(func.count(Enrolment.person_id.distinct()))
            .join(Attempt, Attempt.enrolment_id == Enrolment.id)
            .join(Course, Course.id == Enrolment.course_id)
            .where(
                Course.slug == draft.slug, Attempt.lesson_id == lesson_id, Attempt.submitted_at.is_not(None)
            )
        )
        or 0
    )


def learners(course: Course) -> int:
    """Return how many people learn or learned a course."""
    return (
        db.session.scalar(
            select(func.count()).where(Enrolment.course_id == course.id, Enrolment.person_id.is_not(None))
        )
        or 0
    )


def is_published(asset: MediaAsset) -> bool:
    """Say whether a published version plays this asset: then it is frozen."""
    return bool(db.session.scalar(select(func.count()).where(VersionAsset.asset_id == asset.id)))


def characters(markdown: str) -> int:
    """Return how many characters there are to read: everything but spaces."""
    return sum(not char.isspace() for char in markdown)


def minutes_of(markdown: str) -> int:
    """Return the minutes of reading by the rule of 学时, at least one."""
    pace = hours.rule_on(clock.now().date()).characters_per_minute
    return max(1, math.ceil(characters(markdown) / pace))


def reading_words(markdown: str) -> str:
    """Return how much there is to read, in words."""
    return _("%(n)s 字 · 约 %(m)s 分钟", n=characters(markdown), m=minutes_of(markdown))


def stay_of(markdown: str) -> int:
    """Return the seconds a page asks for when the trainer named none: a third of the reading time, 10 to 120."""
    pace = hours.rule_on(clock.now().date()).characters_per_minute
    return max(10, min(120, characters(markdown) * 20 // pace))


def names(rows: Sequence[DraftLesson]) -> dict[str, str]:
    """Return lesson id → title."""
    return {row.lesson_id: row.title for row in rows}


@dataclass(frozen=True, slots=True)
class Film:
    """What the page says of a lesson's video: a state, the share done, how many wait before it."""

    state: str
    asset: MediaAsset | None
    share: float = 0.0
    ahead: int = 0


def film_of(row: DraftLesson) -> Film:
    """Return the state of a lesson's film: none, waiting, working, stuck, ready or refused."""
    asset = row.asset
    if asset is None:
        return Film("none", None)
    if asset.status in (AssetStatus.READY, AssetStatus.REFUSED):
        return Film(asset.status, asset)
    job = jobs.progress_of(f"asset:{asset.id}")
    if job is None or job.state == JobState.DEAD:
        return Film("stuck", asset)
    if job.state == JobState.RUNNING:
        return Film("working", asset, job.progress)
    return Film("waiting", asset, 0.0, _ahead(job))


def failed_films() -> list[tuple[DraftLesson, Film]]:
    """Return the lessons of the drafts in scope whose film, recording or document could not be made, newest first."""
    unmade = db.session.scalars(
        select(DraftLesson)
        .join(Draft)
        .join(DraftLesson.asset)
        .where(Draft.unit_id.in_(scope.ids()), MediaAsset.status != AssetStatus.READY)
        .options(joinedload(DraftLesson.draft), joinedload(DraftLesson.asset))
        .order_by(MediaAsset.id.desc(), DraftLesson.id)
    ).all()
    films = [(row, film_of(row)) for row in unmade]
    return [(row, film) for row, film in films if film.state in ("refused", "stuck")]


def _ahead(job: Job) -> int:
    """Return how many pieces of work of the same lane come first."""
    busy = Job.state == JobState.RUNNING
    earlier = (Job.state == JobState.WAITING) & (Job.id < job.id)
    return db.session.scalar(select(func.count()).where(Job.lane == job.lane, busy | earlier)) or 0
