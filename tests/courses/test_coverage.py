"""Stretches and the clock: nothing is earned that was not paid for."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from courses import coverage

seconds = st.integers(0, 60).map(float)
stretches = st.lists(st.tuples(seconds, seconds), max_size=12)


def _set(pairs: list[tuple[float, float]] | coverage.Stretches) -> set[int]:
    return {second for start, end in pairs for second in range(int(start), int(end))}


@given(stretches, stretches)
@settings(max_examples=300, deadline=None)
def test_merging_is_the_union_of_seconds(
    one: list[tuple[float, float]], two: list[tuple[float, float]]
) -> None:
    merged = coverage.merge(coverage.merge((), one), two)
    assert _set(merged) == _set(one) | _set(two)
    assert all(a[1] < b[0] for a, b in itertools.pairwise(merged))


@given(stretches)
@settings(max_examples=300, deadline=None)
def test_what_is_covered_and_the_gaps_make_the_whole(one: list[tuple[float, float]]) -> None:
    merged = coverage.merge((), one)
    holes = coverage.gaps(merged, 60.0, min_gap=0.5)
    assert coverage.covered(merged) + coverage.covered(holes) == 60.0


@given(stretches, seconds, seconds, st.integers(0, 80).map(float))
@settings(max_examples=300, deadline=None)
def test_the_clock_grants_only_unspent_seconds_of_the_window(
    spent: list[tuple[float, float]], start: float, now: float, cost: float
) -> None:
    before = coverage.merge((), spent)
    granted, after = coverage.spend(before, start, now, cost)
    free = _set([(start, now)]) - _set(before)
    assert granted == min(cost, len(free))
    assert coverage.covered(after) == coverage.covered(before) + granted
    assert _set(after) - _set(before) <= free


def test_a_small_hole_stays_a_hole() -> None:
    assert coverage.merge(((0.0, 1.0),), [(1.1, 2.0)]) == ((0.0, 1.0), (1.1, 2.0))
