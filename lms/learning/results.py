"""What the result page of a paper tells: each miss with what she chose and where to look again, what opens now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from courses import grading
from courses.completion import Explanation, How
from courses.items import Item, ItemKind, Leaf, kinds
from courses.model import Course
from lms.assessment import papers
from lms.assessment.models import Attempt, Response
from lms.assessment.words import answer_in_words
from lms.extensions import db


@dataclass(frozen=True, slots=True)
class Miss:
    """One item that did not earn everything; `lesson` is the number of the one to revisit, None without one."""

    number: int
    item: Item
    story: str
    lesson: int | None
    chosen: tuple[str, ...]
    right: tuple[str, ...]
    remarks: tuple[str, ...]
    regions: tuple[str, ...]
    points: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Looked:
    """A paper looked through: what a person marked or still has to, and what was missed."""

    total: int
    marked: Sequence[tuple[int, Item, Response]]
    misses: Sequence[Miss]

    @property
    def right(self) -> int:
        """How many items earned everything."""
        whole = sum(row.points == sum(line.points for line in item.rubric) for _, item, row in self.marked)
        return self.total - len(self.misses) - len(self.marked) + whole


def looked_through(attempt: Attempt, numbers: Mapping[str, int]) -> Looked:
    """Return a handed-in paper as its owner looks it through; `numbers` are those of the lessons."""
    found = db.session.scalars(db.select(Response).where(Response.attempt_id == attempt.id))
    rows = {row.item_id: row for row in found}
    keys = {item.id: item for item in papers.graded_items(attempt)}
    marked: list[tuple[int, Item, Response]] = []
    misses: list[Miss] = []
    leaves = papers.leaves_of(attempt)
    for number, leaf in enumerate(leaves, start=1):
        row, item = rows.get(leaf.item.id), keys[leaf.item.id]
        if item.marked_by_person and row is not None and row.response:
            marked.append((number, item, row))
        elif row is None or not row.correct:
            given, earned = (row.response, row.points) if row else ([], None)
            misses.append(miss(number, Leaf(item, leaf.story), given, numbers, earned or Fraction(0)))
    return Looked(len(leaves), marked, misses)


def miss(
    number: int,
    leaf: Leaf,
    given: Sequence[object],
    numbers: Mapping[str, int],
    points: Fraction = Fraction(0),
) -> Miss:
    """Return a missed item with its words."""
    item = leaf.item
    return Miss(
        number=number,
        item=item,
        story=leaf.story,
        lesson=numbers.get(item.lesson),
        chosen=_said(item, given),
        right=_said(item, kinds.best(item)),
        remarks=grading.remarks(item, given),
        regions=tuple(map(str, given)) if item.kind == ItemKind.HOTSPOT else (),
        points=points,
    )


def _said(item: Item, response: Sequence[object]) -> tuple[str, ...]:
    """An answer in words; the areas of a picture with the numbers they carry on it."""
    if item.kind == ItemKind.HOTSPOT:
        known = {one.id: f"{number} {one.label}" for number, one in enumerate(item.regions, start=1)}
        return tuple(known[str(one)] for one in response if str(one) in known)
    return tuple(one for one in answer_in_words(item, response) if one.strip())


def opened_by(content: Course, paper_id: str, told: Explanation) -> tuple[int, ...]:
    """Return the numbers of the lessons that wait for this paper, and are not done."""
    return tuple(
        number
        for number, (lesson, state) in enumerate(zip(content.lessons(), told.lessons, strict=True), start=1)
        if paper_id in lesson.requires and not state.done
    )


def spared_by(content: Course, paper_id: str, told: Explanation) -> tuple[int, ...]:
    """Return the numbers of the lessons that she need not take because of this pre-test."""
    if content.test_out is None or content.test_out.lesson != paper_id:
        return ()
    return tuple(number for number, state in enumerate(told.lessons, start=1) if state.how == How.TESTED_OUT)
