"""Short text, number, cloze and essay items."""

import math
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from courses.items import Item, ItemKind, KeyPart, Number
from courses.items.credit import FULL, NONE, of_key
from courses.items.words import LARGEST, MAX_TYPED, decimal_of, fold, is_whole, matches, near, pattern_fault

GAP = re.compile(r"\[\[(\d{1,3})\]\]")
MAX_ESSAY = 20_000
Fault = tuple[str, str]


def faults(item: Item) -> Iterator[Fault]:
    """Yield (code, sentence) for each thing that keeps the item from being asked."""
    if item.kind == ItemKind.ESSAY:
        yield from _essay_faults(item)
        return
    if not item.key and not item.pattern:
        yield "key-missing", "没有正确答案，请写上。"
    if item.kind == ItemKind.CLOZE:
        yield from _gap_faults(item)
    for part in item.key:
        yield from _part_faults(part)
    if item.pattern and (wrong := pattern_fault(item.pattern)):
        yield "pattern", wrong


def _essay_faults(item: Item) -> Iterator[Fault]:
    if not item.rubric:
        yield "rubric-missing", "问答题还没有评分标准，请至少写一条。"
    if any(one.points < 1 or not one.text.strip() for one in item.rubric):
        yield "rubric", "评分标准的每一条都要有文字和分值。"
    if len({one.id for one in item.rubric}) != len(item.rubric):
        yield "rubric-twice", "评分标准里有两条用了同一个编号，请改成不同的。"


def _gap_faults(item: Item) -> Iterator[Fault]:
    gaps = [int(found) for found in GAP.findall(item.stem)]
    if gaps != list(range(1, len(item.key) + 1)) or not gaps:
        yield (
            "gaps",
            f"题干里的空是 {_list(gaps)}，答案有 {len(item.key)} 个。空要从 [[1]] 起按顺序写，一个空一个答案。",
        )
    for part, choices in zip(item.key, item.choices_of_gaps, strict=False):
        if choices and not (isinstance(part, tuple) and set(part) <= set(choices)):
            yield "gap-choices", "有一个空的答案不在它的选项里，请核对。"


def _list(gaps: list[int]) -> str:
    return "、".join(f"[[{gap}]]" for gap in gaps[:20]) or "一个也没有"


def _part_faults(part: KeyPart) -> Iterator[Fault]:
    if isinstance(part, Number):
        if not (abs(part.value) <= LARGEST and 0 <= part.tolerance <= LARGEST):
            yield "number", "答案的数太大，或允许的误差小于 0。"
        return
    accepted = part if isinstance(part, tuple) else (part,)
    if not accepted or any(not fold(one) for one in accepted):
        yield "key-empty", "有一个答案是空的，请写上文字。"
    if any(len(one) > MAX_TYPED for one in accepted):
        yield "key-long", f"有一个答案超过 {MAX_TYPED} 个字符，请改成问答题或缩短。"


def fits(item: Item, response: Sequence[object]) -> bool:
    """Say whether a response has the shape of this item: one text, or one a gap."""
    longest = MAX_ESSAY if item.kind == ItemKind.ESSAY else MAX_TYPED
    places = len(item.key) if item.kind == ItemKind.CLOZE else 1
    return len(response) <= places and all(
        isinstance(one, str | int | float)
        and not isinstance(one, bool)
        and len(str(one)) <= longest
        and is_whole(str(one))
        and not (isinstance(one, float) and not math.isfinite(one))
        for one in response
    )


def share(item: Item, response: Sequence[object]) -> Fraction:
    """Return the part of the points a response earns; an essay earns by its marks, never here."""
    if not response or not fits(item, response) or item.kind == ItemKind.ESSAY:
        return NONE
    typed = [str(one) for one in response]
    if item.kind == ItemKind.TEXT:
        return _text(item, typed[0])
    if item.kind == ItemKind.NUMBER:
        return _number(item, typed[0])
    right = sum(_right(part, one) for part, one in zip(item.key, typed, strict=False))
    if right == len(item.key):
        return FULL
    return Fraction(right, len(item.key)) if item.partial else NONE


def _text(item: Item, typed: str) -> Fraction:
    folded = fold(typed)
    if not folded:
        return NONE
    if any(isinstance(one, str) and fold(one) == folded for one in item.key):
        return FULL
    if item.pattern and matches(item.pattern, typed):
        return FULL
    known = (remark.answer for remark in item.remarks if fold(remark.answer) == folded)
    return of_key(item, next(known, ""))


def _number(item: Item, typed: str) -> Fraction:
    given = decimal_of(typed, item.unit)
    if given is None:
        return NONE
    return FULL if any(isinstance(one, Number) and near(given, one) for one in item.key) else NONE


def _right(part: KeyPart, typed: str) -> bool:
    if isinstance(part, Number):
        given = decimal_of(typed)
        return given is not None and near(given, part)
    accepted = part if isinstance(part, tuple) else (part,)
    folded = fold(typed)
    return bool(folded) and any(fold(one) == folded for one in accepted)


def best(item: Item) -> list[object]:
    """Return the response that earns everything; [] where only a pattern says what is right, and for an essay."""
    if item.kind == ItemKind.CLOZE:
        return [_said(part) for part in item.key]
    return [_said(part) for part in item.key[:1]]


def _said(part: KeyPart) -> object:
    if isinstance(part, Number):
        return part.value
    return part[0] if isinstance(part, tuple) else part
