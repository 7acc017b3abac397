"""What items promise: the key scores full, the empty answer zero, order and shuffling never change a score."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses import draw, grading
from courses.items import Criterion, Item, ItemKind, Number, Option, kinds, leaves, words
from courses.items import Remark as R
from courses.model import Draw, QuizBody
from tests.courses.depth import EXAMPLES
from tests.courses.made import items

AUTOMATIC = tuple(kind for kind in ItemKind if kind not in (ItemKind.ESSAY, ItemKind.CASE))


def item(kind: ItemKind, **fields: object) -> Item:
    empty = {"id": "q", "kind": kind, "stem": "题", "options": (), "key": (), "explanation": "", "lesson": ""}
    return Item(**empty | fields)  # type: ignore[arg-type]


def four(kind: ItemKind, *key: str, **fields: object) -> Item:
    return item(kind, options=tuple(Option(one, f"第{one}") for one in "abcd"), key=key, **fields)


def percent(one: Item, *response: object) -> int:
    return grading.grade([one], {"q": list(response)}).percent


@given(items(AUTOMATIC))
@settings(max_examples=EXAMPLES, deadline=None)
def test_the_key_scores_full_and_the_empty_answer_zero(made: Item) -> None:
    full = grading.grade([made], {made.id: kinds.best(made)})
    assert full.points == full.out_of == made.points and full.items[0].correct
    assert grading.grade([made], {}).points == grading.grade([made], {made.id: []}).points == 0
    assert grading.fits(made, kinds.best(made)) and grading.fits(made, [])


@given(
    items(),
    st.lists(
        st.one_of(st.text(max_size=5), st.integers(), st.none(), st.booleans(), st.lists(st.text(max_size=2)))
    ),
)
@settings(max_examples=EXAMPLES, deadline=None)
def test_any_response_is_judged_and_never_earns_more_than_the_points(
    made: Item, response: list[object]
) -> None:
    for leaf in leaves([made]):
        grading.fits(leaf.item, response)
        score = grading.grade([leaf.item], {leaf.item.id: response})
        assert 0 <= score.points <= score.out_of


@given(st.lists(items(), min_size=1, max_size=6), st.randoms())
@settings(max_examples=EXAMPLES, deadline=None)
def test_the_order_of_items_and_options_never_changes_a_score(
    made: list[Item], source: random.Random
) -> None:
    paper = [leaf.item for leaf in leaves(made)]
    responses = {one.id: kinds.best(one) for one in paper}
    mixed = draw.shuffled(paper, str(source.random()))
    assert grading.grade(paper, responses).points == grading.grade(mixed, responses).points
    for one in paper:
        shown = draw.options(one, str(source.random()))
        assert sorted(option.id for option in shown) == sorted(option.id for option in one.choices())


def test_part_of_a_multiple_choice_earns_right_minus_wrong() -> None:
    both = four(ItemKind.MULTIPLE, "a", "b", partial=True)
    assert [percent(both, *given) for given in ("ab", "a", "ac", "abc", "cd")] == [100, 50, 0, 50, 0]
    assert percent(four(ItemKind.MULTIPLE, "a", "b"), "a") == 0


def test_a_remark_gives_part_of_the_points() -> None:
    assert percent(four(ItemKind.SINGLE, "a", remarks=(R("b", 50.0),)), "b") == 50
    thirds = four(
        ItemKind.MULTIPLE, "a", "b", "c", partial=True, remarks=tuple(R(one, 33.33333) for one in "abc")
    )
    assert percent(thirds, "a", "b", "c") == 100


@pytest.mark.parametrize("typed", ["自愿", " 自 愿 ", "自愿　"])
def test_spaces_do_not_matter_in_a_short_text(typed: str) -> None:
    assert percent(item(ItemKind.TEXT, key=("自愿",)), typed) == 100


@pytest.mark.parametrize("typed", ["AED", "aed", "ＡＥＤ", "A E D"])
def test_width_and_case_do_not_matter_in_a_short_text(typed: str) -> None:
    assert percent(item(ItemKind.TEXT, key=("aed",)), typed) == 100


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ("72", 100),
        ("７２", 100),
        ("72.5小时", 100),
        ("72.51", 0),
        ("1,000", 0),
        ("七十二", 0),
        ("nan", 0),
        ("1e999", 0),
    ],
)
def test_a_number_within_its_tolerance_is_right(typed: str, right: int) -> None:
    assert percent(item(ItemKind.NUMBER, key=(Number(72, 0.5),), unit="小时"), typed) == right


def test_decimals_are_compared_as_written() -> None:
    assert percent(item(ItemKind.NUMBER, key=(Number(0.3, 0.1),)), "0.4") == 100
    assert percent(item(ItemKind.NUMBER, key=(Number(0.3, 0.1),)), "0.40001") == 0


def test_gaps_earn_by_part_and_an_order_does_not() -> None:
    assert (
        percent(item(ItemKind.CLOZE, stem="[[1]][[2]]", key=(("甲",), Number(2)), partial=True), "甲", "")
        == 50
    )
    assert percent(four(ItemKind.ORDER, *"dcba"), *"dcab") == 0


def test_an_essay_waits_for_a_person() -> None:
    essay = item(ItemKind.ESSAY, rubric=(Criterion("r1", "一", 3), Criterion("r2", "二", 2)))
    assert grading.grade([essay], {"q": ["我写了"]}).awaiting == ("q",)
    marked = grading.grade([essay], {"q": ["我写了"]}, {"q": {"r1": 3, "r2": 99}})
    assert (marked.points, marked.out_of, marked.awaiting) == (5, 5, ())


def test_a_pattern_that_traps_other_matchers_is_answered_at_once() -> None:
    assert not words.matches("(a+)+$", "a" * 900 + "b")
    assert words.matches(r"\d{3}-\d{4}", "123-4567")


@pytest.mark.parametrize(
    "pattern", ["(", r"(?=a)b", r"(a)\1", "a{99999}", "x" * 5000, "((((a{100}){100}){100}){100})"]
)
def test_a_pattern_that_cannot_be_used_is_a_fault(pattern: str) -> None:
    assert "pattern" in {code for code, _ in kinds.faults(item(ItemKind.TEXT, key=("a",), pattern=pattern))}


@pytest.mark.parametrize(
    "stem", ["<script>x</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))"]
)
def test_a_script_in_a_stem_is_a_fault(stem: str) -> None:
    assert "script" in {code for code, _ in kinds.faults(four(ItemKind.SINGLE, "a", stem=stem))}


bank = tuple(
    four(ItemKind.SINGLE, "a", id=f"q{n}", tags=("急救",) if n % 2 else ("健康",), difficulty=n % 3 + 1)
    for n in range(30)
)
body = QuizBody(bank, 80, None, True, (Draw(4, ("急救",)), Draw(3, (), 2)))


@given(st.text(max_size=8), st.sets(st.sampled_from([one.id for one in bank])))
@settings(max_examples=EXAMPLES, deadline=None)
def test_a_draw_keeps_its_rules_and_takes_unseen_items_first(seed: str, seen: set[str]) -> None:
    paper = draw.paper(body, seed, seen)
    assert paper == draw.paper(body, seed, seen)
    assert len(paper) == len({one.id for one in paper}) == 7
    first_aid = [one for one in bank if "急救" in one.tags]
    fresh = [one for one in first_aid if one.id not in seen]
    drawn_fresh = [one for one in paper if one in fresh]
    assert len(drawn_fresh) >= min(len(fresh) - 3, 1) if len(fresh) > 3 else True


def test_the_words_that_mean_all_stay_last() -> None:
    made = item(
        ItemKind.SINGLE, options=(Option("a", "以上都对"), Option("b", "甲"), Option("c", "乙")), key=("a",)
    )
    assert all(draw.options(made, str(seed))[-1].id == "a" for seed in range(20))


def test_the_same_seed_gives_the_same_paper_for_ever() -> None:
    assert draw.shuffled("abcdefgh", "seed") == ["d", "e", "c", "a", "g", "f", "h", "b"]
