"""Items + responses -> Score; pure and exact (fractions of points, percent rounded down)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from courses.items import Item, kinds, leaves
from courses.items.credit import NONE
from courses.items.words import fold


@dataclass(frozen=True, slots=True)
class ItemScore:
    """Points of one item; `awaiting` when a person has not marked it yet."""

    item_id: str
    points: Fraction
    out_of: int
    correct: bool
    awaiting: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """Points of a paper; `percent` is rounded down, so that 80 is never reached by 79.9."""

    points: Fraction
    out_of: int
    items: tuple[ItemScore, ...]

    @property
    def percent(self) -> int:
        """Whole percent, 0 for an empty paper."""
        return int(self.points * 100 // self.out_of) if self.out_of else 0

    @property
    def awaiting(self) -> tuple[str, ...]:
        """Ids of the items that a person has to mark before the score is final."""
        return tuple(one.item_id for one in self.items if one.awaiting)


Marks = Mapping[str, Mapping[str, int]]
"""Item id → rubric line id → points given by a person."""


def fits(item: Item, response: Sequence[object]) -> bool:
    """Say whether a response has the right shape for its item."""
    return kinds.fits(item, response)


def grade(
    items: Sequence[Item], responses: Mapping[str, Sequence[object]], marks: Marks | None = None
) -> Score:
    """Grade a paper; a missing response scores zero, an unknown item id is ignored, a case counts by its parts."""
    scores = tuple(
        _essay(leaf.item, responses.get(leaf.item.id, ()), (marks or {}).get(leaf.item.id))
        if leaf.item.marked_by_person
        else _plain(leaf.item, responses.get(leaf.item.id, ()))
        for leaf in leaves(items)
    )
    return Score(
        points=sum((score.points for score in scores), NONE),
        out_of=sum(score.out_of for score in scores),
        items=scores,
    )


def _plain(item: Item, response: Sequence[object]) -> ItemScore:
    part = kinds.share(item, response)
    return ItemScore(item.id, part * item.points, item.points, part == 1)


def _essay(item: Item, response: Sequence[object], marks: Mapping[str, int] | None) -> ItemScore:
    """The rubric says how much an essay is worth; an empty one needs nobody to mark it."""
    out_of = sum(one.points for one in item.rubric)
    written = any(str(one).strip() for one in response)
    if not written or marks is None:
        return ItemScore(item.id, NONE, out_of, correct=False, awaiting=written)
    points = sum(min(max(marks.get(one.id, 0), 0), one.points) for one in item.rubric)
    return ItemScore(item.id, Fraction(points), out_of, points == out_of)


def remarks(item: Item, response: Sequence[object]) -> tuple[str, ...]:
    """Return what an item has to say to an answer: the words for what was chosen or typed, or those for any other."""
    given = {fold(str(one)) for one in response}
    if not given:
        return ()
    meant = tuple(one.words for one in item.remarks if one.words and fold(one.answer) in given)
    return meant or tuple(one.words for one in item.remarks if one.words and one.answer == "*")
