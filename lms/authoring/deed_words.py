"""Rubrics and survey questions as a trainer types them, one line or block each, and back; ids stay with their lines."""

import re
from collections.abc import Callable, Sequence

from flask_babel import gettext as _

from courses.items import Criterion
from courses.model import Asks, Question
from lms.authoring.forms import lines_of
from lms.core.errors import Invalid

MOST_LINES, MOST_QUESTIONS, MOST_OPTIONS = 10, 20, 12
LINE_LENGTH = 200
TYPED_LENGTH = LINE_LENGTH + 40
"""A line as typed, with its points, marks and spaces: a longer one is refused before any pattern looks at it."""
MOST_POINTS = 100
POINTED = re.compile(r"(?P<text>.*\S)\s*[ 　:：|]\s*(?P<points>\d{1,3})\s*分?")
MARK = re.compile(r"\s*[（(](?P<mark>[^（()）]{2,8})[）)]$")
SEVERAL, SCALE, OPTIONAL = "多选", "打分", "可不填"
MARKS = {
    SEVERAL: SEVERAL, SCALE: SCALE, OPTIONAL: OPTIONAL,
    "several": SEVERAL, "scale": SCALE, "optional": OPTIONAL,
}  # fmt: skip
BULLET = re.compile(r"[-－—•·*]\s*(?P<text>.+)")


def rubric_words(rubric: Sequence[Criterion]) -> str:
    """Return a rubric as lines: what is looked at, and its points."""
    return "\n".join(f"{one.text} {one.points} 分" for one in rubric)


def rubric_of(typed: str, kept: Sequence[Criterion], new_id: Callable[[], str]) -> tuple[Criterion, ...]:
    """Return the rubric of typed lines; raises Invalid with the line that does not say its points."""
    lines = lines_of(typed)
    if len(lines) > MOST_LINES:
        raise Invalid(_("最多写 %(n)s 行，现在有 %(m)s 行。", n=MOST_LINES, m=len(lines)))
    pairs = [_criterion(number, line) for number, line in enumerate(lines, start=1)]
    ids = _ids([text for text, _points in pairs], [(one.text, one.id) for one in kept], new_id)
    return tuple(Criterion(key, text, points) for key, (text, points) in zip(ids, pairs, strict=True))


def _criterion(number: int, line: str) -> tuple[str, int]:
    _require_short(TYPED_LENGTH, line)
    found = POINTED.fullmatch(line)
    if found is None or not 1 <= int(found["points"]) <= MOST_POINTS:
        raise Invalid(_("第 %(n)s 行没有写几分。请写成“看什么，空一格，几分”，1 到 100 分。", n=number))
    _require_short(LINE_LENGTH, found["text"])
    return found["text"], int(found["points"])


def _require_short(most: int, *lines: str) -> None:
    if max(map(len, lines)) > most:
        raise Invalid(_("有一行超过 %(n)s 个字，请写短一些。", n=LINE_LENGTH))


def questions_words(questions: Sequence[Question]) -> str:
    """Return questions as blocks with an empty line between: the question, then its options behind dashes."""
    return "\n\n".join(_block(one) for one in questions)


def _block(one: Question) -> str:
    marks = {Asks.SEVERAL: f"（{SEVERAL}）", Asks.SCALE: f"（{SCALE}）"}.get(one.asks, "")
    head = one.text + marks + (f"（{OPTIONAL}）" if one.optional else "")
    return "\n".join([head, *(f"- {option}" for option in one.options)])


def questions_of(typed: str, kept: Sequence[Question], new_id: Callable[[], str]) -> tuple[Question, ...]:
    """Return the questions of typed blocks; raises Invalid with the question that cannot be understood."""
    blocks = [lines_of(block) for block in re.split(r"\n\s*\n", typed.replace("\r\n", "\n"))]
    read = [_question(number, block) for number, block in enumerate(filter(None, blocks), start=1)]
    if len(read) > MOST_QUESTIONS:
        raise Invalid(_("最多 %(n)s 个问题，现在有 %(m)s 个。", n=MOST_QUESTIONS, m=len(read)))
    ids = _ids([one.text for one in read], [(one.text, one.id) for one in kept], new_id)
    return tuple(
        Question(key, one.text, one.asks, one.options, one.optional)
        for key, one in zip(ids, read, strict=True)
    )


def _question(number: int, block: Sequence[str]) -> Question:
    _require_short(TYPED_LENGTH, *block)
    text, marks = _marked(block[0])
    found = [BULLET.fullmatch(line) for line in block[1:]]
    if not text or BULLET.fullmatch(block[0]) or not all(found):
        raise Invalid(_("第 %(n)s 个问题看不懂。第一行写问题，下面每行一个选项，选项前面写“- ”。", n=number))
    options = tuple(one["text"].strip() for one in found if one)
    asks = Asks.SCALE if SCALE in marks else _kind(options, marks)
    _require_whole(number, text, options, asks)
    return Question("", text, asks, options, OPTIONAL in marks)


def _kind(options: Sequence[str], marks: set[str]) -> Asks:
    if not options:
        return Asks.WORDS
    return Asks.SEVERAL if SEVERAL in marks else Asks.ONE


def _require_whole(number: int, text: str, options: Sequence[str], asks: Asks) -> None:
    _require_short(LINE_LENGTH, text, *options)
    if asks == Asks.SCALE and options:
        raise Invalid(_("第 %(n)s 个问题是打分，不用写选项，学员从 1 到 5 里选。", n=number))
    if asks in (Asks.ONE, Asks.SEVERAL) and not 2 <= len(options) <= MOST_OPTIONS:
        raise Invalid(_("第 %(n)s 个问题要有 2 到 %(m)s 个选项。", n=number, m=MOST_OPTIONS))
    if len(set(options)) != len(options):
        raise Invalid(_("第 %(n)s 个问题有两个一样的选项。", n=number))


def _marked(line: str) -> tuple[str, set[str]]:
    """Return a line without the marks at its end, and the marks."""
    marks: set[str] = set()
    while (found := MARK.search(line)) and found["mark"] in MARKS:
        marks.add(MARKS[found["mark"]])
        line = line[: found.start()]
    return line.strip(), marks


def _ids(texts: Sequence[str], kept: Sequence[tuple[str, str]], new_id: Callable[[], str]) -> list[str]:
    """Give each line the id it had: by its words, then (when lines were only reworded) by its place."""
    old = list(kept)
    found: list[str] = []
    for text in texts:
        at = next((number for number, (words, _id) in enumerate(old) if words == text), None)
        found.append(old.pop(at)[1] if at is not None else "")
    same_number = len(texts) == len(kept)
    spare = iter([one for _words, one in old] if same_number else [])
    return [one or next(spare, "") or new_id() for one in found]
