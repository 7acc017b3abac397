"""Who is here: the sign-in cookie, one query a request; visitors without an account."""

from datetime import datetime, timedelta

from flask import Flask, g, redirect, request, session, url_for
from flask_login import current_user
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from lms.accounts.models import Person, PersonState, SignIn, Visitor
from lms.core import clock, crypto
from lms.extensions import db, login_manager

IDLE = timedelta(days=14)
LONGEST = timedelta(days=90)
_BY_TOKEN = (  # built once: every request asks it
    select(SignIn).where(SignIn.token_hash == bindparam("token")).options(joinedload(SignIn.person))
)
_ID_BY_TOKEN = (
    select(SignIn.person_id, SignIn.expires_at, SignIn.seen_at, Person.state)
    .join(Person, Person.id == SignIn.person_id)
    .where(SignIn.token_hash == bindparam("token"))
)
NOTE_EVERY = timedelta(minutes=10)
VISITOR_KEPT = timedelta(hours=24)


def attach(app: Flask) -> None:
    """Tell Flask-Login how to find the person of a request and where to send the others."""
    login_manager.request_loader(lambda _: load())
    login_manager.user_loader(lambda _: None)
    login_manager.unauthorized_handler(_to_login)
    login_manager.session_protection = None


def _to_login() -> Response:
    wanted = request.full_path if request.method == "GET" else request.path
    return redirect(url_for("accounts.login", next=wanted.rstrip("?")))


def load() -> Person | None:
    """Return the person of the cookie's sign-in, None when it ended, idled out, or she is suspended."""
    token = session.get("sid")
    if not isinstance(token, str):
        return None
    row = db.session.scalar(_BY_TOKEN, {"token": crypto.digest(token)})
    now = clock.now()
    if row is None or row.expires_at <= now or row.seen_at + IDLE <= now:
        return None
    if row.person.state != PersonState.ACTIVE:
        return None
    g.sign_in_id, g.second_factor_at = row.id, row.second_factor_at
    _note_seen(row, now > row.seen_at + NOTE_EVERY)
    return row.person


def person_id() -> int | None:
    """Return who is signed in by her id alone: what a phone reports every few seconds needs no more of her."""
    if "_login_user" in g:  # Flask-Login has found her already
        return current_user.id if current_user.is_authenticated else None
    token = session.get("sid")
    if not isinstance(token, str):
        return None
    row = db.session.connection().execute(_ID_BY_TOKEN, {"token": crypto.digest(token)}).first()
    if row is None or row.seen_at + NOTE_EVERY < clock.now() or row.expires_at <= clock.now():
        return current_user.id if current_user.is_authenticated else None  # ended, or to be noted
    return int(row.person_id) if row.state == PersonState.ACTIVE else None


def _note_seen(row: SignIn, due: bool) -> None:
    if due:
        with db.engine.begin() as connection:  # a GET of hers may otherwise not write at all
            connection.execute(update(SignIn).where(SignIn.id == row.id).values(seen_at=clock.now()))


def has_second_factor() -> bool:
    """Say whether the present sign-in was made with both factors."""
    return g.get("second_factor_at") is not None


def begin(person: Person, device: str, *, second_factor_at: datetime | None = None) -> None:
    """Start a sign-in: a new session from nothing, so that an older cookie is worth nothing."""
    now, token = clock.now(), crypto.token()
    db.session.add(
        SignIn(
            token_hash=crypto.digest(token), person_id=person.id, created_at=now, seen_at=now,
            expires_at=now + LONGEST, device=device[:200], second_factor_at=second_factor_at,
        )
    )  # fmt: skip
    session.clear()
    session["sid"] = token
    session.permanent = True
    g.pop("csrf_token", None)


def visitor_id(*, create: bool = False) -> int | None:
    """Return the visitor of this browser, made now with `create`; None when there is none or 24 hours passed."""
    token = session.get("vid")
    if isinstance(token, str):
        oldest = clock.now() - VISITOR_KEPT
        found = db.session.scalar(
            select(Visitor.id).where(Visitor.token_hash == crypto.digest(token), Visitor.created_at > oldest)
        )
        if found is not None:
            return found
    return _new_visitor() if create else None


def _new_visitor() -> int:
    token = crypto.token()
    visitor = Visitor(token_hash=crypto.digest(token), created_at=clock.now())
    db.session.add(visitor)
    db.session.flush()  # her enrolment names its id
    session["vid"] = token
    return visitor.id
