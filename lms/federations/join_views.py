"""Joining: the unit chosen level by level, then name, phone, password and consent (stands above accounts)."""

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from lms.accounts import commands as accounts
from lms.accounts import forms, login
from lms.accounts.events import VisitorRecognised
from lms.accounts.views import local_only
from lms.core import audit_log, crypto
from lms.core.doors import public
from lms.core.errors import Conflict
from lms.core.events import publish
from lms.extensions import db
from lms.federations import commands, queries
from lms.federations.models import Unit

bp = Blueprint("joining", __name__, template_folder="templates")


@bp.get("/join")
@public
def join() -> str:
    """Show the units of the next level, and the form once a unit is chosen."""
    unit = _open_unit(request.args.get("unit", ""))
    code = queries.code_of(unit.id) if unit else ""
    return _page(forms.JoinForm(unit=code, next=request.args.get("next", "")), unit)


def _open_unit(code: str) -> Unit | None:
    unit = queries.by_code(code[:64])
    return unit if unit and unit.open_to_join else None


def _first_choice() -> Sequence[Unit]:
    """Return the top units; where there is one only, nobody has to tap it: what lies below it."""
    tops = queries.roots()
    return (queries.children(tops[0].id) or tops) if len(tops) == 1 else tops


def _page(form: forms.JoinForm, unit: Unit | None, error: str = "") -> str:
    units = queries.children(unit.id) if unit else _first_choice()
    return render_template(
        "federations/join.html",
        form=form,
        unit=unit,
        path=queries.path(unit.id) if unit else [],
        units=[(one, queries.code_of(one.id)) for one in units if one.open_to_join],
        codes={one.id: queries.code_of(one.id) for one in queries.path(unit.id)} if unit else {},
        error=error,
        notice_version=accounts.NOTICE_VERSION,
    )


@bp.post("/join")
@public
def register() -> Answer | str | tuple[str, int]:
    """Add her; a phone that is already registered is said here and nowhere else."""
    form = forms.JoinForm()
    unit = _open_unit(form.unit.data or "")
    if not form.validate() or unit is None:
        if unit is None and form.unit.data:
            form.unit.errors = [*form.unit.errors, _("没有找到这个单位，或者它不接受自己加入。请重新选。")]
        return _page(form, unit), 422
    hashed = crypto.hash_password(form.password.data)
    try:
        person = accounts.register(
            name=form.name.data.strip(), phone=form.phone.data, password_hash=hashed, consent=True
        )
    except Conflict as error:
        db.session.rollback()
        return _page(form, unit, error.message), 422
    commands.settle(person.id, unit)
    visitor = login.visitor_id()
    login.begin(person, request.user_agent.string)
    audit_log.record(person.id, "person.signed_in", "person", person.id)
    if visitor:
        publish(VisitorRecognised(visitor, person.id))
    db.session.commit()
    return redirect(local_only(form.next.data))
