"""The handout of a course: one page to read, to print and to carry, with a QR code back to the course."""

from flask import Blueprint, current_app, render_template, url_for
from markupsafe import Markup

from courses.model import Course as CourseDocument
from lms.catalogue.queries import by_slug
from lms.core import qr
from lms.core.doors import public
from lms.core.errors import Missing
from lms.learning import access

bp = Blueprint("handout", __name__, template_folder="templates")


@bp.get("/c/<slug>/handout")
@public
def show(slug: str) -> str:
    """Show the handout of the version she learns, or of the present one."""
    row = by_slug(slug)
    enrolment = access.enrolment_of(row)
    version = enrolment.version if enrolment else row.version
    if version is None or not version.content.handout:
        raise Missing("这门课没有随身一页。")
    return render_template("learning/handout.html", **words_of(version.content))


def words_of(content: CourseDocument) -> dict[str, object]:
    """Return what the page is made of."""
    address = current_app.extensions["lms_settings"].base_url + url_for("learning.course", slug=content.slug)
    return {"content": content, "address": address, "code": Markup(qr.svg(address))}
