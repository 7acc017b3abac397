"""Single, multiple and true/false items: what is wrong with one, whether a response fits and scores."""

from collections.abc import Iterator, Sequence

from courses.items import Item, ItemKind


def faults(item: Item) -> Iterator[tuple[str, str]]:
    """Yield (code, sentence) for each thing that keeps the item from being asked."""
    ids = [option.id for option in item.choices()]
    if not item.stem.strip():
        yield "stem-empty", "题干是空的，请写上题目。"
    if item.kind != ItemKind.TRUEFALSE and len(item.options) < 2:
        yield "options-few", "选项少于 2 个，请至少写 2 个选项。"
    if len(set(ids)) != len(ids):
        yield "option-twice", "有两个选项用了同一个编号，请改成不同的编号。"
    if any(not option.text.strip() for option in item.options):
        yield "option-empty", "有一个选项是空的，请写上文字或删去它。"
    yield from _key_faults(item, ids)


def _key_faults(item: Item, ids: list[str]) -> Iterator[tuple[str, str]]:
    if not item.key:
        yield "key-missing", "没有正确答案，请标出哪一个是对的。"
    if len(item.key) > 1 and item.kind != ItemKind.MULTIPLE:
        yield "key-many", "这是单选或判断题，却标了两个以上的正确答案，请只留一个。"
    for key in item.key:
        if key not in ids:
            yield "key-unknown", f"正确答案“{key}”不在选项里，请核对选项编号。"
    if item.kind == ItemKind.MULTIPLE and ids and set(item.key) >= set(ids):
        yield "key-all", "多选题的选项全都是对的，请至少放一个错误选项。"


def fits(item: Item, response: Sequence[object]) -> bool:
    """Say whether a response has the shape of this item: known option ids, one unless multiple, no repeats."""
    ids = {option.id for option in item.choices()}
    if len(set(map(str, response))) != len(response):
        return False
    if len(response) > 1 and item.kind != ItemKind.MULTIPLE:
        return False
    return all(isinstance(choice, str) and choice in ids for choice in response)


def correct(item: Item, response: Sequence[object]) -> bool:
    """Say whether a response is exactly the key (multiple: all or nothing)."""
    return bool(response) and set(map(str, response)) == set(item.key)
