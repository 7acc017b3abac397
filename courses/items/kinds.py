"""Which module judges which kind: is the item sound, does a response fit, what does it earn."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from courses.items import Item, ItemKind, arrange, choice, hotspot, typed
from courses.items.credit import NONE

SCRIPT = re.compile(
    r"<\s*/?\s*(script|iframe|object|embed|style|link|meta|base|form|svg)\b|<[^>]{0,300}\bon[a-z]{3,20}\s*="
    r"|(javascript|vbscript)\s*:|data\s*:\s*text/html",
    re.IGNORECASE,
)
MAX_STEM = 20_000


@dataclass(frozen=True, slots=True)
class Judge:
    """What one kind of item can do."""

    faults: Callable[[Item], Iterator[tuple[str, str]]]
    fits: Callable[[Item, Sequence[object]], bool]
    share: Callable[[Item, Sequence[object]], Fraction]
    best: Callable[[Item], list[object]]


_CHOICE = Judge(choice.faults, choice.fits, choice.share, choice.best)
_TYPED = Judge(typed.faults, typed.fits, typed.share, typed.best)
_ARRANGE = Judge(arrange.faults, arrange.fits, arrange.share, arrange.best)

JUDGES: Mapping[ItemKind, Judge] = {
    ItemKind.SINGLE: _CHOICE,
    ItemKind.MULTIPLE: _CHOICE,
    ItemKind.TRUEFALSE: _CHOICE,
    ItemKind.TEXT: _TYPED,
    ItemKind.NUMBER: _TYPED,
    ItemKind.CLOZE: _TYPED,
    ItemKind.ESSAY: _TYPED,
    ItemKind.ORDER: _ARRANGE,
    ItemKind.MATCH: _ARRANGE,
    ItemKind.HOTSPOT: Judge(hotspot.faults, hotspot.fits, hotspot.share, hotspot.best),
}


def faults(item: Item) -> Iterator[tuple[str, str]]:
    """Yield (code, sentence) for each thing that keeps the item, or the case, from being asked."""
    if not item.stem.strip():
        yield "stem-empty", "题干是空的，请写上题目。"
    if len(item.stem) > MAX_STEM:
        yield "stem-long", f"题干超过 {MAX_STEM} 个字符，请缩短。"
    if any(SCRIPT.search(text) for text in _texts(item)):
        yield "script", "题里有脚本或网页代码，请删去，只留文字。"
    if item.kind != ItemKind.CASE:
        yield from JUDGES[item.kind].faults(item)
        return
    if not item.items:
        yield "case-empty", "材料题下面还没有小题，请至少加一道。"
    if any(one.kind == ItemKind.CASE for one in item.items):
        yield "case-nested", "材料题里不能再放材料题，请把小题分开写。"


def _texts(item: Item) -> Iterator[str]:
    yield item.stem
    yield item.explanation
    yield from (option.text for option in (*item.options, *item.left, *item.right))
    yield from (remark.words for remark in item.remarks)


def fits(item: Item, response: Sequence[object]) -> bool:
    """Say whether a response has the right shape for its item; a case is answered by its parts."""
    return item.kind != ItemKind.CASE and JUDGES[item.kind].fits(item, response)


def share(item: Item, response: Sequence[object]) -> Fraction:
    """Return the part of the points a response earns, 0..1."""
    return NONE if item.kind == ItemKind.CASE else JUDGES[item.kind].share(item, response)


def best(item: Item) -> list[object]:
    """Return a response that earns everything, [] where a person has to mark."""
    return [] if item.kind == ItemKind.CASE else JUDGES[item.kind].best(item)
