"""The one engine of this process; the line to change for another engine."""

from pathlib import Path

from flask import current_app

from lms.search.engine import Finder
from lms.search.whoosh_reader import WhooshReader


def folder() -> Path:
    """Return where the index lies; all of it can be deleted and is built anew."""
    data: Path = current_app.extensions["lms_settings"].data
    return data / "index"


def finder() -> Finder:
    """Return the finder, kept open by this process."""
    found: Finder = current_app.extensions.setdefault("lms_finder", WhooshReader(folder()))
    return found
