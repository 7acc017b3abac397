"""Items to GIFT; what our items hold beyond it stands in comments that others skip."""

from collections.abc import Iterable

from courses.formats import weights
from courses.formats.bank import LeftOut, Written
from courses.formats.gift_reader import RUBRIC
from courses.formats.weights import Weighed
from courses.items import Item, ItemKind, Number

CARRIED = {
    ItemKind.SINGLE, ItemKind.MULTIPLE, ItemKind.TRUEFALSE, ItemKind.TEXT, ItemKind.NUMBER, ItemKind.MATCH, ItemKind.ESSAY,
}  # fmt: skip
_NAMES = {
    ItemKind.CLOZE: "几个空的填空题",
    ItemKind.ORDER: "排序题",
    ItemKind.HOTSPOT: "看图题",
    ItemKind.CASE: "材料题",
}


def write(items: Iterable[Item]) -> Written:
    """Return a GIFT file and what it could not hold."""
    parts: list[str] = []
    left_out: list[LeftOut] = []
    for item in items:
        if item.kind not in CARRIED:
            left_out.append(LeftOut(item.id, f"GIFT 格式没有{_NAMES[item.kind]}。"))
            continue
        left_out += [LeftOut(item.id, reason) for reason in _losses(item)]
        parts.append(_question(item))
    return Written("\n\n".join(parts).encode() + b"\n", tuple(left_out))


def _losses(item: Item) -> Iterable[str]:
    if item.pattern:
        yield "GIFT 格式没有答案的样式（pattern）。"
    if item.kind == ItemKind.ESSAY and [one.text for one in item.rubric] != [RUBRIC]:
        yield "GIFT 格式没有评分标准。"
    if item.kind == ItemKind.MATCH and item.remarks:
        yield "GIFT 格式的连线题没有逐项反馈。"
    if item.kind == ItemKind.MATCH and not item.partial:
        yield "GIFT 格式的连线题按对数给分，不能全对才得分。"


def _question(item: Item) -> str:
    why = f"####{escaped(item.explanation)}" if item.explanation else ""
    title = escaped(item.name or item.id)
    return f"{_hints(item)}\n::{title}::[markdown]{escaped(item.stem)}{{{_inside(item)}{why}}}"


def _hints(item: Item) -> str:
    hints = [
        ("id", item.id),
        *(("tag", tag) for tag in item.tags),
        ("lesson", item.lesson),
        ("unit", item.unit),
    ]
    hints += [
        ("difficulty", str(item.difficulty or "")),
        ("points", str(item.points) if item.points != 1 else ""),
    ]
    if item.kind == ItemKind.MULTIPLE and not item.partial:
        hints.append(("whole", "1"))
    return "// " + " ".join(f"[{name}:{_hint(value)}]" for name, value in hints if value)


def _hint(value: str) -> str:
    return value.replace("\\", "\\\\").replace("]", "\\]").replace("\n", " ")


def escaped(text: str) -> str:
    """Return a text with the signs of GIFT escaped."""
    for sign in "\\~=#{}:":
        text = text.replace(sign, "\\" + sign)
    return text.replace("\n", "\\n")


def _inside(item: Item) -> str:
    if item.kind == ItemKind.TRUEFALSE:
        return _judgement(item)
    if item.kind in (ItemKind.SINGLE, ItemKind.MULTIPLE):
        return "\n" + "".join(f"\t{_answer(item, one)}\n" for one in weights.weights(item))
    if item.kind == ItemKind.TEXT:
        return "\n" + "".join(f"\t={_percent(one, 100)}{_words(one)}\n" for one in weights.typed(item))
    if item.kind == ItemKind.NUMBER:
        return _numbers(item)
    return _pairs(item) if item.kind == ItemKind.MATCH else ""


def _judgement(item: Item) -> str:
    right = item.key[0] == "true"
    told = {one.answer: one.words for one in item.remarks}
    wrong, good = told.get("false" if right else "true", ""), told.get("true" if right else "false", "")
    tail = f"#{escaped(wrong)}#{escaped(good)}" if wrong or good else ""
    return ("TRUE" if right else "FALSE") + tail


def _answer(item: Item, one: Weighed) -> str:
    if item.kind == ItemKind.SINGLE and one.percent > 99.99:
        return f"={_words(one)}"
    return f"~{_percent(one, 0)}{_words(one)}"


def _percent(one: Weighed, silent: float) -> str:
    """The weight, unless it is what the sign before it means already."""
    return "" if one.percent == silent else f"%{weights.percent(one.percent)}%"


def _words(one: Weighed) -> str:
    return escaped(one.text) + (f"#{escaped(one.words)}" if one.words else "")


def _numbers(item: Item) -> str:
    told = {one.answer: one for one in item.remarks}
    lines = []
    for number in (one for one in item.key if isinstance(one, Number)):
        name = weights.range_of(number)
        words = told.pop(name).words if name in told else ""
        lines.append(f"\t={name}" + (f"#{escaped(words)}" if words else ""))
    for remark in told.values():
        start = "~" if remark.answer == "*" else f"=%{weights.percent(remark.percent or 0)}%{remark.answer}"
        lines.append(f"\t{start}#{escaped(remark.words)}" if remark.words else f"\t{start}")
    return "#\n" + "\n".join(lines) + "\n"


def _pairs(item: Item) -> str:
    lefts = {one.id: one.text for one in item.left}
    rights = {one.id: one.text for one in item.right}
    pairs = [(lefts[one[0]], rights[one[1]]) for one in item.key if isinstance(one, tuple)]
    used = {one[1] for one in item.key if isinstance(one, tuple)}
    pairs += [("", rights[one]) for one in rights if one not in used]
    return "\n" + "".join(f"\t={escaped(a)} -> {escaped(b)}\n" for a, b in pairs)
