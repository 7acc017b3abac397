"""Pasted questions: at least 95 % right in kind, options and key, and all others flagged.

Each text of pasted/ ends in a line of dashes and what it holds: kind|options|key, or flagged|how many.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.formats import pasted
from courses.items import Item, KeyPart, Number
from courses.validation import problems_of_item
from tests.courses.depth import EXAMPLES, deep

TEXTS = sorted((Path(__file__).parent / "pasted").glob("*.txt"))
SHARE = 0.95


def halves(path: Path) -> tuple[str, list[str]]:
    text, expected = path.read_text("utf-8").split("\n-----\n")
    return text, [line for line in expected.splitlines() if line]


def told(item: Item) -> str:
    texts = "/".join(option.text.replace("\n", "\\n") for option in item.options)
    if item.kind in ("single", "multiple"):
        key = "".join(map(str, item.key))
    else:
        key = (";" if item.kind == "cloze" else "/").join(part(one) for one in item.key)
    return f"{item.kind}|{texts}|{key}"


def part(one: KeyPart) -> str:
    if isinstance(one, Number):
        return f"{one.value:g}±{one.tolerance:g}"
    return "/".join(one) if isinstance(one, tuple) else one


def outcomes() -> Iterator[tuple[str, str, bool]]:
    """Yield (file, expected line, whether it was read so) for every question that ought to be read."""
    for path in TEXTS:
        text, expected = halves(path)
        found = [told(item) for item in pasted.read(text)[0]]
        for line in expected:
            if not line.startswith("flagged"):
                hit = line in found
                if hit:
                    found.remove(line)
                yield path.stem, line, hit


def test_there_are_at_least_sixty_texts() -> None:
    assert len(TEXTS) >= 60


def test_at_least_95_of_100_questions_are_read_right() -> None:
    results = list(outcomes())
    missed = [(name, line) for name, line, hit in results if not hit]
    assert len(missed) <= (1 - SHARE) * len(results), missed


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_what_is_not_read_right_is_flagged_and_never_guessed(path: Path) -> None:
    text, expected = halves(path)
    items, problems = pasted.read(text)
    right = [line for line in expected if not line.startswith("flagged")]
    assert [told(item) for item in items if told(item) not in right] == []
    flagged = sum(int(line.split("|")[1]) for line in expected if line.startswith("flagged"))
    short = len(right) + flagged - len(items)
    assert len({(one.line, one.item) for one in problems}) >= short
    assert all(one.line and one.message.endswith("。") for one in problems)


def test_a_problem_names_the_line_and_the_number() -> None:
    _, (problem,) = pasted.read("1. 甲\nA. 一\nB. 二\n答案：A\n\n7. 乙\nA. 一\nB. 二\n")
    assert (problem.line, problem.item, problem.code) == (6, "7", "answer-missing")


pieces = st.sampled_from(
    ["1. ", "2、", "A. ", "B．", "答案：", "答案", "B", "ABC", "解析：", "（　）", "____", "√", "×", "一、单选题", "\n", "\n\n", "参考答案", "1-5 ",
     "甲", "Ａ", "【", "】", "（", "）", "；", "第3题", "判断题", " ", "答案：对", "自愿", "9" * 30, "阅读材料，回答1-2题", "难度：易"]
)  # fmt: skip


def read_whatever(text: str) -> None:
    items, problems = pasted.read(text)
    assert items or problems
    assert not [problem for item in items for problem in problems_of_item(item)]


@given(st.one_of(st.text(), st.lists(pieces, max_size=60).map("".join)))
@settings(max_examples=EXAMPLES, deadline=None)
def test_any_text_gives_sound_items_or_sentences(text: str) -> None:
    read_whatever(text)


@pytest.mark.soak
@given(st.one_of(st.text(), st.lists(pieces, max_size=60).map("".join)))
@deep
def test_any_text_at_length(text: str) -> None:
    read_whatever(text)
