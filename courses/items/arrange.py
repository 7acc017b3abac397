"""Ordering and matching items."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from courses.items import Item, ItemKind
from courses.items.credit import FULL, NONE

Fault = tuple[str, str]


def faults(item: Item) -> Iterator[Fault]:
    """Yield (code, sentence) for each thing that keeps the item from being asked."""
    both = (*item.options, *item.left, *item.right)
    ids = [option.id for option in both]
    if len(set(ids)) != len(ids):
        yield "option-twice", "有两项用了同一个编号，请改成不同的编号。"
    if any(not option.text.strip() for option in both):
        yield "option-empty", "有一项是空的，请写上文字或删去它。"
    yield from _order_faults(item) if item.kind == ItemKind.ORDER else _match_faults(item)


def _order_faults(item: Item) -> Iterator[Fault]:
    if len(item.options) < 2:
        yield "options-few", "要排序的少于 2 项，请至少写 2 项。"
    if sorted(map(str, item.key)) != sorted(option.id for option in item.options):
        yield "key-order", "正确顺序要把每一项的编号写一遍，不多也不少。"


def _match_faults(item: Item) -> Iterator[Fault]:
    if len(item.left) < 2 or len(item.right) < 2:
        yield "options-few", "连线题两边都至少要 2 项。"
    pairs = [pair for pair in item.key if isinstance(pair, tuple) and len(pair) == 2]
    lefts, rights = {one.id for one in item.left}, {one.id for one in item.right}
    if len(pairs) != len(item.key) or any(a not in lefts or b not in rights for a, b in pairs):
        yield "key-unknown", "有一对答案里的编号不在两边的项里，请核对。"
    elif sorted(pair[0] for pair in pairs) != sorted(lefts):
        yield "key-pairs", "左边的每一项都要有一个，也只有一个答案。"


def fits(item: Item, response: Sequence[object]) -> bool:
    """Say whether a response has the shape of this item; places left open are "" and an order may still repeat."""
    if item.kind == ItemKind.ORDER:
        known = {option.id for option in item.options} | {""}
        return len(response) <= len(item.options) and all(
            isinstance(one, str) and one in known for one in response
        )
    pairs = [_pair(one) for one in response]
    lefts, rights = {one.id for one in item.left}, {one.id for one in item.right} | {""}
    chosen = [pair[0] for pair in pairs]
    return len(set(chosen)) == len(chosen) and all(a in lefts and b in rights for a, b in pairs)


def share(item: Item, response: Sequence[object]) -> Fraction:
    """Return the part of the points a response earns."""
    if not response or not item.key or not fits(item, response):
        return NONE
    if item.kind == ItemKind.ORDER:
        right = sum(given == wanted for given, wanted in zip(response, item.key, strict=False))
        if len(set(map(str, response))) != len(response):
            right = 0
    else:
        right = len({_pair(one) for one in response} & set(item.key))
    if right == len(item.key):
        return FULL
    return Fraction(right, len(item.key)) if item.partial else NONE


def best(item: Item) -> list[object]:
    """Return the response that earns everything."""
    return [list(one) if isinstance(one, tuple) else one for one in item.key]


def _pair(value: object) -> tuple[str, str]:
    good = isinstance(value, list | tuple) and len(value) == 2 and all(isinstance(one, str) for one in value)
    return (value[0], value[1]) if good and isinstance(value, list | tuple) else ("", "-")
