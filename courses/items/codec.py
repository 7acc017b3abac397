"""Items as JSON: in packages, course documents and the answers of the command line alike."""

from typing import Any

from courses.fields import Fields, is_number
from courses.items import (
    EARNS_BY_PART,
    Criterion,
    Item,
    ItemKind,
    KeyPart,
    Number,
    Option,
    Region,
    Remark,
    Shape,
)

MAX_POINTS = 100


def to_json(item: Item) -> dict[str, Any]:
    """Return an item as plain JSON; what is not used is left out."""
    data: dict[str, Any] = {
        "id": item.id,
        "kind": str(item.kind),
        "stem": item.stem,
        "options": _options(item.options or (*item.left, *item.right)),
        "key": _key(item),
        "explanation": item.explanation,
        "lesson": item.lesson,
    }
    optional: dict[str, Any] = {
        "points": item.points if item.points != 1 else None,
        "difficulty": item.difficulty,
        "tags": list(item.tags),
        "partial": item.partial if item.partial != (item.kind in EARNS_BY_PART) else None,
        "pattern": item.pattern,
        "unit": item.unit,
        "choices": [list(one) for one in item.choices_of_gaps],
        "left": _options(item.left),
        "right": _options(item.right),
        "picture": item.picture,
        "alt": item.alt,
        "regions": [
            {"id": one.id, "label": one.label, "shape": str(one.shape), "at": list(one.at)}
            for one in item.regions
        ],
        "rubric": [{"id": one.id, "text": one.text, "points": one.points} for one in item.rubric],
        "items": [to_json(one) for one in item.items],
        "remarks": [_remark(one) for one in item.remarks],
        "name": item.name,
    }
    return data | {name: value for name, value in optional.items() if value or value is False}


def _options(options: tuple[Option, ...]) -> list[dict[str, str]]:
    return [{"id": one.id, "text": one.text} for one in options]


def _remark(remark: Remark) -> dict[str, Any]:
    percent = {} if remark.percent is None else {"percent": remark.percent}
    return {"answer": remark.answer, **percent, "words": remark.words}


def _key(item: Item) -> Any:
    if item.kind == ItemKind.TRUEFALSE:
        return [one == "true" for one in item.key]
    parts = [_part(one) for one in item.key]
    if item.kind == ItemKind.NUMBER:
        return parts[0] if len(parts) == 1 else parts
    return parts


def _part(part: KeyPart) -> Any:
    if isinstance(part, Number):
        return {"value": part.value, "tolerance": part.tolerance}
    return list(part) if isinstance(part, tuple) else part


def from_json(fields: Fields, *, inside_case: bool = False) -> Item | None:
    """Return the item of an object; what is wrong with it goes to `fields.note`, None when its kind is unknown."""
    kind = fields.data.get("kind")
    if not isinstance(kind, str) or kind not in set(ItemKind) or (inside_case and kind == ItemKind.CASE):
        fields.note("item-kind", f"不认识的题型“{str(kind)[:40]}”，可以写 {'、'.join(ItemKind)}。")
        return None
    kind = ItemKind(kind)
    matching = kind == ItemKind.MATCH
    return Item(
        id=fields.words("id", needed=True),
        kind=kind,
        stem=fields.words("stem", needed=True),
        options=() if matching else _options_of(fields, "options"),
        key=_key_of(fields, kind),
        explanation=fields.words("explanation"),
        lesson=fields.words("lesson"),
        points=fields.whole("points", 1, 1, MAX_POINTS),
        difficulty=fields.whole("difficulty", 0, 0, 3),
        tags=fields.strings("tags"),
        partial=fields.flag("partial", kind in EARNS_BY_PART),
        pattern=fields.words("pattern"),
        unit=fields.words("unit"),
        choices_of_gaps=_choices_of(fields),
        left=_options_of(fields, "left") if matching else (),
        right=_options_of(fields, "right") if matching else (),
        picture=fields.words("picture"),
        alt=fields.words("alt"),
        regions=tuple(_region_of(one) for one in fields.objects("regions")),
        rubric=tuple(
            Criterion(one.words("id"), one.words("text"), one.whole("points", 1, 1, MAX_POINTS))
            for one in fields.objects("rubric")
        ),
        items=tuple(_parts_of(fields)) if kind == ItemKind.CASE else (),
        remarks=tuple(_remark_of(one) for one in fields.objects("remarks")),
        name=fields.words("name"),
    )


