"""How a unit is doing, and the names behind each number."""

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from lms.audit import access, people_queries, queries, words
from lms.audit.access import Filters
from lms.audit.queries import Selection, State
from lms.core import audit_log, clock
from lms.core.errors import Invalid
from lms.extensions import db
from lms.federations import scope
from lms.federations.guards import requires
from lms.federations.models import Unit
from lms.federations.permissions import Permission

bp = Blueprint("audit", __name__, template_folder="templates", url_prefix="/audit")


@bp.get("")
@requires(Permission.AUDIT_READ)
def own() -> Answer | str:
    """Lead to her own unit, or let her choose among several."""
    units = queries.units_of(g.scope)
    if len(units) == 1:
        return redirect(url_for(".unit", unit=units[0][1]))
    return render_template("audit/units.html", units=units)


@bp.get("/u/<unit>")
@requires(Permission.AUDIT_READ)
def unit(unit: str) -> str:
    """Show the four numbers of a unit, one sentence of attention, and the units below, worst first."""
    place = scope.unit_or_404(unit)
    course = access.course(request.args.get("course", ""))
    course_id = course.id if course else None
    numbers = queries.figures(Selection(place.id, course_id))
    lines = queries.lines(place, course_id)
    return render_template(
        "audit/unit.html",
        **frame(place),
        course=course,
        courses=queries.courses(),
        numbers=numbers,
        lines=lines,
        attention=queries.attention(numbers, lines),
        twice=sum(line.figures.registered for line in lines) - numbers.registered if lines else 0,
        now=clock.now(),
    )


def frame(place: Unit) -> dict[str, Any]:
    """Return what every page about a unit shows: its name, its code, the way down to it."""
    trail = queries.trail(place.id, g.scope)
    return {"unit": place, "code": trail[-1][1], "trail": trail}


@bp.get("/u/<unit>/people")
@requires(Permission.AUDIT_READ)
def people(unit: str) -> str:
    """Show the names of a number, 25 a page; at city level and above only after a reason."""
    place = scope.unit_or_404(unit)
    filters = access.filters()
    if access.must_say_why(place.id):
        return _ask(place, filters)
    page = people_queries.page(filters.selection(place.id), access.page_number())
    _note_reading(place, filters, page)
    answer = render_template(
        "audit/people.html",
        **frame(place),
        filters=filters,
        courses=queries.courses(),
        numbers=queries.figures(Selection(place.id, filters.course_id, direct=filters.direct)),
        page=page,
        states=words.STATES,
        kinds=words.KINDS,
        State=State,
    )
    db.session.commit()
    return answer


def _note_reading(place: Unit, filters: Filters, page: people_queries.Page) -> None:
    detail = {
        "state": filters.state, "course": filters.course_id, "searched": bool(filters.words), "page": page.number,
        "people": [row.id for row in page.rows], "purpose": access.purpose(),
    }  # fmt: skip
    audit_log.record(current_user.id, "people.listed", "unit", place.id, detail)


def _ask(place: Unit, filters: Filters, *, purpose: str = "", error: str = "") -> str:
    return render_template(
        "audit/purpose.html", **frame(place), filters=filters, purpose=purpose, error=error, name=""
    )


@bp.post("/u/<unit>/people")
@requires(Permission.AUDIT_READ)
def say_why(unit: str) -> Answer | tuple[str, int]:
    """Take the reason and go on to the names."""
    place = scope.unit_or_404(unit)
    filters = access.filters()
    typed = request.form.get("purpose", "")
    try:
        access.say_why(typed, place, actor_id=current_user.id)
    except Invalid as error:
        return _ask(place, filters, purpose=typed, error=error.message), error.status
    db.session.commit()
    return redirect(url_for(".people", unit=unit, **filters.args()))
