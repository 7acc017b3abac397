"""The search page."""

from collections.abc import Sequence

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from lms.core.doors import public
from lms.core.errors import Invalid
from lms.learning.access import learner
from lms.search import asking, queries
from lms.search.engine import NotReady
from lms.search.queries import Answer, Hit

bp = Blueprint("search", __name__, template_folder="templates")
FIRST = 3
"""Places of one course shown at once; the others unfold."""


@bp.get("/search")
@public
def index() -> str | tuple[str, int, dict[str, str]]:
    """Show where the words stand, gathered by course and material."""
    sent = request.args.get("q", "")
    typed = asking.tidy(sent)
    try:
        answer = queries.search(typed or sent.strip(), learner())
    except Invalid as error:
        return _page(typed, None, problem=error.message), error.status, {}
    except NotReady:
        return _page(typed, None, problem=_("搜索正在准备，请过一两分钟再试。")), 503, {"Retry-After": "60"}
    return _page(typed, answer)


def _page(typed: str, answer: Answer | None, problem: str = "") -> str:
    return render_template(
        "search/index.html",
        typed=typed[:200],
        answer=answer,
        groups=_groups(answer.hits if answer else ()),
        problem=problem,
        first=FIRST,
        limit=queries.LIMIT,
    )


def _groups(hits: Sequence[Hit]) -> list[tuple[tuple[str, str], list[Hit]]]:
    """Gather the hits of one course or material, the best group first."""
    gathered: dict[tuple[str, str], list[Hit]] = {}
    for hit in hits:
        gathered.setdefault(hit.group, []).append(hit)
    return list(gathered.items())
