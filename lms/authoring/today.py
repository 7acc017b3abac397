"""What waits for her today: a number each, and the page that lists exactly these."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from lms.assessment import marking
from lms.authoring import queries, reviewing
from lms.classes import queries as classes
from lms.classes.queries import When
from lms.federations import scope
from lms.federations.guards import can
from lms.federations.permissions import Permission
from lms.learning import assignments, people_queries


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing to do: the door of its page, how many of it wait there, what it is called, where they are listed."""

    door: Permission
    count: Callable[[], int]
    words: LazyString
    page: str
    only: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """So much of one kind waits for her."""

    words: LazyString
    count: int
    url: str


KINDS = (
    Kind(Permission.CLASSES_HOLD, lambda: classes.count(When.TODAY), _l("今天的面授课"), "classes.index", {"when": When.TODAY}),
    Kind(Permission.ATTEMPTS_MANAGE, lambda: assignments.waiting_count(current_user.id), _l("等您看的作业"), "work.index", {"state": "waiting"}),
    Kind(Permission.ATTEMPTS_MANAGE, marking.waiting_count, _l("等您批改的问答题"), "marking.index"),
    Kind(Permission.COURSES_REVIEW, lambda: len(reviewing.waiting()), _l("等您审定的课"), "course_reviews.index", {"state": "waiting"}),
    Kind(Permission.COURSES_WRITE, lambda: len(queries.failed_films()), _l("没做成的视频和文件"), "teach.failed"),
    Kind(Permission.ATTEMPTS_MANAGE, people_queries.away_count, _l("学到一半、两周没来的学员"), "learners.index", {"away": 1}),
    Kind(Permission.CLASSES_HOLD, lambda: classes.count(When.WEEK), _l("今天以后 7 天的面授课"), "classes.index", {"when": When.WEEK}),
)  # fmt: skip


def lines() -> list[Line]:
    """Return what waits for the present person, each kind counted in the units in which its own page lets her see it."""
    return [line for kind in KINDS if can(kind.door) and (line := _line(kind)).count]


def _line(kind: Kind) -> Line:
    with scope.through(current_user.id, kind.door):
        return Line(kind.words, kind.count(), url_for(kind.page, **kind.only))
