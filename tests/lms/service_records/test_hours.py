"""Hours as people type them, and hours that overlap."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.errors import Invalid
from lms.service_records import hours
from lms.service_records.hours import Service


@pytest.mark.parametrize(
    ("typed", "quarters"),
    [
        ("2", 8),
        ("2.5", 10),
        ("0.25", 1),
        ("2.75小时", 11),
        ("２．５", 10),
        (" 3 ", 12),
        ("24", 96),
        ("2.50", 10),
    ],
)
def test_hours_are_read_in_quarters(typed: str, quarters: int) -> None:
    assert hours.parse(typed) == quarters


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "请填写时长"),
        ("-1", "不能是负数"),
        ("25", "一天只有 24 小时，不能记 25 小时"),
        ("24.25", "一天只有 24 小时"),
        ("9" * 400, "一天只有 24 小时"),
        ("2.3", "按一刻钟记"),
        ("0", "要大于 0"),
        ("两个", "只写数字"),
        ("=1+1", "只写数字"),
        ("1e1", "只写数字"),
        ("NaN", "只写数字"),
        ("٣", "只写数字"),
    ],
)
def test_what_is_no_length_of_time_gets_a_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        hours.parse(typed)


def test_zero_has_a_meaning_in_corrections_only() -> None:
    assert hours.parse("0", zero=True) == 0


def at(start: int, end: int, quarters: int) -> Service:
    noon = datetime(2026, 11, 2, tzinfo=UTC)
    return Service(noon + timedelta(minutes=15 * start), noon + timedelta(minutes=15 * end), quarters)


def test_two_services_at_the_same_time_count_once() -> None:
    assert hours.counted([at(0, 12, 12), at(4, 12, 8)]) == [12, 0]
    assert hours.counted([at(0, 12, 12), at(8, 16, 8)]) == [12, 4]
    assert hours.counted([at(0, 12, 4), at(4, 12, 8)]) == [4, 8]  # an hour of one, then the whole other
    assert hours.counted([at(0, 12, 2), at(0, 4, 4), at(0, 4, 4)]) == [2, 4, 0]


def test_services_one_after_the_other_all_count() -> None:
    assert hours.counted([at(0, 4, 4), at(4, 8, 4), at(8, 12, 4)]) == [4, 4, 4]


def fits(services: list[Service]) -> bool:
    """Whether one person can have given all this: minute by minute, always the one that ends first."""
    left = [one.quarters for one in services]
    for quarter in range(0, 40):
        moment = at(quarter, quarter, 0).starts_at
        open_now = [n for n, one in enumerate(services) if one.starts_at <= moment < one.ends_at and left[n]]
        if open_now:
            left[min(open_now, key=lambda n: services[n].ends_at)] -= 1
    return not any(left)


@given(
    st.lists(
        st.tuples(st.integers(0, 20), st.integers(1, 12), st.integers(0, 12)).map(
            lambda t: at(t[0], t[0] + t[1], min(t[1], t[2]))
        ),
        max_size=5,
    )
)
def test_what_counts_fits_into_one_life_and_leaves_out_no_more_than_it_must(services: list[Service]) -> None:
    counted = hours.counted(services)
    kept = [Service(one.starts_at, one.ends_at, n) for one, n in zip(services, counted, strict=True)]
    assert all(0 <= n <= one.quarters for one, n in zip(services, counted, strict=True))
    assert fits(kept)
    for place, (one, n) in enumerate(zip(services, counted, strict=True)):
        if n < one.quarters:
            more = [*kept[:place], Service(one.starts_at, one.ends_at, n + 1)]
            assert not fits(more)


@given(st.permutations([at(0, 8, 8), at(4, 12, 8), at(20, 24, 4)]))
def test_the_sum_does_not_depend_on_the_order_of_equals(services: list[Service]) -> None:
    assert sum(hours.counted(services)) == 16
    assert list(itertools.accumulate(hours.counted(services)))[-1] == 16
