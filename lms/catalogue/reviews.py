"""Courses that wait for an expert: who signed which words, and whether they may be published."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from flask import current_app
from sqlalchemy import select

from courses import document
from courses.model import Course as CourseDocument
from courses.model import Review
from lms.accounts.models import Person
from lms.catalogue.models import CourseReview, Verdict
from lms.core import audit_log, clock
from lms.core.errors import Conflict
from lms.extensions import db

MADE_HERE = "asset"
"""What is given anew at every import and says nothing about the words: the keys of films."""


class WaitsForExpert(Conflict):
    """Nobody has signed for the course in these words."""


def digest_of(content: CourseDocument) -> str:
    """Return what stands for the words of a course: the same package imported twice has the same."""
    words = json.dumps(_words(document.to_json(content)), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()


def _words(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _words(one) for name, one in value.items() if name != MADE_HERE}
    return [_words(one) for one in value] if isinstance(value, list) else value


def history(slug: str) -> Sequence[CourseReview]:
    """Return everything experts said of a course, the newest first."""
    return db.session.scalars(
        select(CourseReview).where(CourseReview.slug == slug).order_by(CourseReview.id.desc())
    ).all()


def signature_of(content: CourseDocument) -> CourseReview | None:
    """Return who passed a course in exactly these words, None while it waits or when the last word was no."""
    if content.review != Review.AWAITING_EXPERT:
        return None
    last = db.session.scalar(
        select(CourseReview)
        .where(CourseReview.slug == content.slug, CourseReview.digest == digest_of(content))
        .order_by(CourseReview.id.desc())
        .limit(1)
    )
    return last if last is not None and last.verdict == Verdict.PASSED else None


def waits(content: CourseDocument) -> bool:
    """Say whether nobody has signed for a course that asks for an expert."""
    return content.review == Review.AWAITING_EXPERT and signature_of(content) is None


def require(content: CourseDocument) -> None:
    """Raise Conflict for a course that waits for an expert; a demo shows it with the mark 待专家审定."""
    if current_app.extensions["lms_settings"].env == "production" and waits(content):
        raise WaitsForExpert(
            f"《{content.title}》待专家审定，还不能发布。请先存为草稿，由课程审核员在“课程审定”里签过，再发布。"
        )


def sign(
    content: CourseDocument, verdict: Verdict, remark: str, *, reviewer: Person, unit_name: str
) -> CourseReview:
    """Note what an expert says of a course in its present words; what was said before stays."""
    row = CourseReview(
        slug=content.slug, digest=digest_of(content), verdict=verdict, remark=remark, reviewer_id=reviewer.id,
        reviewer_name=reviewer.name, reviewer_unit=unit_name, signed_at=clock.now(),
    )  # fmt: skip
    db.session.add(row)
    audit_log.record(reviewer.id, "course.reviewed", "course", content.slug, {"verdict": verdict})
    return row
