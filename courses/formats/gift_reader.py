"""GIFT, the question format of Moodle in plain text, to items."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from courses.errors import Problem
from courses.formats import markup, weights
from courses.formats.bank import Bank, Ids, LeftOut, sound
from courses.formats.decoding import text_of
from courses.formats.weights import Weighed
from courses.items import Criterion, Item, ItemKind, Number, Option, Remark

# Escaped signs stand as control characters while a question is taken apart.
_SIGNS = {
    "~": "\1",
    "=": "\2",
    "#": "\3",
    "{": "\4",
    "}": "\5",
    ":": "\6",
    "\\": "\7",
    "n": "\n",
    "[": "[",
    "]": "]",
}
_BACK = {one: sign for sign, one in _SIGNS.items() if sign not in "n[]"}
_ESCAPE = re.compile(r"\\([~=#{}:\\n\[\]])")
_TITLE = re.compile(r"\s*::(.*?)::", re.DOTALL)
_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown|moodle_auto_format)\]", re.IGNORECASE)
_HINT = re.compile(r"\[(id|tag|difficulty|lesson|points|whole|unit):((?:[^\]\\]|\\.)*)\]")
_WEIGHT = re.compile(r"\s*%(-?\d{1,3}(?:\.\d{1,8})?)%")
_TRUE, _FALSE = {"T", "TRUE"}, {"F", "FALSE"}
RUBRIC = "回答正确、完整"


class Unread(ValueError):
    """A question that cannot be read; the text says why."""


@dataclass
class _Block:
    line: int
    text: str
    category: str
    hints: list[tuple[str, str]]


def read(data: bytes, file: str = "") -> Bank:
    """Return the questions of a GIFT file; raises CourseError when it is no text."""
    ids, found, problems = Ids(), [], []
    left_out: list[LeftOut] = []
    for block in _blocks(text_of(data, file)):
        try:
            item = _item(block, ids)
        except markup.ActiveContent:
            problems.append(
                Problem(file, block.line, _label(block), "script", "题里有脚本或网页代码，请删去，只留文字。")
            )
        except Unread as error:
            problems.append(Problem(file, block.line, _label(block), "gift", str(error)))
        else:
            if item is None:
                left_out.append(LeftOut(_label(block), "只有说明文字，没有题。"))
            else:
                found.append((item, block.line))
    if not found and not problems and not left_out:
        problems.append(Problem(file, 1, "", "no-items", "文件里没有找到题目。请检查是不是 GIFT 格式。"))
    items, wrong = sound(found, file)
    return Bank(items, tuple(left_out), (*problems, *wrong))


def _blocks(text: str) -> Iterator[_Block]:
    """Questions end at an empty line outside their braces."""
    category, hints = "", list[tuple[str, str]]()
    lines: list[str] = []
    start, depth = 1, 0
    for number, raw in enumerate([*text.split("\n"), ""], start=1):
        line = _ESCAPE.sub(lambda found: _SIGNS[found.group(1)], raw)
        bare = raw.strip()
        if bare.startswith("//"):
            hints += [(name, re.sub(r"\\(.)", r"\1", value)) for name, value in _HINT.findall(raw)]
            continue
        begins = bare.startswith(("::", "$CATEGORY:"))
        if lines and ((not bare and depth <= 0) or (begins and _is_whole(lines, depth))):
            yield _Block(start, "\n".join(lines), category, hints)
            lines, hints, depth = [], [], 0
        if bare.startswith("$CATEGORY:"):
            category = bare.removeprefix("$CATEGORY:").strip()
        elif bare or lines:
            start = start if lines else number
            lines.append(line)
            depth += line.count("{") - line.count("}")
    if lines:
        yield _Block(start, "\n".join(lines), category, hints)


def _is_whole(lines: list[str], depth: int) -> bool:
    """A line with a title begins a question when the one before has closed, or never closes after an empty line."""
    return depth <= 0 or not lines[-1].strip()


def _label(block: _Block) -> str:
    found = _TITLE.match(block.text)
    return _plain(found.group(1) if found else block.text.strip().split("\n")[0])[:60]


def _plain(text: str) -> str:
    for one, sign in _BACK.items():
        text = text.replace(one, sign)
    return text.strip()


def _item(block: _Block, ids: Ids) -> Item | None:
    text, title = block.text, ""
    if found := _TITLE.match(text):
        title, text = _plain(found.group(1)), text[found.end() :]
    form = ""
    if found := _FORMAT.match(text):
        form, text = found.group(1).lower(), text[found.end() :]
    begin, end = text.find("{"), text.rfind("}")
    if begin < 0 and end < 0:
        return None
    if begin < 0 or end < begin:
        raise Unread("花括号没有成对。请检查“{”和“}”，文字里的要写成 \\{ 和 \\}。")
    inside, after = text[begin + 1 : end], text[end + 1 :].strip()
    stem = text[:begin].rstrip() + (f" _____ {after}" if after else "")
    inside, _, why = inside.partition("####")
    hints = dict(block.hints)
    item = Item(
        id=ids.take(hints.get("id", title)),
        kind=ItemKind.ESSAY,
        stem=_formatted(stem, form),
        options=(),
        key=(),
        explanation=_formatted(why, form),
        lesson=hints.get("lesson", ""),
        points=_whole(hints.get("points", ""), 1, 100) or 1,
        difficulty=_whole(hints.get("difficulty", ""), 1, 3),
        tags=tuple(
            dict.fromkeys([*category_tag(block.category), *(v for n, v in block.hints if n == "tag")])
        ),
        unit=hints.get("unit", ""),
    )
    item = _answered(item, inside.strip(), form, whole="whole" in hints)
    return replace(item, name=title if title not in ("", item.id, item.stem) else "")


def _whole(text: str, low: int, high: int) -> int:
    return int(text) if text.isdigit() and low <= int(text) <= high else 0


def category_tag(path: str) -> list[str]:
    """Return a category of Moodle as a tag: its path without the names that every bank has."""
    parts = [part.replace("\0", "/").strip() for part in path.replace("//", "\0").split("/")]
    kept = [
        part for part in parts if part and part != "top" and not (part.startswith("$") and part.endswith("$"))
    ]
    return ["/".join(kept)] if kept else []


def _formatted(text: str, form: str) -> str:
    return markup.from_format(_plain(text), form)


def _answered(item: Item, inside: str, form: str, *, whole: bool) -> Item:
    if not inside:
        return replace(item, rubric=(Criterion("r1", RUBRIC, item.points),))
    if inside.startswith("#"):
        return _numeric(item, inside[1:], form)
    if "~" in inside:
        return _choice(item, inside, form, whole=whole)
    if "=" in inside and "->" in inside:
        return _match(item, inside, form)
    word = inside.partition("#")[0].strip().upper()
    if word in _TRUE | _FALSE:
        return _judgement(item, word in _TRUE, inside, form)
    listed = inside if inside.startswith(("=", "%")) else "=" + inside
    return weights.accepted(
        item, [_weighed(part, 100.0, "plain") for part in listed.split("=") if part.strip()]
    )


def _judgement(item: Item, right: bool, inside: str, form: str) -> Item:
    """The first words are told after a wrong answer, the second after a right one."""
    parts = inside.split("#")[1:3]
    sides = ("false" if right else "true", "true" if right else "false")
    remarks = tuple(
        Remark(side, None, _formatted(words, form))
        for side, words in zip(sides, parts, strict=False)
        if words.strip()
    )
    return replace(item, kind=ItemKind.TRUEFALSE, key=("true" if right else "false",), remarks=remarks)


def _weighed(part: str, percent: float, form: str) -> Weighed:
    found = _WEIGHT.match(part)
    if found:
        percent, part = float(found.group(1)), part[found.end() :]
    text, _, words = part.partition("#")
    return Weighed(
        _formatted(_own_format(text, form)[1], _own_format(text, form)[0]), percent, _formatted(words, form)
    )


def _own_format(text: str, form: str) -> tuple[str, str]:
    found = _FORMAT.match(text)
    return (found.group(1).lower(), text[found.end() :]) if found else (form, text)


def _choice(item: Item, inside: str, form: str, *, whole: bool) -> Item:
    pieces = re.split(r"([=~])", inside)
    if pieces[0].strip():
        raise Unread("花括号里第一个选项前面少了 = 或 ~。")
    answers = [
        _weighed(text, 100.0 if sign == "=" else 0.0, form)
        for sign, text in zip(pieces[1::2], pieces[2::2], strict=True)
    ]
    return weights.chosen(item, answers, several="=" not in inside, whole=whole)


def _match(item: Item, inside: str, form: str) -> Item:
    pairs = [part.partition("#")[0].split("->", 1) for part in inside.split("=") if part.strip()]
    if any(len(pair) != 2 for pair in pairs):
        raise Unread("连线题的每一对都要写成“= 左边 -> 右边”。")
    return matched(item, [(_formatted(a, form), _plain(b)) for a, b in pairs])


def matched(item: Item, pairs: list[tuple[str, str]]) -> Item:
    """Return a match of (left, right) texts; a pair without a left side only offers its right side."""
    rights = list(dict.fromkeys(right for _, right in pairs))
    lefts = [(left, right) for left, right in pairs if left]
    return replace(
        item,
        kind=ItemKind.MATCH,
        left=tuple(Option(f"l{at}", left) for at, (left, _) in enumerate(lefts, start=1)),
        right=tuple(Option(f"r{at}", right) for at, right in enumerate(rights, start=1)),
        key=tuple((f"l{at}", f"r{rights.index(right) + 1}") for at, (_, right) in enumerate(lefts, start=1)),
        partial=True,
    )


def _numeric(item: Item, inside: str, form: str) -> Item:
    text = inside.strip()
    if not text.startswith(("=", "~")):
        text = "=" + text
    pieces = re.split(r"([=~])", text)
    numbers: list[Number] = []
    remarks: list[Remark] = []
    for sign, part in zip(pieces[1::2], pieces[2::2], strict=True):
        answer = _weighed(part, 100.0 if sign == "=" else 0.0, "plain")
        if sign == "~" or answer.text in ("", "*"):
            remarks.append(Remark("*", 0, answer.words))
            continue
        number = number_of(answer.text)
        if answer.percent > 99.99:
            numbers.append(number)
        if answer.words or answer.percent <= 99.99:
            percent = None if answer.percent > 99.99 else answer.percent
            remarks.append(Remark(weights.range_of(number), percent, answer.words))
    return replace(
        item,
        kind=ItemKind.NUMBER,
        key=tuple(numbers),
        remarks=tuple(one for one in remarks if one.words or one.percent),
    )


def number_of(text: str) -> Number:
    """Return the number of `72`, `3.14:0.01` or `1..5`; raises Unread."""
    try:
        if ".." in text:
            low, high = (Decimal(one.strip()) for one in text.split("..", 1))
            return _checked((low + high) / 2, (high - low) / 2)
        value, _, tolerance = text.partition(":")
        return _checked(Decimal(value.strip()), Decimal(tolerance.strip() or "0"))
    except InvalidOperation:
        raise Unread(f"数字题的答案“{text[:40]}”读不懂。请写成 72、3.14:0.01 或 1..5。") from None


def _checked(value: Decimal, tolerance: Decimal) -> Number:
    if (
        not (value.is_finite() and tolerance.is_finite())
        or abs(value) > 10**15
        or not 0 <= tolerance <= 10**15
    ):
        raise InvalidOperation
    return Number(float(value), float(tolerance))
