"""Doors: the line above each view that says who may enter. tests/test_doors.py fails on a silent view."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import current_app, request
from flask_login import current_user
from werkzeug.exceptions import Unauthorized

P = ParamSpec("P")
R = TypeVar("R")
View = Callable[P, R]


def declare(view: Callable[P, R], door: str) -> Callable[P, R]:
    """Write the declaration on the function, where the test of doors reads it."""
    view.__door__ = door  # type: ignore[attr-defined]
    return view


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Let everyone in."""
    return declare(view, "public")


def signed_url(view: Callable[P, R]) -> Callable[P, R]:
    """Let in whoever holds the address: the view checks its signature."""
    return declare(view, "signed_url")


def signed_in(view: Callable[P, R]) -> Callable[P, Any]:
    """Let in whoever has signed in; others go to /login (pages) or get 401 (JSON)."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
        if not current_user.is_authenticated:
            return turn_away()
        return view(*args, **kwargs)

    return declare(guarded, "signed_in")


def turn_away() -> Any:
    """Send a signed-out person to /login and back, or answer 401 where no page is asked for."""
    if wants_json():
        raise Unauthorized
    return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]


def wants_json() -> bool:
    """Say whether the answer should be JSON (the outbox and health addresses, or a JSON body)."""
    return request.path.startswith("/api/") or request.is_json
