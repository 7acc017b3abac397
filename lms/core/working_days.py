"""Working days by the State Council's calendar; a year it has no data for counts weekdays only, and says so."""

from dataclasses import dataclass
from datetime import date, timedelta

from chinese_calendar import is_workday


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of a term; `weekdays_only` when the holidays of a year in it are not known yet."""

    day: date
    weekdays_only: bool


def after(start: date, days: int) -> Deadline:
    """Return the day on which a term of so many working days after `start` ends."""
    day, left, guessed = start, days, False
    while left:
        day += timedelta(days=1)
        working, known = _working(day)
        left, guessed = left - working, guessed or not known
    return Deadline(day, guessed)


def _working(day: date) -> tuple[bool, bool]:
    try:
        return bool(is_workday(day)), True
    except NotImplementedError:
        return day.weekday() < 5, False
