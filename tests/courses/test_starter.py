"""The starter courses are honest and written afresh: guessing does not pass, and no course copies another."""

import re
from collections import Counter
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest

from courses.formats import package
from courses.items import Item, ItemKind, kinds, leaves
from courses.model import ClassroomBody, Course, QuizBody, TextBody, VideoBody

STARTER = Path(__file__).parents[2] / "courses" / "starter"
SLUGS = sorted(path.parent.name for path in STARTER.glob("*/course.json"))
MOST, MOST_SHARED, SHORTEST = 0.40, 0.05, 800
CHOICE = (ItemKind.SINGLE, ItemKind.MULTIPLE)
Guess = Callable[[Item], list[object]]


def read(slug: str) -> Course:
    return package.read(STARTER / slug).course


def paper(course: Course) -> list[Item]:
    """Return the questions of the final paper, those inside a case too."""
    body = next(lesson.body for lesson in course.lessons() if isinstance(lesson.body, QuizBody))
    return [leaf.item for leaf in leaves(body.items)]


def share(items: list[Item], guess: Guess) -> float:
    """Return what a guess earns of all the points of a paper."""
    earned = sum(one.points * kinds.JUDGES[one.kind].share(one, guess(one)) for one in items)
    return float(earned) / sum(one.points for one in items)


def at(place: int, truth: str) -> Guess:
    """Guess the same place of every choice, the same word of every true/false, and the order as written."""

    def guess(item: Item) -> list[object]:
        if item.kind == ItemKind.TRUEFALSE:
            return [truth]
        if item.kind in CHOICE:
            return [item.options[min(place, len(item.options) - 1)].id]
        return _as_written(item)

    return guess


def longest(truth: str) -> Guess:
    """Guess the longest option of every choice."""

    def guess(item: Item) -> list[object]:
        if item.kind == ItemKind.TRUEFALSE:
            return [truth]
        if item.kind in CHOICE:
            return [max(item.options, key=lambda one: len(one.text)).id]
        return _as_written(item)

    return guess


def _as_written(item: Item) -> list[object]:
    if item.kind == ItemKind.ORDER:
        return [one.id for one in item.options]
    if item.kind == ItemKind.MATCH:
        return [[left.id, right.id] for left, right in zip(item.left, item.right, strict=False)]
    return []


def most_common_place(items: list[Item]) -> int:
    places: Counter[int] = Counter()
    for one in items:
        if one.kind in CHOICE:
            places.update(place for place, option in enumerate(one.options) if option.id in one.key)
    return places.most_common(1)[0][0]


@pytest.mark.parametrize("slug", SLUGS)
def test_no_way_of_guessing_earns_two_fifths_of_a_paper(slug: str) -> None:
    items = paper(read(slug))
    for truth in ("true", "false"):
        assert share(items, longest(truth)) < MOST, f"the longest option, always {truth}"
        assert share(items, at(0, truth)) < MOST, f"always A, always {truth}"
        assert share(items, at(most_common_place(items), truth)) < MOST, (
            f"the commonest place, always {truth}"
        )


@pytest.mark.parametrize("slug", SLUGS)
def test_a_paper_asks_enough_in_several_ways_and_says_why(slug: str) -> None:
    course = read(slug)
    items = paper(course)
    assert len(items) >= 12
    assert len({one.kind for one in items}) >= 4
    assert all(one.explanation and one.lesson for one in items)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_course_has_four_lessons_worth_reading_a_handout_and_a_cover(slug: str) -> None:
    course = read(slug)
    sizes = [
        han("".join(_texts(lesson.body)))
        for lesson in course.lessons()
        if not isinstance(lesson.body, QuizBody)
    ]
    assert len([size for size in sizes if size >= SHORTEST]) >= 4, sizes
    assert course.handout and course.cover and course.cover_alt and course.can_do
    assert course.title_en and course.summary_en and course.sources


@pytest.mark.parametrize("slug", SLUGS)
def test_every_number_of_the_place_stands_in_a_lesson_and_on_the_handout(slug: str) -> None:
    course = read(slug)
    bodies = [lesson.body for lesson in course.lessons()]
    lessons = "".join(text for body in bodies for text in _texts(body))
    lessons += "".join(body.markdown for body in bodies if isinstance(body, ClassroomBody))
    assert course.local
    for field in course.local:
        place = f"{{{{local:{field.id}}}}}"
        assert place in lessons, f"{field.label} stands in no lesson"
        assert place in course.handout, f"{field.label} is missing on the handout"


def han(text: str) -> int:
    return len(re.findall("[一-鿿]", text))


def _texts(body: object) -> list[str]:
    if isinstance(body, TextBody):
        return [body.markdown]
    return [page.markdown for page in body.pages] if isinstance(body, VideoBody) else []


def pieces(course: Course) -> set[str]:
    """Return every run of eight characters of a course, without marks and spaces."""
    texts = [text for lesson in course.lessons() for text in _texts(lesson.body)]
    texts += [
        f"{one.stem}{''.join(option.text for option in one.options)}{one.explanation}"
        for one in paper(course)
    ]
    runs: set[str] = set()
    for text in texts:
        plain = re.sub(r"[^\w]", "", text)
        runs.update(plain[start : start + 8] for start in range(len(plain) - 7))
    return runs


def test_no_two_courses_share_a_twentieth_of_their_words() -> None:
    found = {slug: pieces(read(slug)) for slug in SLUGS}
    for one, other in combinations(SLUGS, 2):
        shared = len(found[one] & found[other]) / min(len(found[one]), len(found[other]))
        assert shared <= MOST_SHARED, f"{one} and {other} share {shared:.1%}"
