"""The expert's page: courses that wait for her, each read whole, signed or sent back."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from courses.items import leaves
from courses.model import Played, QuizBody, Review
from lms.authoring import reviewing
from lms.catalogue import reviews
from lms.catalogue.models import Verdict
from lms.core.errors import Conflict
from lms.extensions import db
from lms.federations import queries as units
from lms.federations.guards import requires
from lms.federations.permissions import Permission

bp = Blueprint("course_reviews", __name__, template_folder="templates", url_prefix="/teach/review")
LONGEST = 500


@bp.get("")
@requires(Permission.COURSES_REVIEW)
def index() -> str:
    """List the courses of her units that ask for an expert; with `state=waiting` only those that wait for her."""
    only_waiting = request.args.get("state") == "waiting"
    cases = reviewing.cases()
    waiting = [one for one in cases if one.state == "waiting"]
    return render_template(
        "authoring/reviews.html", cases=waiting if only_waiting else cases, count=len(waiting),
        only_waiting=only_waiting,
    )  # fmt: skip


@bp.get("/<course_slug>")
@requires(Permission.COURSES_REVIEW)
def show(course_slug: str) -> str:
    """Show a whole course to read: lessons, questions with their keys, the handout, the sources."""
    return _page(reviewing.case(course_slug))


def _page(case: reviewing.Case, remark: str = "", error: str = "") -> str:
    papers = {
        lesson.id: [(leaf, reviewing.key_words(leaf.item)) for leaf in leaves(_items(lesson.body))]
        for lesson in case.content.lessons()
    }
    return render_template(
        "authoring/review.html", case=case, content=case.content, papers=papers, remark=remark, error=error,
        digest=reviews.digest_of(case.content), most=LONGEST,
    )  # fmt: skip


def _items(body: object) -> tuple:  # type: ignore[type-arg]
    if isinstance(body, QuizBody):
        return body.items
    return body.checks if isinstance(body, Played) else ()


@bp.post("/<course_slug>")
@requires(Permission.COURSES_REVIEW)
def sign(course_slug: str) -> Answer | tuple[str, int]:
    """Sign for these very words, or send the course back with a reason."""
    case = reviewing.case(course_slug)
    if case.content.review != Review.AWAITING_EXPERT:
        raise Conflict(_("这门课不需要专家审定。"))
    verdict, remark = request.form.get("verdict", ""), request.form.get("reason", "").strip()
    if error := _fault(verdict, remark):
        return _page(case, remark, error), 422
    if request.form.get("digest", reviews.digest_of(case.content)) != reviews.digest_of(case.content):
        return _page(case, remark, _("您看的时候，课文又改过了。请看过新的，再签一次。")), 409
    unit = units.by_id(min(g.scope)).full_name
    reviews.sign(case.content, Verdict(verdict), remark, reviewer=current_user, unit_name=unit)
    db.session.commit()
    flash(_("签好了。") if verdict == Verdict.PASSED else _("退回了，写课的人会看到您的意见。"), "ok")
    return redirect(url_for(".index"))


def _fault(verdict: str, remark: str) -> str:
    if verdict not in set(Verdict):
        return str(_("请选“通过”或“退回”。"))
    if verdict == Verdict.RETURNED and not remark:
        return str(_("退回要写明哪里不妥，写课的人才好改。"))
    return str(_("意见太长了，最多 %(n)s 个字。", n=LONGEST)) if len(remark) > LONGEST else ""
