"""Browse the catalogue by tier and category."""

from flask import Blueprint, render_template, request

from lms.catalogue import covers, queries, reviews
from lms.catalogue.models import Course
from lms.catalogue.words import CATEGORIES, TIERS
from lms.core.doors import public

bp = Blueprint("catalogue", __name__, template_folder="templates")


@bp.get("/courses")
@public
def browse() -> str:
    """Show the published courses; unknown tiers or categories in the address are ignored."""
    tier = request.args.get("tier", "") if request.args.get("tier", "") in TIERS else ""
    category = request.args.get("category", "") if request.args.get("category", "") in CATEGORIES else ""
    courses = queries.published(tier=tier, category=category)
    contents = [course.version.content for course in courses if course.version]
    return render_template(
        "catalogue/browse.html",
        courses=courses,
        tier=tier,
        category=category,
        tiers=TIERS,
        categories=CATEGORIES,
        pictures=covers.addresses(contents),
        waiting={content.slug for content in contents if reviews.waits(content)},
    )


@bp.get("/courses/matrix")
@public
def matrix() -> str:
    """Show every tier and category with its courses; a gap is shown as a gap."""
    cells: dict[tuple[str, str], list[Course]] = {}
    for course in queries.published():
        cells.setdefault((course.tier, course.category), []).append(course)
    return render_template("catalogue/matrix.html", cells=cells, tiers=TIERS, categories=CATEGORIES)
