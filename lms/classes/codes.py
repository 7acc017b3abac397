"""The code on the wall of a venue: the session's own code and a stamp that changes every five minutes."""

from lms.classes.models import ClassSession
from lms.core import clock, crypto

WINDOW_SECONDS = 300
STAMP_LENGTH = 12
SHOWN = 1
"""How many windows back a code on the wall still opens the page (people queue before the screen)."""
PRESSED = 3
"""How many windows back the button on a page that was opened in time still works (she signs in first)."""


def code_of(session: ClassSession) -> str:
    """Return what the wall shows now."""
    return f"{session.code}.{_stamp(session.code, _window())}"


def split(code: str) -> tuple[str, str]:
    """Return the session's code and the stamp of what was scanned."""
    own, _, stamp = code.partition(".")
    return own, stamp


def fresh(own: str, stamp: str, *, windows_back: int) -> bool:
    """Say whether a stamp was on the wall in the present window or a few before it."""
    now = _window()
    return any(crypto.same(stamp, _stamp(own, now - back)) for back in range(windows_back + 1))


def _window() -> int:
    return int(clock.now().timestamp()) // WINDOW_SECONDS


def _stamp(own: str, window: int) -> str:
    return crypto.blind_index(f"{own}\0{window}", field="class.code")[:STAMP_LENGTH]
