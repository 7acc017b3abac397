"""Facts travel here: the owner publishes, the hearers named in lms.wiring run in the same transaction."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Flask, current_app

Handlers = Mapping[type[Any], Sequence[Callable[[Any], None]]]


def connect(app: Flask, handlers: Handlers) -> None:
    """Give the application its table of hearers: event class -> functions, called in order."""
    app.extensions["lms_handlers"] = handlers


def publish(event: object) -> None:
    """Tell every hearer of this fact; an exception in one of them undoes the whole transaction."""
    handlers: Handlers = current_app.extensions["lms_handlers"]
    for handle in handlers.get(type(event), ()):
        handle(event)
