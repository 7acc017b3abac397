"""What the reader asked to see, and whether she has said why: at city level and above she must, before names."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import g, request, session
from flask_babel import gettext as _
from sqlalchemy import select

from lms.audit.queries import Selection, State
from lms.catalogue.models import Course, CourseState
from lms.core import audit_log, clock
from lms.core.errors import Invalid, Missing
from lms.extensions import db
from lms.federations.models import Level, Membership, Unit, UnitClosure

PURPOSE_LENGTH = 200
PURPOSE_GOOD_FOR = timedelta(hours=1)
STATISTICS_FIRST = (Level.NATION, Level.PROVINCE, Level.CITY)
WORDS_LENGTH = 40
A_NUMBER = re.compile(r"\d{7,}")


@dataclass(frozen=True, slots=True)
class Filters:
    """How a list is narrowed, as its address says it."""

    course: Course | None
    state: State
    words: str
    direct: bool

    def selection(self, unit_id: int) -> Selection:
        """Return the people of a unit that these filters leave."""
        return Selection(unit_id, self.course_id, self.state, self.words, self.direct)

    @property
    def course_id(self) -> int | None:
        """The course's id, None for all courses."""
        return self.course.id if self.course else None

    def args(self, **changes: Any) -> dict[str, Any]:
        """Return the filters for an address, with changes; what says nothing is left out."""
        said = {
            "course": self.course.slug if self.course else "",
            "state": "" if self.state == State.ALL else str(self.state),
            "q": self.words,
            "direct": "1" if self.direct else "",
        }
        return {name: value for name, value in {**said, **changes}.items() if value}


def filters() -> Filters:
    """Return the filters of this request; raises Missing for a course or state that does not exist."""
    wanted = request.values
    state = wanted.get("state") or State.ALL
    if state not in set(State):
        raise Missing(_("没有这一种名单。请回到上一页，重新选。"))
    words = " ".join(wanted.get("q", "").split())[:WORDS_LENGTH]
    return Filters(course(wanted.get("course", "")), State(state), words, wanted.get("direct") == "1")


def course(slug: str) -> Course | None:
    """Return the course of a filter, None for all; raises Missing for one that was never published."""
    if not slug:
        return None
    found = db.session.scalar(select(Course).where(Course.slug == slug, Course.state != CourseState.DRAFT))
    if found is None:
        raise Missing(_("没有找到这门课。请回到上一页，重新选。"))
    return found


def page_number() -> int:
    """Return the page asked for, 1 for anything that is no number."""
    asked = request.args.get("page", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1


def unit_of(person_id: int) -> Unit:
    """Return the unit of a person inside the scope of this request, her home first; raises Missing."""
    unit = db.session.scalar(
        select(Unit)
        .join(Membership, Membership.unit_id == Unit.id)
        .join(UnitClosure, UnitClosure.descendant_id == Unit.id)
        .where(
            Membership.person_id == person_id,
            Membership.until.is_(None),
            UnitClosure.ancestor_id.in_(g.scope),
        )
        .order_by(Membership.is_home.desc(), Membership.id)
        .limit(1)
    )
    if unit is None:
        raise Missing
    return unit


def must_say_why(unit_id: int) -> bool:
    """Say whether names of this unit stay closed until she gives a reason."""
    levels = db.session.scalars(
        select(Unit.level)
        .join(UnitClosure, UnitClosure.ancestor_id == Unit.id)
        .where(UnitClosure.descendant_id == unit_id, Unit.id.in_(g.scope))
    ).all()
    return all(level in STATISTICS_FIRST for level in levels) and not purpose()


def purpose() -> str:
    """Return the reason she gave within the hour, "" when there is none."""
    words, until = session.get("purpose", ("", ""))
    return words if words and clock.parse(until) > clock.now() else ""


def say_why(words: str, unit: Unit, *, actor_id: int) -> None:
    """Take her reason and record it; raises Invalid."""
    words = checked(words)
    session["purpose"] = (words, (clock.now() + PURPOSE_GOOD_FOR).isoformat())
    audit_log.record(actor_id, "purpose.said", "unit", unit.id, {"purpose": words})


def checked(words: str) -> str:
    """Return a reason fit to be recorded; raises Invalid saying what is wrong with it."""
    words = " ".join(words.split())
    if len(words) < 2:
        raise Invalid(_("请写一句用途，比如“核对三月培训名单”。会留下记录。"))
    if len(words) > PURPOSE_LENGTH:
        raise Invalid(_("用途最多写 %(most)s 个字，现在有 %(n)s 个。", most=PURPOSE_LENGTH, n=len(words)))
    if A_NUMBER.search(words):
        raise Invalid(_("用途里不要写手机号或证件号，请删掉。"))
    return words