def _options_of(fields: Fields, name: str) -> tuple[Option, ...]:
    return tuple(Option(one.words("id", needed=True), one.words("text")) for one in fields.objects(name))


def _parts_of(fields: Fields) -> list[Item]:
    parts = (from_json(one, inside_case=True) for one in fields.objects("items"))
    return [part for part in parts if part is not None]


def _choices_of(fields: Fields) -> tuple[tuple[str, ...], ...]:
    value = fields.data.get("choices", [])
    if isinstance(value, list) and all(_are_words(one) for one in value):
        return tuple(tuple(one) for one in value)
    fields.note("field", "“choices”应该是每个空一个方括号，里面是几段文字。")
    return ()


def _region_of(fields: Fields) -> Region:
    at = fields.data.get("at")
    good = isinstance(at, list) and all(is_number(one) for one in at)
    if not good:
        fields.note("field", "区域的“at”应该是方括号里的几个数。")
    return Region(
        id=fields.words("id", needed=True),
        label=fields.words("label"),
        shape=fields.choice(Shape, "shape"),
        at=tuple(float(one) for one in at) if good and isinstance(at, list) else (),
    )


def _remark_of(fields: Fields) -> Remark:
    percent = fields.data.get("percent")
    return Remark(
        answer=fields.words("answer"),
        percent=None if percent is None else fields.number("percent", 0, -100, 100),
        words=fields.words("words"),
    )


def _key_of(fields: Fields, kind: ItemKind) -> tuple[KeyPart, ...]:
    value = fields.data.get("key", [])
    if kind in (ItemKind.ESSAY, ItemKind.CASE) or value is None:
        return ()
    listed = value if isinstance(value, list) else [value]
    parts = [_part_of(one, kind) for one in listed]
    if any(part is None for part in parts):
        fields.note("key", f"正确答案的写法不对：{KEYS[kind]}")
        return ()
    return tuple(part for part in parts if part is not None)


KEYS = {
    ItemKind.SINGLE: '单选题写选项编号，如 ["b"]。',
    ItemKind.MULTIPLE: '多选题写选项编号，如 ["a", "c"]。',
    ItemKind.TRUEFALSE: "判断题写 [true] 或 [false]。",
    ItemKind.TEXT: '填空题写可以接受的答案，如 ["自愿"]。',
    ItemKind.NUMBER: '数字题写 {"value": 72, "tolerance": 0}。',
    ItemKind.CLOZE: '完形题一个空写一个方括号或一个数，如 [["自愿"], {"value": 15, "tolerance": 0}]。',
    ItemKind.ORDER: '排序题按正确顺序写编号，如 ["c", "a", "b"]。',
    ItemKind.MATCH: '连线题一对一个方括号，如 [["l1", "r2"]]。',
    ItemKind.HOTSPOT: '看图题写区域编号，如 ["r1"]。',
}


def _part_of(value: object, kind: ItemKind) -> KeyPart | None:
    if kind == ItemKind.TRUEFALSE:
        word = str(value).lower()
        return word if word in ("true", "false") else None
    if kind in (ItemKind.NUMBER, ItemKind.CLOZE) and not isinstance(value, list | str):
        return _number_of(value)
    if kind == ItemKind.NUMBER:
        return None
    if kind == ItemKind.CLOZE:
        accepted = [value] if isinstance(value, str) else value
        return tuple(accepted) if _are_words(accepted) and isinstance(accepted, list) else None
    if kind == ItemKind.MATCH:
        pair = isinstance(value, list) and len(value) == 2 and _are_words(value)
        return tuple(value) if pair and isinstance(value, list) else None
    return value if isinstance(value, str) else None


def _number_of(value: object) -> Number | None:
    if is_number(value) and isinstance(value, int | float):
        return Number(value)
    if not isinstance(value, dict):
        return None
    number, tolerance = value.get("value", ""), value.get("tolerance", 0)
    return Number(number, tolerance) if is_number(number) and is_number(tolerance) else None


def _are_words(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)
