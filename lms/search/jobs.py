"""The index follows the database; only here and in called commands is it written."""

from lms.core import jobs
from lms.search import commands, passages
from lms.search.finder import finder

MANY_SOURCES = 200
"""From here on building anew takes long enough to go behind the encodes."""


def update() -> None:
    """Write what changed; a large index that is missing is left to the heavy lane."""
    if finder().kept() is None and len(passages.sources()) > MANY_SOURCES:
        jobs.enqueue("search.rebuild", {}, key="search.rebuild", lane=jobs.Lane.HEAVY)
        return
    commands.update()


def rebuild() -> None:
    """Build the index unless that happened meanwhile."""
    commands.update()
