"""A second by second model of what is believed of watching: plain sets of half seconds, one clock a person."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from lms.learning.watching import ELSEWHERE

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
LENGTH, LENT, JUMP = 60, 2, 2
"""Seconds of each film, lent a day, of a harmless jump."""
Film = tuple[str, str]
Ticks = set[int]


@dataclass
class Playing:
    """What the model knows of one visit."""

    token: str
    who: int
    film: Film
    started: datetime
    fetched: datetime | None = None
    seq: int = 0
    sent: int = 0


@dataclass
class Account:
    """One person's clock, in half seconds since noon: spent ones, what was lent today, who plays."""

    spent: Ticks = field(default_factory=set)
    lent_on: str = ""
    lent: int = 0
    player: Playing | None = None
    since: datetime = NOON
    heard: datetime = NOON

    def pay(self, fetched: datetime, now: datetime, cost: int) -> int:
        """Spend unspent half seconds since the media was fetched, then what may be lent this day."""
        owed, tick = cost, tick_of(fetched)
        while owed and tick < tick_of(now):
            if tick not in self.spent:
                self.spent.add(tick)
                owed -= 1
            tick += 1
        today = now.date().isoformat()
        if self.lent_on != today:
            self.lent_on, self.lent = today, 0
        lent = min(owed, LENT * 2 - self.lent)
        self.lent += lent
        return cost - owed + lent

    def pause(self, visit: Playing, now: datetime, one_player: bool) -> str | None:
        """The sentence for the older of two players, None for the one that plays."""
        other = self.player is not None and self.player is not visit
        assert visit.fetched
        newer = other and self.since > visit.fetched
        if one_player and newer and now - self.heard < timedelta(seconds=45):
            return ELSEWHERE
        self.player, self.since, self.heard = visit, visit.fetched, now
        return None


def ticks(stretches: list[list[float]]) -> Ticks:
    """The half seconds of some stretches, nothing behind the end of the film."""
    return {n for begin, end in stretches for n in range(round(begin * 2), round(min(end, LENGTH) * 2))}


def tick_of(moment: datetime) -> int:
    return round((moment - NOON).total_seconds() * 2)


def in_order(wanted: list[int], seen: Ticks) -> list[int]:
    """What of some half seconds was played without a jump ahead of everything seen so far."""
    kept: list[int] = []
    for tick in wanted:
        if not kept or kept[-1] != tick - 1:  # a new stretch: may it begin here?
            both = seen | set(kept)
            reached = min((n for n in both), default=10**9)
            reached = reached if reached <= JUMP * 2 else 0
            while reached in both:
                reached += 1
            if tick > reached + JUMP * 2:
                break
        kept.append(tick)
    return kept
