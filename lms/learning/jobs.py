"""Recurring tidying of learning: what visitors left behind after 24 hours, old outbox answers."""

from datetime import timedelta

from sqlalchemy import delete, select

from lms.accounts.login import VISITOR_KEPT
from lms.accounts.models import Visitor
from lms.core import clock
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.learning.models import LessonCompletion, LessonProgress, OutboxEntry, Visit, WatchClock
from lms.learning.watching import VISIT_GOOD_FOR


def sweep() -> None:
    """Forget visitors older than 24 hours with all they did, and outbox answers no phone can still repeat."""
    old = select(Visitor.id).where(Visitor.created_at < clock.now() - VISITOR_KEPT)
    theirs = select(Enrolment.id).where(Enrolment.visitor_id.in_(old))
    for model in (Visit, LessonProgress, LessonCompletion):
        db.session.execute(delete(model).where(model.enrolment_id.in_(theirs)))
    db.session.execute(delete(Enrolment).where(Enrolment.visitor_id.in_(old)))
    db.session.execute(delete(WatchClock).where(WatchClock.visitor_id.in_(old)))
    db.session.execute(delete(Visitor).where(Visitor.id.in_(old)))
    oldest = clock.now() - VISIT_GOOD_FOR - timedelta(days=1)
    db.session.execute(delete(OutboxEntry).where(OutboxEntry.at < oldest))
