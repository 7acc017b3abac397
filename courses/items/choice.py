"""Single, multiple and true/false items: what is wrong with one, whether a response fits, what it earns."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from courses.items import Item, ItemKind
from courses.items.credit import FULL, NONE, credit, of_key

Fault = tuple[str, str]


def faults(item: Item) -> Iterator[Fault]:
    """Yield (code, sentence) for each thing that keeps the item from being asked."""
    ids = [option.id for option in item.choices()]
    texts = ["".join(option.text.split()) for option in item.options]
    if item.kind != ItemKind.TRUEFALSE and len(item.options) < 2:
        yield "options-few", "选项少于 2 个，请至少写 2 个选项。"
    if len(set(ids)) != len(ids):
        yield "option-twice", "有两个选项用了同一个编号，请改成不同的编号。"
    if any(not text for text in texts):
        yield "option-empty", "有一个选项是空的，请写上文字或删去它。"
    elif len(set(texts)) != len(texts):
        yield "option-same", "有两个选项的文字一样，请改成不同的。"
    yield from _key_faults(item, ids)


def _key_faults(item: Item, ids: list[str]) -> Iterator[Fault]:
    if not item.key:
        yield "key-missing", "没有正确答案，请标出哪一个是对的。"
    if len(item.key) > 1 and item.kind != ItemKind.MULTIPLE:
        yield "key-many", "这是单选或判断题，却标了两个以上的正确答案，请只留一个。"
    if len(set(item.key)) != len(item.key):
        yield "key-twice", "正确答案里有一个写了两遍，请删去一个。"
    known = set(ids)
    for key in item.key:
        if key not in known:
            yield "key-unknown", f"正确答案“{key}”不在选项里，请核对选项编号。"


def fits(item: Item, response: Sequence[object]) -> bool:
    """Say whether a response has the shape of this item: known option ids, one unless multiple, no repeats."""
    ids = {option.id for option in item.choices()}
    chosen = [_word(one) for one in response]
    if len(set(chosen)) != len(chosen) or (len(chosen) > 1 and item.kind != ItemKind.MULTIPLE):
        return False
    return all(one in ids for one in chosen)


def share(item: Item, response: Sequence[object]) -> Fraction:
    """Return the part of the points a response earns."""
    chosen = {_word(one) for one in response}
    if not chosen or not fits(item, response):
        return NONE
    if chosen == set(item.key):
        return FULL
    if item.kind != ItemKind.MULTIPLE:
        return of_key(item, next(iter(chosen)))
    return _of_several(item, chosen)


def _of_several(item: Item, chosen: set[str]) -> Fraction:
    """Percents of the options where the item names them; else right ones minus wrong ones, over the right ones."""
    given = {remark.answer: remark.percent for remark in item.remarks if remark.percent is not None}
    if given:
        return min(FULL, max(NONE, sum((credit(given.get(one, 0)) for one in chosen), NONE)))
    if not item.partial:
        return NONE
    right = len(chosen & set(item.key))
    return max(NONE, Fraction(2 * right - len(chosen), len(item.key)))


def best(item: Item) -> list[object]:
    """Return the response that earns everything."""
    return list(item.key)


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else ""
