"""Views that take files: the limit of the body is raised for them alone, before their form is read."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from lms.extensions import csrf

P = ParamSpec("P")
R = TypeVar("R")
ROOM_FOR_FIELDS = 1_000_000
"""Bytes of a form around its file."""


def takes_files(most: int, *, too_large: Callable[[], Any]) -> Callable[[Callable[P, R]], Callable[P, Any]]:
    """Let a view's body be as large as one file of `most` bytes; a larger one gets the answer of `too_large`."""

    def allow(view: Callable[P, R]) -> Callable[P, Any]:
        @wraps(view)
        def larger(*args: P.args, **kwargs: P.kwargs) -> Any:
            request.max_content_length = most + ROOM_FOR_FIELDS
            try:
                csrf.protect()
            except RequestEntityTooLarge:
                return too_large()
            return view(*args, **kwargs)

        # The general check runs before every view and would read the body under the general limit.
        csrf.exempt(larger)
        return larger

    return allow
