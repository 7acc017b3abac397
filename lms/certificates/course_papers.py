"""The content of a course certificate (wording rule: domain.md 2.10)."""

from flask import current_app

from lms.certificates.commands import Paper
from lms.certificates.models import PaperKind
from lms.federations import queries as units
from lms.learning.events import CourseCompleted

NOTE = "本证书仅证明完成本培训课程，不作为职业资格或技能等级证明。"


def paper(event: CourseCompleted) -> Paper:
    """Return what the certificate of a finished course says."""
    local = event.at.astimezone(current_app.extensions["lms_settings"].timezone)
    content = {
        "name": event.person_name,
        "course": event.course_title,
        "version": event.version_number,
        "lessons": event.lessons,
        "seconds": event.seconds,
        "hours": event.hours,
        "hours_rule": event.hours_rule,
        "issuer": units.by_id(event.issuer_unit_id).full_name,
        "date": local.date().isoformat(),
        "note": NOTE,
    }
    return Paper(
        PaperKind.COURSE, event.person_id, event.issuer_unit_id, content, event.at, event.completion_id
    )
