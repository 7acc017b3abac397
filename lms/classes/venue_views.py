"""The page behind the code on the wall: she signs in at the venue."""

from flask import Blueprint, render_template
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from lms.classes import codes, commands, queries
from lms.classes.models import ClassSession
from lms.core import days
from lms.core.doors import signed_in
from lms.core.errors import Conflict
from lms.extensions import db

bp = Blueprint("venue", __name__, template_folder="templates")
STALE = "这个签到码已经换过了。请对着现场的屏幕再扫一次。"


@bp.get("/s/<code>")
@signed_in
def show(code: str) -> tuple[str, int]:
    """Show which session this is, and ask her to press once; say when it is too early, too late or already done."""
    session, words = _opened(code, windows_back=codes.SHOWN)
    return _page(session, code, words)


@bp.post("/s/<code>")
@signed_in
def sign_in(code: str) -> Answer | tuple[str, int]:
    """Record that she is there; pressing again shows the same."""
    session, words = _opened(code, windows_back=codes.PRESSED)
    if not words:
        try:
            commands.sign_in(session, current_user.id)
        except Conflict as error:
            db.session.rollback()
            words = error.message
    db.session.commit()
    return _page(session, code, words)


def _opened(code: str, *, windows_back: int) -> tuple[ClassSession, str]:
    """Return the session, and why she cannot sign in with this code now ("" when she can)."""
    own, stamp = codes.split(code)
    session = queries.by_code(own)
    if words := commands.closed_words(session):
        return session, words
    return session, "" if codes.fresh(own, stamp, windows_back=windows_back) else STALE


def _page(session: ClassSession, code: str, words: str) -> tuple[str, int]:
    row = commands.attendance_of(session.id, current_user.id)
    there = row if row is not None and row.counts else None
    page = render_template(
        "classes/sign_in.html",
        session=session,
        title=queries.title_of(session),
        code=code,
        there=there,
        words=words,
        days=days,
    )
    return page, 409 if words and there is None else 200
