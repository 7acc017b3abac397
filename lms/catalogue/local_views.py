"""A unit fills in its own telephone numbers and offices; the filter with which every text of a course shows them."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from courses.model import Course as CourseDocument
from lms.catalogue import local
from lms.extensions import db
from lms.federations import queries as units
from lms.federations import scope
from lms.federations.guards import requires
from lms.federations.models import Unit
from lms.federations.permissions import Permission

bp = Blueprint("local_fields", __name__, template_folder="templates", url_prefix="/teach/local")
LONGEST = 120


@bp.app_template_filter("local")
def fill(text: str, content: CourseDocument) -> str:
    """Return a text of a course with the local fields of the reader's unit."""
    return local.filled(text, content)


@bp.get("")
@requires(Permission.COURSES_WRITE)
def index() -> Answer:
    """Go to the unit in which she has her role."""
    return redirect(url_for(".show", unit=units.code_of(min(g.scope))))


@bp.get("/<unit>")
@requires(Permission.COURSES_WRITE)
def show(unit: str) -> str:
    """Show what this unit filled in, and what it takes over from above."""
    place = scope.unit_or_404(unit)
    return _page(place, dict(local.own(place.id)), {})


def _page(place: Unit, values: dict[str, str], errors: dict[str, str]) -> str:
    below = [(one, units.code_of(one.id)) for one in units.children(place.id)]
    return render_template(
        "catalogue/local.html", unit=place, code=units.code_of(place.id), fields=local.fields(), values=values,
        errors=errors, above=local.nearest(place.id, above=True), below=below, up=_up(place), most=LONGEST,
    )  # fmt: skip


def _up(place: Unit) -> tuple[Unit, str] | None:
    """Return the unit above when it is hers too."""
    above = db.session.scalar(db.select(Unit).where(Unit.id == place.parent_id, Unit.id.in_(scope.ids())))
    return (above, units.code_of(above.id)) if above else None


@bp.post("/<unit>")
@requires(Permission.COURSES_WRITE)
def save(unit: str) -> Answer | tuple[str, int]:
    """Keep what was filled in; a field left empty takes the value of the unit above."""
    place = scope.unit_or_404(unit)
    values = {one.name: " ".join(request.form.get(one.name, "").split()) for one in local.fields()}
    errors = {name: _fault(value) for name, value in values.items() if _fault(value)}
    if errors:
        return _page(place, values, errors), 422
    changed = local.save(place, values, actor_id=current_user.id)
    db.session.commit()
    flash(_("存好了，改了 %(n)s 处。", n=changed) if changed else _("没有改动。"), "ok")
    return redirect(url_for(".show", unit=unit))


def _fault(value: str) -> str:
    if len(value) > LONGEST:
        return str(_("太长了，最多 %(n)s 个字。", n=LONGEST))
    if not value.isprintable():
        return str(_("里面有看不见的特殊字符，请重新输入。"))
    return ""
