"""Days and times of day of activities, besides what the whole house knows of days."""

from lms.core.days import FIRST_YEAR, NOON, at, bounds, clock_of, day_of, parse_day, parse_time, zone
from lms.service_records.models import Activity

__all__ = [
    "FIRST_YEAR", "NOON", "at", "bounds", "clock_of", "day_of", "parse_day", "parse_time", "times", "zone",
]  # fmt: skip


def times(activity: Activity) -> str:
    """Return from when to when: 09:00–11:30."""
    return f"{clock_of(activity.starts_at)}–{clock_of(activity.ends_at)}"
