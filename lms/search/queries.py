"""Asking: what the searcher may see, where each hit leads, and its words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from sqlalchemy import select

from courses.model import Course as Document
from courses.model import DocumentBody, Played
from lms.catalogue.models import Course, CourseState, CourseVersion
from lms.enrolment.commands import Learner
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.materials.models import Material
from lms.materials.queries import may_read
from lms.search import asking, passages, snippets
from lms.search.engine import Kind, Passage
from lms.search.finder import finder

LIMIT = 60


@dataclass(frozen=True, slots=True)
class Hit:
    """One place that answers: where it leads, its words, and the thing it belongs to."""

    kind: Kind
    title: str
    url: str
    snippet: snippets.Snippet
    second: float | None
    page: int | None
    group: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """How many places hold what was asked, and the best of them; `loose` when they hold only parts of it."""

    total: int
    hits: Sequence[Hit]
    loose: bool


@dataclass(frozen=True, slots=True)
class _Shown:
    """A course as this searcher meets it: her pinned version, else the present one."""

    slug: str
    content: Document


def search(typed: str, who: Learner | None) -> Answer:
    """Return what she may see of what was found; raises Invalid for a query that cannot be asked, NotReady."""
    terms = asking.read(typed)
    if not terms:
        return Answer(0, (), loose=False)
    keys = _courses()
    library = _library(who)
    found = finder().find(terms, keys.keys() | library, LIMIT)
    shown = _shown({keys[key] for one in found.passages if (key := one.source.key) in keys}, who)
    hits = []
    for one in found.passages:
        snippet = snippets.cut(one.text, terms, loose=found.loose)
        course_id = keys.get(one.source.key)
        hits.append(
            _in_material(one, snippet) if course_id is None else _in_course(one, shown[course_id], snippet)
        )
    return Answer(found.total, hits, found.loose)


def _courses() -> dict[str, int]:
    """Return key → course of what the catalogue shows now: the database decides, not the index."""
    rows = db.session.execute(
        select(Course.id, Course.version_id).where(Course.state == CourseState.PUBLISHED)
    )
    return {
        passages.course_key(course_id, version_id): course_id
        for course_id, version_id in rows
        if version_id is not None
    }


def _library(who: Learner | None) -> set[str]:
    """Return the keys of the materials she may read now."""
    rule = may_read(who.person_id if who else None)
    return {passages.material_key(number) for number in db.session.scalars(select(Material.id).where(rule))}


def _shown(course_ids: set[int], who: Learner | None) -> Mapping[int, _Shown]:
    courses = db.session.scalars(select(Course).where(Course.id.in_(course_ids)))
    pinned = _pinned(course_ids, who)
    return {
        one.id: _Shown(one.slug, (pinned.get(one.id) or one.version).content)
        for one in courses
        if one.version
    }


def _pinned(course_ids: set[int], who: Learner | None) -> Mapping[int, CourseVersion]:
    if who is None:
        return {}
    hers = Enrolment.person_id == who.person_id if who.person_id else Enrolment.visitor_id == who.visitor_id
    rows = db.session.scalars(select(Enrolment).where(hers, Enrolment.course_id.in_(course_ids)))
    return {one.course_id: one.version for one in rows}


def _in_material(one: Passage, snippet: snippets.Snippet) -> Hit:
    number = int(one.source.key.partition(":")[2])
    home = url_for("materials.show", material_id=number)
    url = url_for("materials.page", material_id=number, n=one.n)
    return Hit(one.kind, one.title, url, snippet, None, one.n, (one.title, home))


def _in_course(one: Passage, shown: _Shown, snippet: snippets.Snippet) -> Hit:
    second = _second(one, snippet.at)
    home = url_for("learning.course", slug=shown.slug)
    url = _lesson_url(one, shown, second) or home
    page = one.n if one.kind == Kind.PAGE else None
    return Hit(one.kind, one.title, url, snippet, second, page, (shown.content.title, home))


def _second(one: Passage, at: int | None) -> float | None:
    """Return when the caption with the found word begins."""
    if one.kind != Kind.CAPTION:
        return None
    begun = [second for offset, second in one.marks if offset <= (at or 0)]
    return begun[-1] if begun else 0.0


def _lesson_url(one: Passage, shown: _Shown, second: float | None) -> str | None:
    """Return the address of a lesson in her version; None when that has no such lesson, or for the course itself."""
    for number, lesson in enumerate(shown.content.lessons(), 1):
        if lesson.id == one.place:
            body = lesson.body
            if one.kind == Kind.PAGE and isinstance(body, Played) and one.n <= len(body.pages):
                return url_for("text_version.show", slug=shown.slug, number=number, page=one.n)
            if one.kind == Kind.PAGE and isinstance(body, DocumentBody):
                return url_for("document.show", slug=shown.slug, number=number, page=one.n)
            return url_for(
                "learning.lesson", slug=shown.slug, number=number, t=None if second is None else int(second)
            )
    return None
