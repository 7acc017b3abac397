"""Reading an attempt: whose it is, what it asks, what was answered, which keys count."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from courses import draw
from courses.items import Item, ItemKind, Leaf, leaves
from courses.model import Course as CourseDocument
from courses.model import QuizBody
from lms.assessment.models import Attempt, Response
from lms.catalogue.queries import content_of
from lms.core.errors import Missing
from lms.enrolment.commands import Learner
from lms.enrolment.models import Enrolment
from lms.extensions import db


def of_learner(public_id: str, learner: Learner) -> Attempt:
    """Return her attempt by its public id; raises Missing for another's."""
    attempt = db.session.scalar(
        select(Attempt).where(Attempt.public_id == public_id).options(joinedload(Attempt.enrolment))
    )
    if attempt is None or not _hers(attempt.enrolment, learner):
        raise Missing("没有找到这份答卷。")
    return attempt


def _hers(enrolment: Enrolment, learner: Learner) -> bool:
    if learner.person_id:
        return enrolment.person_id == learner.person_id
    return learner.visitor_id is not None and enrolment.visitor_id == learner.visitor_id


def paper_of(attempt: Attempt) -> QuizBody:
    """Return the paper as the pinned version of the course holds it."""
    paper = paper_in(attempt.enrolment.version.content, attempt.lesson_id)
    if paper is None:
        raise Missing
    return paper


def paper_in(content: CourseDocument, lesson_id: str) -> QuizBody | None:
    """Return a paper of a course document, None when that lesson is gone or is no paper."""
    lesson = next((one for one in content.lessons() if one.id == lesson_id), None)
    return lesson.body if lesson and isinstance(lesson.body, QuizBody) else None


def title_of(attempt: Attempt) -> str:
    """Return the title of the lesson an attempt belongs to."""
    return attempt.enrolment.version.content.lesson(attempt.lesson_id).title


def leaves_of(attempt: Attempt) -> list[Leaf]:
    """Return what is answered in an attempt, in its order, each with the story it belongs to."""
    known = {leaf.item.id: leaf for leaf in leaves(paper_of(attempt).items)}
    return [known[item_id] for item_id in attempt.item_ids if item_id in known]


def items_of(attempt: Attempt) -> list[Item]:
    """Return the items of an attempt in its order."""
    return [leaf.item for leaf in leaves_of(attempt)]


def asked_of(attempt: Attempt) -> list[Leaf]:
    """Return the leaves as she sees them: options mixed where the paper says so or their order would tell."""
    mixed = paper_of(attempt).shuffle_options
    return [Leaf(as_asked(leaf.item, attempt.public_id, mixed), leaf.story) for leaf in leaves_of(attempt)]


def as_asked(item: Item, seed: str, mixed: bool = False) -> Item:
    """Return an item as it is shown: the order of what is to be put in order or matched tells nothing."""
    if item.kind == ItemKind.ORDER or (mixed and item.kind in (ItemKind.SINGLE, ItemKind.MULTIPLE)):
        return replace(item, options=draw.options(item, seed))
    if item.kind == ItemKind.MATCH:
        return replace(item, right=tuple(draw.shuffled(item.right, f"{seed}/{item.id}")))
    return item


def graded_items(attempt: Attempt) -> list[Item]:
    """Return the items with the keys that count: since a regrade those of a later version, where it has them."""
    asked = items_of(attempt)
    if attempt.key_version_id is None:
        return asked
    return with_keys_of(asked, content_of(attempt.key_version_id), attempt.lesson_id)


def with_keys_of(asked: Sequence[Item], content: CourseDocument, lesson_id: str) -> list[Item]:
    """Replace each item by the one of the same id and kind in another version of the paper."""
    paper = paper_in(content, lesson_id)
    newer = {leaf.item.id: leaf.item for leaf in leaves(paper.items)} if paper else {}
    return [
        newer[item.id] if item.id in newer and newer[item.id].kind == item.kind else item for item in asked
    ]


def answers_of(attempt: Attempt) -> dict[str, list[Any]]:
    """Return item id → response as saved."""
    rows = db.session.execute(
        select(Response.item_id, Response.response).where(Response.attempt_id == attempt.id)
    )
    return {item_id: response for item_id, response in rows}


def saved_at(attempt: Attempt) -> datetime | None:
    """Return when the last answer was saved, None while there is none."""
    return db.session.scalar(select(func.max(Response.saved_at)).where(Response.attempt_id == attempt.id))


def marks_of(attempt: Attempt) -> dict[str, dict[str, int]]:
    """Return item id → marks by a person; marks of an answer that was changed since do not count."""
    rows = db.session.scalars(select(Response).where(Response.attempt_id == attempt.id))
    return {
        row.item_id: row.marks
        for row in rows
        if row.marks is not None and row.marked_at and row.marked_at >= row.saved_at
    }
