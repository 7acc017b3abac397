"""Watched stretches as a set of seconds, and the clock that pays for them; pure, linear in the stretches.

Stretches are tuples (start, end) in seconds of the medium, sorted and disjoint. The clock is the same structure over
wall-clock seconds: one per person, no second of it is spent twice (design.md 4).
"""

from collections.abc import Sequence

Stretches = tuple[tuple[float, float], ...]


def merge(stretches: Stretches, new: Sequence[tuple[float, float]]) -> Stretches:
    """Return the exact union of both, sorted and disjoint: a hole is only filled by seconds that were paid for."""
    merged: list[tuple[float, float]] = []
    for start, end in sorted((*stretches, *new)):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def covered(stretches: Stretches) -> float:
    """Return how many seconds a set holds."""
    return sum(end - start for start, end in stretches)


def share(stretches: Stretches, duration: float) -> float:
    """Return the watched part of a medium, 0..1."""
    if duration <= 0:
        return 0.0
    return min(1.0, covered(clip(stretches, duration)) / duration)


def clip(stretches: Sequence[tuple[float, float]], duration: float) -> Stretches:
    """Return the parts between 0 and `duration`."""
    cut = ((max(0.0, start), min(duration, end)) for start, end in stretches)
    return tuple((start, end) for start, end in cut if end > start)


def gaps(stretches: Stretches, duration: float, min_gap: float = 1.0) -> Stretches:
    """Return what is not yet watched, leaving out holes shorter than `min_gap` seconds."""
    found, at = [], 0.0
    for start, end in (*stretches, (duration, duration)):
        if start - at >= min_gap:
            found.append((at, start))
        at = max(at, end)
    return tuple(found)


def spend(spent: Stretches, start: float, now: float, cost: float) -> tuple[float, Stretches]:
    """Allot `cost` seconds of the unspent wall clock between `start` and `now`, earliest first.

    Earliest first, because every window ends now: what another visit may use that began later is left to it.
    Returns (granted seconds, new spent set); granted is less than the cost when the clock does not hold it.
    """
    free = gaps(clip_between(spent, start, now), now, min_gap=0.0) if now > start else ()
    granted, taken = 0.0, []
    for low, high in free:
        low = max(low, start)
        part = min(high - low, cost - granted)
        if part > 0:
            taken.append((low, low + part))
            granted += part
    return granted, merge(spent, taken)


def clip_between(stretches: Stretches, low: float, high: float) -> Stretches:
    """Return the parts between two moments, with everything before `low` taken as used."""
    inside = ((max(low, start), min(high, end)) for start, end in stretches)
    return ((float("-inf"), low), *((start, end) for start, end in inside if end > start))
