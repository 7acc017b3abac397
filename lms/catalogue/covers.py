"""Covers: an SVG in the course document, drawn to a picture by a worker; pages only ever get the picture."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from courses.model import Course as CourseDocument
from lms.assets import pictures
from lms.core import jobs

MARK = "cover"
WIDTH, HEIGHT = 640, 360


def key_of(content: CourseDocument) -> str:
    """Return the key of the picture drawn from a cover."""
    return _key_of(content.cover)


@lru_cache(maxsize=256)
def _key_of(cover: str) -> str:
    return pictures.key_of(cover.encode(), MARK)


def order(content: CourseDocument) -> None:
    """Let the worker draw what is missing, when this course has a cover at all."""
    if content.cover:
        jobs.enqueue("catalogue.draw_covers", {}, key="covers")


def addresses(contents: Iterable[CourseDocument]) -> Mapping[str, str]:
    """Return slug → address of the covers that are drawn."""
    keys = {content.slug: key_of(content) for content in contents if content.cover}
    drawn = pictures.kept(keys.values()) if keys else set()
    return {slug: pictures.address(key) for slug, key in keys.items() if key in drawn}
