"""Browse the catalogue by tier and category."""

from flask import Blueprint, render_template, request

from lms.catalogue import queries
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
    return render_template(
        "catalogue/browse.html",
        courses=courses,
        tier=tier,
        category=category,
        tiers=TIERS,
        categories=CATEGORIES,
    )
