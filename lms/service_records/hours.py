"""Service time: the hour is the unit, a quarter of it the step; typed, written, and counted once."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lms.core.errors import Invalid
from lms.service_records.models import QUARTERS_A_DAY, Activity

MINUTES = 15
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Service:
    """One confirmed service for counting: between when and when, and how many quarters of it she gave."""

    starts_at: datetime
    ends_at: datetime
    quarters: int


def parse(typed: str, *, zero: bool = False) -> int:
    """Return the quarters of typed hours; raises Invalid saying what is wrong. Zero only where it has a meaning."""
    text = unicodedata.normalize("NFKC", typed).strip().removesuffix("小时").strip()
    if not text:
        raise Invalid("请填写时长，单位是小时，比如 2 或 2.5。")
    if re.fullmatch(r"[-−]\d+(\.\d+)?", text):
        raise Invalid("时长不能是负数。")
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        raise Invalid(f"时长只写数字，比如 2 或 2.5。您写的是“{typed.strip()[:SHOWN]}”。")
    whole, _, part = text.partition(".")
    quarters = {"": 0, "25": 1, "5": 2, "75": 3}.get(part.rstrip("0"))
    if len(whole) > 4 or int(whole) * 4 + (quarters or 0) > QUARTERS_A_DAY:
        raise Invalid(f"一天只有 24 小时，不能记 {text[:SHOWN]} 小时。")
    if quarters is None:
        raise Invalid(
            f"时长按一刻钟记，可以写 {whole}、{whole}.25、{whole}.5 或 {whole}.75，不能写 {text[:SHOWN]}。"
        )
    total = int(whole) * 4 + quarters
    if not total and not zero:
        raise Invalid("时长要大于 0。没有参加的人，请从名单里移除。")
    return total


def words(quarters: int) -> str:
    """Return quarters as hours are written: 2, 2.25, 2.5."""
    return f"{quarters / 4:g}"


def span(activity: Activity) -> int:
    """Return the whole quarters between the beginning and the end of an activity."""
    return int((activity.ends_at - activity.starts_at).total_seconds() // 60 // MINUTES)


def check_within(activity: Activity, quarters: int) -> None:
    """Raise Invalid for more hours than the activity lasted."""
    if quarters > span(activity):
        raise Invalid(
            f"活动一共 {words(span(activity))} 小时，不能记 {words(quarters)} 小时。"
            "活动的时间写错了，请先更正活动的时间。"
        )


def counted(services: Sequence[Service]) -> list[int]:
    """Return how many quarters of each count, earlier ones first, so that no moment counts twice.

    A person cannot be in two places: whatever is counted must fit, without overlapping itself, into the times of
    the activities. It fits exactly when no stretch of time holds more than its length.
    """
    done: list[Service] = []
    for one in services:
        room = one.quarters
        for start in {one.starts_at} | {other.starts_at for other in done if other.starts_at < one.starts_at}:
            for end in {one.ends_at} | {other.ends_at for other in done if other.ends_at > one.ends_at}:
                room = min(room, _free(done, start, end))
        done.append(Service(one.starts_at, one.ends_at, max(room, 0)))
    return [one.quarters for one in done]


def _free(done: Sequence[Service], start: datetime, end: datetime) -> int:
    spent = sum(one.quarters for one in done if one.starts_at >= start and one.ends_at <= end)
    return int((end - start).total_seconds() // 60 // MINUTES) - spent
