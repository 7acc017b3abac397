"""Days and times of day in the site's zone, as forms give them and pages write them."""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import current_app

from lms.core.errors import Invalid

FIRST_YEAR = 2000
NOON = time(12)


def zone() -> ZoneInfo:
    """Return the site's time zone."""
    found: ZoneInfo = current_app.extensions["lms_settings"].timezone
    return found


def day_of(moment: datetime) -> date:
    """Return the local day of a moment."""
    return moment.astimezone(zone()).date()


def at(day: date, clock: time) -> datetime:
    """Return the moment of a local time of day."""
    return datetime.combine(day, clock, zone()).astimezone(UTC)


def bounds(day: date) -> tuple[datetime, datetime]:
    """Return the first moment of a local day and of the next."""
    return at(day, time()), at(day + timedelta(days=1), time())


def clock_of(moment: datetime) -> str:
    """Return the local time of day: 09:00."""
    return f"{moment.astimezone(zone()):%H:%M}"


def parse_day(typed: str) -> date:
    """Return a typed date (2026-11-24, 2026/11/24, 2026年11月24日); raises Invalid."""
    text = unicodedata.normalize("NFKC", typed).strip()
    if not text:
        raise Invalid("请填写日期。")
    found = re.fullmatch(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", text)
    if not found:
        raise Invalid("日期请写成 2026-11-24 这样。")
    try:
        day = date(*map(int, found.groups()))
    except ValueError:
        raise Invalid("没有这一天，请再看一遍日期。") from None
    if day.year < FIRST_YEAR:
        raise Invalid(f"年份好像写错了，请写 {FIRST_YEAR} 年以后的日期。")
    return day


def parse_time(typed: str) -> time:
    """Return a typed time of day (9:00, 09:00); raises Invalid."""
    text = unicodedata.normalize("NFKC", typed).strip()
    found = re.fullmatch(r"(\d{1,2}):(\d{2})(:\d{2})?", text)
    if not text:
        raise Invalid("请填写时间。")
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise Invalid("时间请写成 09:00 这样，从 00:00 到 23:59。")
    return time(int(found[1]), int(found[2]))
