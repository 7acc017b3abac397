"""The second step of a sign-in: type the code, or set the authenticator up first."""

from collections.abc import Sequence

import segno
from flask import Blueprint, current_app, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import update
from werkzeug.wrappers import Response as Answer

from lms.accounts import forms, limits, login, second_factor
from lms.accounts.models import Person, SecondFactor, SignIn
from lms.accounts.views import enter, where_to
from lms.core import clock
from lms.core.doors import public, signed_in
from lms.core.errors import Invalid, LmsError, TooMany
from lms.extensions import db

bp = Blueprint("second_factor", __name__, template_folder="templates")


def _who() -> Person | None:
    """Return who stands here: signed in with a password only, or her password was right just now."""
    if current_user.is_authenticated:
        person: Person | None = db.session.get(Person, current_user.id)
        return person
    return second_factor.half_person()


def _wanted() -> str:
    half = session.get("half")
    return str(half["next"]) if isinstance(half, dict) else request.args.get("next", "")


@bp.route("/login/code", methods=["GET", "POST"])
@public
def code() -> Answer | str | tuple[str, int]:
    """Ask for the six digits, or a recovery code in their place."""
    person = _who()
    if person is None:
        return redirect(url_for("accounts.login"))
    if second_factor.of(person.id) is None:
        return redirect(url_for(".setup", next=request.args.get("next")))
    if login.has_second_factor():
        return redirect(where_to(person, _wanted()))
    form = forms.CodeForm()
    if request.method == "GET":
        return render_template("accounts/code.html", form=form, error="")
    if not form.validate():
        return render_template("accounts/code.html", form=form, error=""), 422
    try:
        right = _guess(person, form.code.data)
    except TooMany as error:
        return render_template("accounts/code.html", form=form, error=error.message), 429
    if not right:
        return render_template("accounts/code.html", form=form, error=second_factor.WRONG), 422
    wanted = _pass(person)
    db.session.commit()
    return redirect(wanted)


def _guess(person: Person, typed: str) -> bool:
    """A code is a guess like a password, at the same account; raises TooMany."""
    guesses = limits.reserve(person.phone_index, request.remote_addr or "")
    if not second_factor.prove(person, typed):
        db.session.rollback()
        return False
    limits.forgive(guesses)
    return True


def _pass(person: Person) -> str:
    """Let her in with both factors; returns where she goes."""
    wanted = where_to(person, _wanted())
    if current_user.is_authenticated:
        db.session.execute(
            update(SignIn).where(SignIn.id == g.sign_in_id).values(second_factor_at=clock.now())
        )
    else:
        enter(person, second_factor_at=clock.now())
    return wanted


@bp.route("/login/setup", methods=["GET", "POST"])
@public
def setup() -> Answer | str | tuple[str, int]:
    """Show the QR for her authenticator; the first right code switches it on and shows the recovery codes."""
    person = _who()
    if person is None:
        return redirect(url_for("accounts.login"))
    if second_factor.of(person.id) is not None:
        return redirect(url_for(".code", next=_wanted() or None))
    form = forms.CodeForm()
    if request.method == "GET":
        return _setup_page(person, form)
    if not form.validate():
        return _setup_page(person, form), 422
    try:
        codes, wanted = _enrol(person, form.code.data)
    except LmsError as error:
        db.session.rollback()
        return _setup_page(person, form, error.message), error.status
    db.session.commit()
    return _codes_page(codes, wanted, _("设好了，请抄下备用码"))


def _codes_page(codes: Sequence[str], wanted: str, title: str) -> str:
    return render_template("accounts/recovery.html", codes=codes, wanted=wanted, title=title)


def _enrol(person: Person, typed: str) -> tuple[Sequence[str], str]:
    guesses = limits.reserve(person.phone_index, request.remote_addr or "")
    codes = second_factor.enrol(person, typed)
    limits.forgive(guesses)
    return codes, _pass(person)


def _setup_page(person: Person, form: forms.CodeForm, error: str = "") -> str:
    secret = second_factor.new_secret()
    uri = second_factor.address(person, secret, current_app.extensions["lms_settings"].site_name)
    qr = segno.make(uri, error="m", micro=False).svg_inline(
        border=2, omitsize=True, svgclass="qr", lineclass=None
    )
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return render_template(
        "accounts/setup.html", form=form, error=error, qr=qr, secret=spaced,
        required=second_factor.required(person.id),
    )  # fmt: skip


@bp.route("/me/security", methods=["GET", "POST"])
@signed_in
def security() -> Answer | str | tuple[str, int]:
    """Say how many recovery codes she has left; a code typed now gives her ten new ones in their place."""
    factor = second_factor.of(current_user.id)
    if factor is None:
        return redirect(url_for(".setup", next=request.path))
    form = forms.CodeForm()
    if request.method == "GET":
        return _security_page(factor, form)
    if not form.validate():
        return _security_page(factor, form), 422
    try:
        codes = _renew(form.code.data)
    except LmsError as error:
        db.session.rollback()
        return _security_page(factor, form, error.message), error.status
    db.session.commit()
    return _codes_page(codes, url_for(".security"), _("换好了，请抄下新的备用码"))


def _renew(typed: str) -> Sequence[str]:
    """Change her codes once she proved that she is here herself: an open browser alone is not enough."""
    person = db.session.get_one(Person, current_user.id)
    if not _guess(person, typed):
        raise Invalid(second_factor.WRONG)
    return second_factor.renew_codes(person)


def _security_page(factor: SecondFactor, form: forms.CodeForm, error: str = "") -> str:
    return render_template(
        "accounts/security.html", form=form, error=error, since=factor.created_at,
        left=second_factor.codes_left(factor.person_id), of=second_factor.RECOVERY_CODES,
    )  # fmt: skip
