"""How many 学时 a finished course is worth: a dated rule over seconds; both are stored and shown (domain.md 2.9)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal

from courses.items import leaves
from courses.model import Body, ClassroomBody, Course, DocumentBody, Played, QuizBody, TextBody


@dataclass(frozen=True, slots=True)
class HoursRule:
    """Minutes that make one 学时 and the step it is rounded down to, from a day on."""

    name: str
    since: date
    minutes_per_hour: int
    step: str
    characters_per_minute: int
    seconds_per_item: int


RULES = (HoursRule("45 分钟 1 学时（2026）", date(2026, 1, 1), 45, "0.1", 300, 60),)


def rule_on(day: date) -> HoursRule:
    """Return the rule in force on a day; the first one for days before it."""
    return next((rule for rule in reversed(RULES) if rule.since <= day), RULES[0])


def seconds_of(course: Course, durations: Mapping[str, float], rule: HoursRule) -> float:
    """Return the seconds the content holds: text by reading pace, a film or recording by its length, a paper by its items."""
    return round(
        sum(_seconds(lesson.body, durations.get(lesson.id, 0.0), rule) for lesson in course.lessons()), 1
    )


def _seconds(body: Body, duration: float, rule: HoursRule) -> float:
    if isinstance(body, TextBody):
        return len(body.markdown) / rule.characters_per_minute * 60
    if isinstance(body, QuizBody):
        drawn = sum(draw.count for draw in body.draws)
        return (drawn or sum(1 for _ in leaves(body.items))) * rule.seconds_per_item
    if isinstance(body, ClassroomBody):
        return body.minutes * 60
    if isinstance(body, DocumentBody):
        return float(body.min_seconds)  # what its rule makes her stay, whatever the file holds
    return duration if isinstance(body, Played) else 0.0


def hours(seconds: float, rule: HoursRule) -> float:
    """Return 学时, rounded down to the rule's step."""
    exact = Decimal(str(seconds)) / 60 / rule.minutes_per_hour
    return float(exact.quantize(Decimal(rule.step), ROUND_DOWN))
