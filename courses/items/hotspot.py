"""Hot-spot items: regions of a picture, each with a label, so that a keyboard and a reader reach them."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from courses.items import Item, Region, Shape
from courses.items.credit import FULL, NONE

Fault = tuple[str, str]


def faults(item: Item) -> Iterator[Fault]:
    """Yield (code, sentence) for each thing that keeps the item from being asked."""
    if not item.picture:
        yield "picture-missing", "看图题还没有图片，请写上图片的文件名。"
    if not item.alt.strip():
        yield "alt-missing", "图片还没有文字说明（alt），看不见图的人需要它。"
    yield from _region_faults(item)
    yield from _key_faults(item)


def _region_faults(item: Item) -> Iterator[Fault]:
    ids = [region.id for region in item.regions]
    if len(ids) < 2:
        yield "options-few", "图上的区域少于 2 个，请至少画 2 个。"
    if len(set(ids)) != len(ids):
        yield "option-twice", "有两个区域用了同一个编号，请改成不同的编号。"
    for region in item.regions:
        if wrong := _region_fault(region):
            yield wrong


def _key_faults(item: Item) -> Iterator[Fault]:
    ids = {region.id for region in item.regions}
    if not item.key:
        yield "key-missing", "没有正确答案，请标出哪个区域是对的。"
    if set(map(str, item.key)) - ids:
        yield "key-unknown", "正确答案里有一个编号不是图上的区域，请核对。"


def _region_fault(region: Region) -> Fault | None:
    if not region.label.strip():
        return "label-missing", "有一个区域没有名称，用键盘和读屏的人需要它。"
    x, y, *sizes = (*region.at, 0, 0)
    inside = all(0 <= one <= 100 for one in region.at) and all(one > 0 for one in region.at[2:])
    if region.shape == Shape.RECT:
        good = len(region.at) == 4 and x + sizes[0] <= 100 and y + sizes[1] <= 100
    else:
        good = len(region.at) == 3
    if inside and good:
        return None
    return (
        "region",
        f"区域“{region.label}”的位置不对：方形写 [左, 上, 宽, 高]，圆形写 [左, 上, 半径]，都是图片的百分之几。",
    )


def fits(item: Item, response: Sequence[object]) -> bool:
    """Say whether a response has the shape of this item: known regions, no more than asked for, no repeats."""
    ids = {region.id for region in item.regions}
    return (
        len(response) <= len(item.key)
        and all(isinstance(one, str) and one in ids for one in response)
        and len(set(map(str, response))) == len(response)
    )


def share(item: Item, response: Sequence[object]) -> Fraction:
    """Return the part of the points a response earns."""
    if not response or not fits(item, response):
        return NONE
    right = len(set(map(str, response)) & set(map(str, item.key)))
    if right == len(item.key) == len(response):
        return FULL
    return Fraction(right, len(item.key)) if item.partial else NONE


def best(item: Item) -> list[object]:
    """Return the response that earns everything."""
    return list(item.key)
