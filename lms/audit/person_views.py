"""One volunteer: the evidence behind her state, and a reset slip when she forgot her password."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from lms.accounts import commands as accounts
from lms.accounts.models import Person
from lms.audit import access, evidence_queries, queries, words
from lms.audit.views import frame
from lms.core import audit_log, devices
from lms.core.database import begin_write
from lms.core.errors import Conflict, Invalid, Missing
from lms.extensions import db
from lms.federations import scope
from lms.federations.guards import requires
from lms.federations.models import Unit
from lms.federations.permissions import Permission
from lms.federations.seen_queries import looks_at

bp = Blueprint("audit_person", __name__, template_folder="templates", url_prefix="/audit/p")


@bp.get("/<public_id>")
@requires(Permission.AUDIT_READ)
def show(public_id: str) -> str:
    """Show every rule of every lesson with its evidence, and who looked; the reading is recorded."""
    person = scope.person_or_404(public_id)
    place = _place(person)
    if access.must_say_why(access.unit_of(person.id).id):
        return _ask(person, place)
    audit_log.record(current_user.id, "person.viewed", "person", person.id, {"purpose": access.purpose()})
    page = render_template(
        "audit/person.html",
        **_frame(person, place),
        courses=evidence_queries.of_volunteer(person.id),
        places=evidence_queries.memberships(person.id, scope.ids()),
        sign_ins=evidence_queries.sign_ins(person.id),
        looks=looks_at(person.id),
        how=words.HOW,
        device=devices.device,
    )
    db.session.commit()
    return page


def _place(person: Person) -> Unit:
    """Return the unit the reader came from when its list may hold her, else her own unit."""
    code = request.values.get("unit", "")
    if code:
        try:
            return scope.unit_or_404(code)
        except Missing:
            pass
    return access.unit_of(person.id)


def _frame(person: Person, place: Unit) -> dict[str, Any]:
    return {
        **frame(place),
        "person": person,
        "filters": access.filters(),
        "page_number": access.page_number(),
    }


def _ask(person: Person, place: Unit, *, purpose: str = "", error: str = "") -> str:
    return render_template("audit/purpose.html", **_frame(person, place), purpose=purpose, error=error)


@bp.post("/<public_id>")
@requires(Permission.AUDIT_READ)
def say_why(public_id: str) -> Answer | tuple[str, int]:
    """Take the reason and go on to her page."""
    person = scope.person_or_404(public_id)
    place = _place(person)
    typed = request.form.get("purpose", "")
    try:
        access.say_why(typed, place, actor_id=current_user.id)
    except Invalid as error:
        return _ask(person, place, purpose=typed, error=error.message), error.status
    db.session.commit()
    return redirect(url_for(".show", public_id=public_id, **access.filters().args(unit=_code(place))))


def _code(place: Unit) -> str:
    return queries.units_of([place.id])[0][1]


@bp.get("/<public_id>/slip")
@requires(Permission.SLIPS_ISSUE)
def ask_slip(public_id: str) -> str:
    """Say what a reset slip does, before one is made."""
    person = scope.person_or_404(public_id)
    return _slip(person, "")


def _slip(person: Person, code: str, error: str = "") -> str:
    return render_template("audit/slip.html", **_frame(person, _place(person)), slip=code, error=error)


@bp.post("/<public_id>/slip")
@requires(Permission.SLIPS_ISSUE)
def issue_slip(public_id: str) -> str | tuple[str, int]:
    """Make a one-use slip, good for 24 hours, and show it once; staff get theirs elsewhere."""
    person = scope.person_or_404(public_id)
    begin_write(db.session)
    try:
        code = _issued(person)
    except Conflict as error:
        db.session.rollback()
        return _slip(person, "", error.message), error.status
    page = _slip(person, code)
    db.session.commit()
    return page


def _issued(person: Person) -> str:
    """Return the code of a new slip; raises Conflict for staff and for accounts that are not active."""
    if scope.holds_role(person.id):
        raise Conflict(_("她也是工作人员。工作人员的密码请平台管理员重设，这样更安全。"))
    if not person.is_active:
        raise Conflict(_("这个账号现在停用了，不能重设密码。请先联系本单位负责注册的同志。"))
    return accounts.issue_slip(person, actor_id=current_user.id)
