"""Which items of a bank make a paper, and in which order: the same seed always gives the same paper."""

import random
from collections.abc import Collection, Sequence
from typing import TypeVar

from courses.items import Item, Option
from courses.model import Draw, QuizBody

T = TypeVar("T")
LAST_WORDS = ("以上", "上述", "都对", "都不对", "都是", "都不是")
MAX_LAST = 12


def paper(body: QuizBody, seed: str, seen: Collection[str] = ()) -> tuple[Item, ...]:
    """Return the items of one attempt: drawn where the quiz says so (items not `seen` first), then shuffled."""
    items = _drawn(body, seed, seen) if body.draws else body.items
    return tuple(shuffled(items, f"{seed}/order")) if body.shuffle else tuple(items)


def _drawn(body: QuizBody, seed: str, seen: Collection[str]) -> tuple[Item, ...]:
    """Narrow draws choose first, so that a wide one does not take what only they can use."""
    taken: dict[str, Item] = {}
    for draw in sorted(body.draws, key=lambda one: sum(_suits(one, item) for item in body.items)):
        pool = [item for item in body.items if item.id not in taken and _suits(draw, item)]
        mixed = shuffled(pool, f"{seed}/draw/{'/'.join(draw.tags)}/{draw.difficulty}")
        mixed.sort(key=lambda item: any(one.id in seen for one in (item, *item.items)))
        taken |= {item.id: item for item in mixed[: draw.count]}
    return tuple(item for item in body.items if item.id in taken)


def _suits(draw: Draw, item: Item) -> bool:
    return set(draw.tags) <= set(item.tags) and draw.difficulty in (0, item.difficulty)


def options(item: Item, seed: str) -> tuple[Option, ...]:
    """Return the options of an item in the order of an attempt; “以上都对” and the like stay last."""
    mixed = shuffled(item.choices(), f"{seed}/{item.id}")
    mixed.sort(key=lambda option: _is_last(option.text))
    return tuple(mixed)


def _is_last(text: str) -> bool:
    return len(text) <= MAX_LAST and any(words in text for words in LAST_WORDS)


def shuffled(things: Sequence[T], seed: str) -> list[T]:
    """Return things in an order that depends on the seed alone, in every version of Python."""
    source = random.Random(seed)
    mixed = list(things)
    for at in range(len(mixed) - 1, 0, -1):
        other = int(source.random() * (at + 1))
        mixed[at], mixed[other] = mixed[other], mixed[at]
    return mixed
