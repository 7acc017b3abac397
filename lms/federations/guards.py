"""The door for staff: a permission word on the line above the view."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import g, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.exceptions import Unauthorized

from lms.accounts import login, second_factor
from lms.core.doors import declare, turn_away, wants_json
from lms.core.errors import NotAllowed
from lms.federations import scope
from lms.federations.permissions import Permission

P = ParamSpec("P")
R = TypeVar("R")


def requires(permission: Permission) -> Callable[[Callable[P, R]], Callable[P, Any]]:
    """Let in whoever holds the permission somewhere; puts her units into g.scope for scope.ids()."""

    def door(view: Callable[P, R]) -> Callable[P, Any]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
            if not current_user.is_authenticated:
                return turn_away()
            g.scope = tuple(scope.top_units(current_user.id, permission))
            if not g.scope:
                raise NotAllowed(_("您现在的身份不能做这件事。需要的话，请找本单位负责注册的同志开通。"))
            if second_factor.required(current_user.id) and not login.has_second_factor():
                return _to_second_factor()
            return view(*args, **kwargs)

        return declare(guarded, f"requires:{permission}")

    return door


def _to_second_factor() -> Any:
    """Her role is newer than her sign-in: on to the second step and back."""
    if wants_json():
        raise Unauthorized
    return redirect(url_for("second_factor.code", next=request.path))


def can(permission: str) -> bool:
    """Say whether the present person holds a permission anywhere (for menus)."""
    if not current_user.is_authenticated:
        return False
    held: dict[str, bool] = g.setdefault("can", {})
    if permission not in held:
        held[permission] = bool(scope.top_units(current_user.id, Permission(permission)))
    return held[permission]
