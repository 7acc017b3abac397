"""Questions pasted as text, in the ways Chinese trainers write them: read for sure, or flagged, never guessed."""

from courses.errors import Problem
from courses.formats import pasted_marks as marks
from courses.formats.bank import Ids
from courses.formats.pasted_answers import Answers, give
from courses.formats.pasted_blocks import Block, Blocks
from courses.formats.pasted_draft import Doubt
from courses.formats.pasted_items import item_of
from courses.formats.pasted_marks import fold
from courses.items import Item
from courses.validation import problems_of_item

MAX_TEXT = 2_000_000
MAX_LINE = 20_000


def read(text: str) -> tuple[tuple[Item, ...], tuple[Problem, ...]]:
    """Return the questions that are clear, and a problem with its line for each one that is not."""
    if len(text) > MAX_TEXT:
        return (), (Problem("", 0, "", "too-large", "粘贴的文字太长（最多 200 万字）。请分几次粘贴。"),)
    lines = [marks.GIVEN.sub("", line) for line in marks.clean(text).split("\n")]
    for number, line in enumerate(lines, start=1):
        if len(line) > MAX_LINE:
            words = f"第 {number} 行超过 {MAX_LINE} 个字，不像题目。请检查是不是少了换行。"
            return (), (Problem("", number, "", "line-long", words),)
    return _read(lines)


def _read(lines: list[str]) -> tuple[tuple[Item, ...], tuple[Problem, ...]]:
    cut = _answers_at(lines)
    reader = Blocks(lines[:cut])
    blocks = reader.read()
    problems = _gathered(lines, cut, blocks) + [_stray(line, lines) for line in reader.strays]
    items, ids = [], Ids()
    for block in blocks:
        item, wrong = _one(block, ids)
        problems += wrong
        if item:
            items.append(item)
    if not blocks:
        problems.append(
            Problem("", 1, "", "no-items", "没有找到题目。请写题号，如“1. 题干”，再写选项和“答案：B”。")
        )
    return tuple(items), tuple(sorted(problems, key=lambda one: one.line))


def _gathered(lines: list[str], cut: int, blocks: list[Block]) -> list[Problem]:
    if cut >= len(lines):
        return []
    answers = Answers()
    inline = marks.ANSWERS_LINE.match(fold(lines[cut]))
    if inline:
        answers.read([lines[cut][inline.end() :]], cut + 1)
    answers.read(lines[cut + 1 :], cut + 2)
    lost = give(answers.entries, blocks)
    return [Problem("", line, "", "answers", words) for line, words in answers.doubts] + [
        Problem("", line, str(number), "answers", words) for line, number, words in lost
    ]


def _answers_at(lines: list[str]) -> int:
    """The line with the heading of the answers gathered at the end, else the number of lines."""
    for at in range(len(lines) - 1, -1, -1):
        folded = fold(lines[at])
        if marks.ANSWERS_HEAD.match(folded) and _only_answers(lines[at + 1 :]):
            return at
        if (
            marks.ANSWERS_LINE.match(folded)
            and _none_before(lines[:at])
            and not any(_is_option(one) for one in lines[at + 1 :])
        ):
            return at
    return len(lines)


def _none_before(lines: list[str]) -> bool:
    """Whether several questions stand above, none with an answer of its own."""
    folded = [fold(line) for line in lines]
    asked = sum(bool(marks.NUMBERED.match(line)) for line in folded)
    return asked > 1 and not any(
        marks.ANSWER.match(line) or marks.ANSWER_INSIDE.search(line) for line in folded
    )


def _is_option(line: str) -> bool:
    return bool(marks.STRICT_OPTION.match(fold(line)))


def _stray(line: int, lines: list[str]) -> Problem:
    words = f"第 {line} 行“{lines[line - 1].strip()[:20]}”不知道属于哪一题，请在题目前面写上题号。"
    return Problem("", line, "", "stray", words)


def _only_answers(rest: list[str]) -> bool:
    """Whether what follows is a list of answers: it begins with a number or heading and holds no options."""
    folded = [fold(line) for line in rest if line.strip()]
    if not folded or any(marks.STRICT_OPTION.match(line) and "答案" not in line for line in folded):
        return False
    first = folded[0].strip()
    return bool(first[:1].isdigit() or first[:1] in "([第题一单多判填选是简#*|序")


def _one(block: Block, ids: Ids) -> tuple[Item | None, list[Problem]]:
    name = str(block.number) if block.number else ""
    if block.doubts:
        return None, [Problem("", line, name, code, words) for line, code, words in block.doubts]
    try:
        item = item_of(block, "q0")
    except Doubt as doubt:
        return None, [Problem("", block.line, name, doubt.code, doubt.words)]
    wrong = [
        Problem("", block.line, name, problem.code, problem.message)
        for problem in problems_of_item(item, "", block.line)
    ]
    return (None, wrong) if wrong else (item_of(block, ids.take()), [])
