"""Courses that ask for an expert, as her review page shows them: a draft where there is one, else what is published."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from courses.items import Item, ItemKind
from courses.model import Course as Document
from courses.model import Review
from lms.authoring import documents
from lms.authoring.models import Draft
from lms.catalogue import reviews
from lms.catalogue.models import Course, CourseReview, CourseState, Verdict
from lms.core.errors import Missing
from lms.extensions import db
from lms.federations import queries as units
from lms.federations import scope


@dataclass(frozen=True, slots=True)
class Case:
    """A course to judge: its words, whose it is, whether these words are already published, what was said of them."""

    content: Document
    owner: str
    published: bool
    signature: CourseReview | None
    said: Sequence[CourseReview]

    @property
    def state(self) -> str:
        """passed | returned | waiting: words that were changed after they were sent back wait anew."""
        last = self.said[0] if self.said else None
        if self.signature is None and last is not None and last.verdict == Verdict.RETURNED:
            return "returned" if last.digest == reviews.digest_of(self.content) else "waiting"
        return "passed" if self.signature else "waiting"


def cases() -> list[Case]:
    """Return the courses of her units that ask for an expert, those without a signature first."""
    found = [_case(draft, None) for draft in _drafts()]
    known = {case.content.slug for case in found}
    found += [_case(None, course) for course in _courses() if course.slug not in known]
    asked = [case for case in found if case.content.review == Review.AWAITING_EXPERT]
    return sorted(asked, key=lambda case: case.signature is not None)


def waiting() -> list[Case]:
    """Return those of the cases that wait for her word."""
    return [one for one in cases() if one.state == "waiting"]


def case(slug: str) -> Case:
    """Return one course of her units by its name in addresses; raises Missing."""
    draft = next(iter(_drafts(slug)), None)
    course = next(iter(_courses(slug)), None)
    if draft is None and course is None:
        raise Missing
    return _case(draft, course)


def _drafts(slug: str = "") -> Iterator[Draft]:
    query = select(Draft).where(Draft.unit_id.in_(scope.ids())).order_by(Draft.id)
    yield from db.session.scalars(query.where(Draft.slug == slug) if slug else query)


def _courses(slug: str = "") -> Iterator[Course]:
    query = select(Course).where(Course.unit_id.in_(scope.ids()), Course.state == CourseState.PUBLISHED)
    rows = db.session.scalars((query.where(Course.slug == slug) if slug else query).order_by(Course.id))
    yield from (row for row in rows if row.version is not None)


def _case(draft: Draft | None, course: Course | None) -> Case:
    if draft is not None:
        content, unit_id = documents.content_of(draft), draft.unit_id
    elif course is not None and course.version is not None:
        content, unit_id = course.version.content, course.unit_id
    else:
        raise Missing
    owner = units.by_id(unit_id).full_name
    return Case(content, owner, draft is None, reviews.signature_of(content), reviews.history(content.slug))


def key_words(item: Item) -> str:
    """Return the right answer of a question as a reader needs it: words, not ids."""
    texts = {one.id: one.text for one in (*item.options, *item.left, *item.right)}
    texts |= {one.id: one.label for one in item.regions}
    if item.kind == ItemKind.TRUEFALSE:
        return "对" if "true" in item.key else "不对"
    if item.kind == ItemKind.ESSAY:
        return "；".join(one.text for one in item.rubric)
    joint = " → " if item.kind == ItemKind.ORDER else "；"
    return joint.join(_said(one, texts) for one in item.key)


def _said(part: object, texts: dict[str, str]) -> str:
    if isinstance(part, str):
        return texts.get(part, part)
    if isinstance(part, tuple | list):
        between = " — " if any(one in texts for one in part if isinstance(one, str)) else " / "
        return between.join(_said(one, texts) for one in part)
    value = getattr(part, "value", part)
    return f"{value:g}" if isinstance(value, int | float) else str(value)
