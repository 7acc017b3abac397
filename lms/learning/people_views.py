"""The trainer's view of a course: who has not started, who is stuck where, what needs marking."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from courses.model import LessonKind
from lms.catalogue.models import Course
from lms.catalogue.queries import by_slug
from lms.core import audit_log
from lms.extensions import db
from lms.federations import scope
from lms.federations.guards import requires
from lms.federations.permissions import Permission
from lms.learning import people_queries

bp = Blueprint("learners", __name__, template_folder="templates", url_prefix="/teach")


@bp.get("/people")
@requires(Permission.ATTEMPTS_MANAGE)
def index() -> str:
    """List the courses her people learn; `course` shows one of them and `away` who stays away: these are recorded."""
    slug = request.args.get("course", "")
    if not slug:
        return _away_page() if "away" in request.args else _index_page()
    course = by_slug(slug)
    total, missing = people_queries.not_started(course.id)
    done_total, done = people_queries.finished(course.id)
    stuck = people_queries.stuck(course.id)
    lessons = course.version.content.lessons() if course.version else ()
    audit_log.record(
        current_user.id,
        "learners.read",
        "course",
        course.slug,
        {"shown": len(missing) + len(stuck) + len(done)},
    )
    page = render_template(
        "learning/learners_of.html",
        course=course,
        missing_total=total,
        missing=missing,
        stuck=stuck,
        done_total=done_total,
        done=done,
        work=people_queries.waiting_work(course.id),
        has_survey=any(one.kind == LessonKind.SURVEY for one in lessons),
    )
    db.session.commit()
    return page


def _index_page() -> str:
    return render_template(
        "learning/learners.html", shelves=people_queries.shelves(), away=people_queries.away_count()
    )


def _away_page() -> str:
    count, rows = people_queries.away()
    audit_log.record(current_user.id, "learners.read", "course", "-", {"shown": len(rows)})
    page = render_template(
        "learning/learners_away.html", count=count, rows=rows, days=people_queries.AWAY.days
    )
    db.session.commit()
    return page


@bp.get("/c/<int:course_id>/people")
@requires(Permission.ATTEMPTS_MANAGE)
def of_course(course_id: int) -> Answer:
    """Lead from a course of her own units to its people."""
    course = scope.one_or_404(Course, course_id)
    return redirect(url_for(".index", course=course.slug))
