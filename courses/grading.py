"""Items + responses -> Score; pure and exact (whole points, percent rounded down)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from courses.items import Item, choice


@dataclass(frozen=True, slots=True)
class ItemScore:
    """Points of one item."""

    item_id: str
    points: int
    out_of: int
    correct: bool


@dataclass(frozen=True, slots=True)
class Score:
    """Points of a paper; `percent` is rounded down, so that 80 is never reached by 79.9."""

    points: int
    out_of: int
    items: tuple[ItemScore, ...]

    @property
    def percent(self) -> int:
        """Whole percent, 0 for an empty paper."""
        return self.points * 100 // self.out_of if self.out_of else 0


def fits(item: Item, response: Sequence[object]) -> bool:
    """Say whether a response has the right shape for its item."""
    return choice.fits(item, response)


def grade(items: Sequence[Item], responses: Mapping[str, Sequence[object]]) -> Score:
    """Grade a paper; a missing response scores zero, an unknown item id is ignored."""
    scores = []
    for item in items:
        right = choice.correct(item, responses.get(item.id, ()))
        scores.append(ItemScore(item.id, item.points if right else 0, item.points, right))
    return Score(
        points=sum(score.points for score in scores),
        out_of=sum(score.out_of for score in scores),
        items=tuple(scores),
    )
