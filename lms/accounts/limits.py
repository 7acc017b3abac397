"""How often one may guess: counted in the database, over all doors together (security.md T12).

A guess is written down before it is judged and taken back when it was right, so that fifty guesses at once
are fifty guesses. Right answers cost nothing.
"""

import math
from collections.abc import Sequence
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from lms.accounts.models import SignInAttempt
from lms.core import clock, crypto
from lms.core.database import begin_write
from lms.core.errors import TooMany
from lms.extensions import db

ACCOUNT_SHORT, SHORT = 10, timedelta(minutes=15)
ACCOUNT_DAY, DAY = 100, timedelta(days=1)
NETWORK_SHORT = 300
"""Failures from one address: sixty women behind one router may each mistype a few times."""


def reserve(account: str, network: str) -> Sequence[SignInAttempt]:
    """Write down a guess at an account from a network and commit; raises TooMany, then nothing is written.

    The right password is refused then too, otherwise the answer would tell that it was right.
    """
    where = crypto.digest(network)
    _check(account, where)  # reading only: a flood of refused guesses must not queue for the write lock
    begin_write(db.session, f"guesses:{account}", f"guesses:{where}")
    try:
        _check(account, where)
    except TooMany:
        db.session.rollback()
        raise
    now = clock.now()
    guesses = [SignInAttempt(subject=subject, at=now) for subject in (account, where)]
    db.session.add_all(guesses)
    db.session.commit()
    return guesses


def forgive(guesses: Sequence[SignInAttempt]) -> None:
    """Take a guess back: it was right."""
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.id.in_([one.id for one in guesses])))


def _check(account: str, where: str) -> None:
    if _failures(account, DAY) >= ACCOUNT_DAY:
        raise TooMany(_("今天试的次数太多了。请明天再试，或请本单位的同志给您一张重设单。"))
    full = [
        subject
        for subject, limit in ((account, ACCOUNT_SHORT), (where, NETWORK_SHORT))
        if _failures(subject, SHORT) >= limit
    ]
    if full:
        minutes = max(map(_minutes_left, full))
        raise TooMany(_("试的次数太多了。请过 %(n)s 分钟再试，或请本单位的同志给您一张重设单。", n=minutes))


def _failures(subject: str, within: timedelta) -> int:
    since = clock.now() - within
    query = select(func.count()).where(SignInAttempt.subject == subject, SignInAttempt.at > since)
    return db.session.scalar(query) or 0


def _minutes_left(subject: str) -> int:
    """Return the whole minutes until the oldest guess that still counts is forgotten."""
    now = clock.now()
    oldest = select(func.min(SignInAttempt.at)).where(
        SignInAttempt.subject == subject, SignInAttempt.at > now - SHORT
    )
    moment = db.session.scalar(oldest) or now
    return max(1, math.ceil((moment + SHORT - now).total_seconds() / 60))
