"""A document read page by page: which pages were seen, and how long by the server's clock (docs/evidence.md)."""

from datetime import datetime
from typing import Any

from courses.model import DocumentBody, Lesson
from lms.catalogue.queries import page_counts
from lms.core import clock
from lms.core.errors import Conflict, Invalid
from lms.enrolment.models import Enrolment
from lms.learning.commands import is_done, progress_row, reached_end
from lms.learning.models import LessonProgress

MOST_A_LOOK = 300.0
"""Seconds one look at a page counts at most: a page left open over night is not read all night."""
NAMED = 5
"""Missing pages named in a sentence."""
Pages = dict[str, dict[str, Any]]


def turn_to(enrolment: Enrolment, lesson: Lesson, n: int, *, as_text: bool) -> None:
    """She looks at page n now: the page before stops counting, this one begins and is seen.

    Once the lesson is finished only her place is kept: its evidence stays as it was.
    """
    row = progress_row(enrolment.id, lesson.id)
    row.position = float(n)
    if is_done(enrolment.id, lesson.id):
        return
    now = clock.now()
    pages = _closed(row, lesson, now)
    page = pages.get(str(n), {"opened": now.isoformat(), "seconds": 0.0, "text": True})
    pages[str(n)] = {**page, "read": True, "text": as_text and page["text"], "at": now.isoformat()}
    _write(row, pages, now)


def finish(enrolment: Enrolment, lesson: Lesson) -> None:
    """She says she read it; raises Conflict with the pages not seen yet, or the seconds left."""
    body = lesson.body
    if not isinstance(body, DocumentBody):
        raise Invalid("这一课不是文档课。")
    total = page_counts(enrolment.version_id).get(lesson.id, 0)
    row = progress_row(enrolment.id, lesson.id)
    now = clock.now()
    pages = _closed(row, lesson, now)
    current = str(int(row.position))
    if current in pages:
        pages[current] = {**pages[current], "at": now.isoformat()}  # she goes on looking at it
    _write(row, pages, now)
    missing = [n for n in range(1, total + 1) if str(n) not in pages]
    if missing or not total:
        raise Conflict(_missing_words(missing))
    reached_end(enrolment, lesson, row, body.min_seconds)


def _closed(row: LessonProgress, lesson: Lesson, now: datetime) -> Pages:
    """Return the pages with the time of the one that was open added."""
    longest = max(MOST_A_LOOK, getattr(lesson.body, "min_seconds", 0))
    pages: Pages = {}
    for n, page in row.pages.items():
        kept = dict(page)
        if begun := kept.pop("at", None):
            stayed = (now - clock.parse(begun)).total_seconds()
            kept["seconds"] = round(kept["seconds"] + min(max(0.0, stayed), longest), 1)
        pages[n] = kept
    return pages


def _write(row: LessonProgress, pages: Pages, now: datetime) -> None:
    row.pages, row.updated_at = pages, now
    row.read_seconds = round(sum(page["seconds"] for page in pages.values()), 1)


def _missing_words(missing: list[int]) -> str:
    if not missing:
        return "文档还在处理，过几分钟再来看。"
    named = "、".join(map(str, missing[:NAMED]))
    if len(missing) > NAMED:
        return f"还有 {len(missing)} 页没看：第 {named} 页等。翻到那一页，就算看过。"
    return f"还有 {len(missing)} 页没看：第 {named} 页。翻到那一页，就算看过。"
