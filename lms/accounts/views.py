"""Sign in, sign out, join, choose a new password with a slip."""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy import delete
from werkzeug.wrappers import Response as Answer

from lms.accounts import commands, forms, limits, login, phones, second_factor
from lms.accounts.events import VisitorRecognised
from lms.accounts.models import Person, SignIn
from lms.core import audit_log, crypto
from lms.core.doors import public, signed_in
from lms.core.errors import Invalid, LmsError, NotAllowed, TooMany
from lms.core.events import publish
from lms.extensions import db

bp = Blueprint("accounts", __name__, template_folder="templates")
WRONG = _l("手机号或密码不对。请再看一遍；忘了密码，可以请本单位的同志给您一张重设单。")
WRONG_SLIP = _l("手机号或重设单的号码不对，或重设单已经过了 24 小时。请再看一遍，或请本单位的同志重开一张。")
SUSPENDED = _l("这个账号现在停用了。请联系本单位负责注册的同志。")


def local_only(wanted: str | None) -> str:
    """Return a path on this site; anything that could lead elsewhere becomes /learn."""
    wanted = wanted or ""
    try:
        parts = urlsplit(wanted.replace("\\", "/"))
    except ValueError:  # no address at all
        return url_for("learning.my_courses")
    outside = parts.scheme or parts.netloc or not wanted.startswith("/") or wanted.startswith(("//", "/\\"))
    if outside or any(ord(char) < 33 for char in wanted):
        return url_for("learning.my_courses")
    return wanted


@bp.route("/login", endpoint="login", methods=["GET", "POST"])
@public
def sign_in() -> Answer | str | tuple[str, int]:
    """Sign in with phone and password; wrong password and unknown phone sound the same."""
    form = forms.LoginForm(next=request.args.get("next", ""))
    if request.method == "GET":
        return render_template("accounts/login.html", form=form, error="")
    if not form.validate():
        return render_template("accounts/login.html", form=form, error=""), 422
    try:
        person = _prove(form)
    except TooMany as error:
        return render_template("accounts/login.html", form=form, error=error.message), 429
    if person is None:
        return render_template("accounts/login.html", form=form, error=WRONG), 422
    return _admit(person, form.next.data or "")


def _admit(person: Person, wanted: str) -> Answer:
    """Let her in, or on to the second step when she has a second factor or must have one; commits."""
    if second_factor.of(person.id) is not None or second_factor.required(person.id):
        second_factor.begin_half(person, wanted)
        db.session.commit()
        return redirect(url_for("second_factor.code"))
    enter(person)
    db.session.commit()
    return redirect(where_to(person, wanted))


def where_to(person: Person, wanted: str) -> str:
    """Return where she wanted to go, or where she lands when she came from nowhere (lms.wiring says)."""
    first: Callable[[int], str] = current_app.extensions["lms_first_page"]
    return local_only(wanted) if wanted else first(person.id)


def _prove(form: forms.LoginForm) -> Person | None:
    """Return the person whose password this is, None otherwise; the guess counts unless it was right."""
    account, network = phones.index(form.phone.data), request.remote_addr or ""
    guesses = limits.reserve(account, network)
    person = commands.by_phone(form.phone.data)
    if not crypto.check_password(person.password_hash if person else None, form.password.data):
        return None
    limits.forgive(guesses)
    if person is not None and not person.is_active:
        db.session.commit()
        raise NotAllowed(str(SUSPENDED))
    return person


def enter(person: Person, *, second_factor_at: datetime | None = None) -> None:
    """Begin her sign-in, with what this browser did before as a visitor."""
    visitor = login.visitor_id()
    login.begin(person, request.user_agent.string, second_factor_at=second_factor_at)
    audit_log.record(person.id, "person.signed_in", "person", person.id)
    if visitor:
        publish(VisitorRecognised(visitor, person.id))


@bp.post("/logout")
@signed_in
def logout() -> Answer:
    """End this sign-in."""
    token = session.get("sid", "")
    db.session.execute(delete(SignIn).where(SignIn.token_hash == crypto.digest(token)))
    audit_log.record(current_user.id, "person.signed_out", "person", current_user.id)
    db.session.commit()
    session.clear()
    return redirect("/")


@bp.route("/reset", methods=["GET", "POST"])
@public
def reset() -> Answer | str | tuple[str, int]:
    """Choose a new password with the code of a reset slip."""
    form = forms.ResetForm()
    if request.method == "GET":
        return render_template("accounts/reset.html", form=form, error="")
    if not form.validate():
        return render_template("accounts/reset.html", form=form, error=""), 422
    try:
        person = _change(form)
    except LmsError as error:
        db.session.rollback()
        return render_template("accounts/reset.html", form=form, error=error.message), error.status
    return _admit(person, "")


def _change(form: forms.ResetForm) -> Person:
    """Use the slip and return its person; raises TooMany, Invalid, NotAllowed or Conflict, then nothing changed."""
    guesses = limits.reserve(phones.index(form.phone.data), request.remote_addr or "")
    person = commands.by_phone(form.phone.data)
    hashed = crypto.hash_password(form.password.data)
    slip = commands.open_slip(person, form.code.data)
    if slip is None or person is None:
        raise Invalid(str(WRONG_SLIP))
    limits.forgive(guesses)
    if not person.is_active:
        raise NotAllowed(str(SUSPENDED))
    commands.use_slip(slip, person, hashed)
    return person
