"""Views that take files: the limit of the body is raised for them alone, before their form is read."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio import multipart

from lms.extensions import csrf

P = ParamSpec("P")
R = TypeVar("R")
ROOM_FOR_FIELDS = 1_000_000
"""Bytes of a form around its file."""
HEAD = 64 * 1024
"""Bytes of a body that is too large, read for the fields that stand before its files."""


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


def typed_before_files(field: str) -> str:
    """Return a field of a body that is too large to read, where it stands before the files; "" otherwise."""
    boundary = request.mimetype_params.get("boundary", "").encode("latin-1", "ignore")
    if request.mimetype != "multipart/form-data" or not boundary:
        return ""
    decoder = multipart.MultipartDecoder(boundary)
    try:
        decoder.receive_data(request.environ["wsgi.input"].read(HEAD))
        return _typed(decoder, field)
    except (ValueError, OSError):
        return ""


def _typed(decoder: multipart.MultipartDecoder, field: str) -> str:
    name, words = "", b""
    while not isinstance(event := decoder.next_event(), multipart.File | multipart.NeedData):
        if isinstance(event, multipart.Field):
            name, words = event.name, b""
        if isinstance(event, multipart.Data) and name == field:
            words += event.data
            if not event.more_data:
                return words.decode("utf-8", "replace")
    return ""
