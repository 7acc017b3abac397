"""One row of the Excel template: cells to an item, an item to cells."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from courses.formats import pasted_marks, weights
from courses.formats.bank import Ids
from courses.formats.gift_reader import Unread, matched, number_of
from courses.items import EARNS_BY_PART, Criterion, Item, ItemKind, KeyPart, Number, Option

LETTERS = "ABCDEFGH"
COLUMNS = (
    "编号", "题型", "题干", *(f"选项{letter}" for letter in LETTERS), "答案", "解析", "难度", "标签", "分值", "对应课", "单位", "部分给分", "名称",
)  # fmt: skip
KINDS = {
    ItemKind.SINGLE: "单选题",
    ItemKind.MULTIPLE: "多选题",
    ItemKind.TRUEFALSE: "判断题",
    ItemKind.TEXT: "填空题",
    ItemKind.NUMBER: "数字题",
    ItemKind.CLOZE: "完形题",
    ItemKind.ORDER: "排序题",
    ItemKind.MATCH: "连线题",
    ItemKind.ESSAY: "问答题",
}
_NAMES = {
    "编号": ("编号", "题号", "序号", "id"),
    "题型": ("题型", "类型", "试题类型", "题目类型"),
    "题干": ("题干", "题目", "问题", "题目内容", "试题内容", "试题题干"),
    "答案": ("答案", "正确答案", "参考答案", "标准答案"),
    "解析": ("解析", "答案解析", "试题解析", "题目解析", "说明"),
    "难度": ("难度", "难易度", "难易程度"),
    "标签": ("标签", "知识点", "考点", "分类"),
    "分值": ("分值", "分数", "得分"),
    "对应课": ("对应课", "对应课程", "课"),
    "单位": ("单位",),
    "部分给分": ("部分给分",),
    "名称": ("名称",),
}
_KNOWN = {alias: name for name, aliases in _NAMES.items() for alias in aliases}
_DIFFICULTY = {
    "易": 1,
    "容易": 1,
    "简单": 1,
    "1": 1,
    "中": 2,
    "中等": 2,
    "一般": 2,
    "2": 2,
    "难": 3,
    "困难": 3,
    "较难": 3,
    "3": 3,
}
_RUBRIC_LINE = re.compile(r"(.+?)[（(](\d{1,3})\s*分[)）]")


class Unclear(ValueError):
    """A row that cannot be read for sure."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row by the template's headings."""

    cells: Mapping[str, str]

    def text(self, name: str) -> str:
        """The words of a cell."""
        return self.cells.get(name, "").strip()

    def options(self) -> list[str]:
        """The words of the option cells up to the last one filled."""
        found = [self.text(f"选项{letter}") for letter in LETTERS]
        while found and not found[-1]:
            found.pop()
        return found


def cell(value: object) -> str:
    """Return the words of a cell: 110 for 110.0, 对 for TRUE."""
    if isinstance(value, bool):
        return "对" if value else "错"
    return weights.figure(value) if isinstance(value, float) else str(value if value is not None else "")


def headings(cells: Sequence[str]) -> dict[str, int]:
    """Return column name → place when a row holds the headings, {} otherwise."""
    found: dict[str, int] = {}
    for at, words in enumerate(cells):
        word = re.sub(r"[\s*＊（）()：:]", "", pasted_marks.fold(words)).casefold()
        letter = re.fullmatch(r"(?:选项|答案选项)?([a-h])(?:选项)?", word)
        name = f"选项{letter.group(1).upper()}" if letter else _KNOWN.get(word, "")
        if name:
            found.setdefault(name, at)
    return found if {"题干", "答案"} <= found.keys() else {}


def item_of(row: Row, ids: Ids) -> Item:
    """Return the item of a row; raises Unclear."""
    kind = _kind(row)
    partial = {"是": True, "否": False, "": kind in EARNS_BY_PART}.get(row.text("部分给分"))
    if partial is None:
        raise Unclear("partial", "“部分给分”请写 是 或 否。")
    difficulty = row.text("难度")
    if difficulty and difficulty not in _DIFFICULTY:
        raise Unclear("difficulty", f"难度“{difficulty[:20]}”不认识，请写 易、中、难。")
    item = Item(
        id=ids.take(row.text("编号")),
        kind=kind,
        stem=row.text("题干"),
        options=(),
        key=(),
        explanation=row.text("解析"),
        lesson=row.text("对应课"),
        points=_points(row.text("分值")),
        difficulty=_DIFFICULTY.get(difficulty, 0),
        tags=tuple(
            dict.fromkeys(one.strip() for one in re.split(r"[、,，;；]", row.text("标签")) if one.strip())
        ),
        partial=partial,
        unit=row.text("单位"),
        name=row.text("名称"),
    )
    return _answered(item, row)


def _points(text: str) -> int:
    if not text:
        return 1
    if not text.isdigit() or not 1 <= int(text) <= 100:
        raise Unclear("points", f"分值“{text[:20]}”应该是 1 到 100 的整数。")
    return int(text)


def _kind(row: Row) -> ItemKind:
    word = pasted_marks.fold(row.text("题型")).strip("[]() ")
    if word:
        for kind, name in KINDS.items():
            if word in (name, name.removesuffix("题"), str(kind)):
                return kind
        known = pasted_marks.kind_of(word.removesuffix("题"))
        if known is None or known == ItemKind.CASE:
            raise Unclear("item-kind", f"题型“{word[:20]}”不认识，可以写 {'、'.join(KINDS.values())}。")
        return known
    answer = row.text("答案")
    if row.options():
        return ItemKind.MULTIPLE if len(_letters(answer)) > 1 else ItemKind.SINGLE
    return ItemKind.TRUEFALSE if pasted_marks.judged(answer) is not None else ItemKind.TEXT


def _letters(answer: str) -> list[str]:
    folded = pasted_marks.fold(answer).upper()
    return re.findall("[A-H]", folded) if re.fullmatch(r"[A-H\s,、;，；|/]*", folded) else []


def _answered(item: Item, row: Row) -> Item:
    answer, options = row.text("答案"), row.options()
    if item.kind in (ItemKind.SINGLE, ItemKind.MULTIPLE, ItemKind.ORDER):
        if not _letters(answer):
            raise Unclear("answer", f"答案“{answer[:20]}”看不懂，请写选项的字母，如 B 或 ACD。")
        made = tuple(Option(LETTERS[at].lower(), text) for at, text in enumerate(options))
        letters = [one.lower() for one in _letters(answer)]
        return replace(
            item, options=made, key=tuple(letters if item.kind == ItemKind.ORDER else sorted(letters))
        )
    if item.kind == ItemKind.MATCH:
        return replace(matched(item, [_pair(one) for one in options if one]), partial=item.partial)
    if options and item.kind != ItemKind.TRUEFALSE:
        raise Unclear("kind", f"{KINDS[item.kind]}不用写选项。请改正题型或删去选项。")
    return _typed(item, answer)


def _typed(item: Item, answer: str) -> Item:
    lines = [line.strip() for line in answer.splitlines() if line.strip()]
    if item.kind == ItemKind.TRUEFALSE:
        sign = pasted_marks.judged(answer)
        if sign is None:
            raise Unclear("answer", f"判断题的答案“{answer[:20]}”看不懂，请写 对 或 错。")
        return replace(item, key=("true" if sign else "false",))
    if item.kind == ItemKind.ESSAY:
        return replace(item, rubric=_rubric(lines, item.points))
    if item.kind == ItemKind.CLOZE:
        return replace(item, key=tuple(_part(line) for line in lines))
    if item.kind == ItemKind.NUMBER:
        return replace(item, key=(_number(answer),))
    return replace(item, key=tuple(dict.fromkeys(one for line in lines for one in _alternatives(line))))


def _rubric(lines: list[str], points: int) -> tuple[Criterion, ...]:
    found = [_RUBRIC_LINE.fullmatch(line) for line in lines]
    rubric = tuple(
        Criterion(f"r{at}", one.group(1), int(one.group(2))) for at, one in enumerate(found, 1) if one
    )
    return rubric if len(rubric) == len(lines) else (Criterion("r1", "\n".join(lines), points),)


def _part(line: str) -> KeyPart:
    return _number(line[1:]) if line.startswith(("=", "＝")) else tuple(_alternatives(line))


def _number(text: str) -> Number:
    try:
        return number_of(re.sub(r"\s*(?:±|\+/-)\s*", ":", pasted_marks.fold(text).strip()))
    except Unread:
        raise Unclear("answer", f"答案“{text[:20]}”不是数，请写 72 或 72±0.5。") from None


def _alternatives(line: str) -> list[str]:
    parts = (re.sub(r"\\(.)", r"\1", one).strip() for one in re.split(r"(?<!\\)[|｜]", line.strip()))
    return [one for one in parts if one]


def _pair(text: str) -> tuple[str, str]:
    parts = re.split(r"(?<!\\)(?:→|->)", text)
    if len(parts) != 2:
        raise Unclear("pair", f"连线题的“{text[:20]}”要写成“左边→右边”。")
    left, right = (re.sub(r"\\(.)", r"\1", one).strip() for one in parts)
    return left, right


def cells_of(item: Item) -> tuple[dict[str, str], list[str]]:
    """Return the cells of an item ({} when the template has no place for it), and what got lost."""
    if item.kind not in KINDS:
        return {}, [f"表格模板里没有{'看图题' if item.kind == ItemKind.HOTSPOT else '材料题'}。"]
    texts = [one.text for one in item.options] or _pairs(item)
    if len(texts) > len(LETTERS):
        return {}, [f"选项或连线超过 {len(LETTERS)} 个，表格里放不下。"]
    cells = {
        "编号": item.id,
        "题型": KINDS[item.kind],
        "题干": item.stem,
        "答案": _answer(item),
        "解析": item.explanation,
        "难度": ("", "易", "中", "难")[item.difficulty],
        "标签": "、".join(item.tags),
        "分值": str(item.points),
        "对应课": item.lesson,
        "单位": item.unit,
        "部分给分": "是" if item.partial else "否",
        "名称": item.name,
    }
    return cells | {f"选项{LETTERS[at]}": text for at, text in enumerate(texts)}, _losses(item)


def _losses(item: Item) -> list[str]:
    found = [
        (item.remarks, "逐项的反馈和权重"),
        (item.pattern, "答案的样式（pattern）"),
        (item.choices_of_gaps, "空的选项"),
    ]
    return [f"表格模板里没有{name}。" for value, name in found if value]


def _pairs(item: Item) -> list[str]:
    rights = {one.id: one.text for one in item.right}
    lefts = {one.id: one.text for one in item.left}
    pairs = [(lefts[one[0]], one[1]) for one in item.key if isinstance(one, tuple)] if item.left else []
    used = {right for _, right in pairs}
    return [f"{_escaped(left)}→{_escaped(rights[right])}" for left, right in pairs] + [
        f"→{_escaped(text)}" for one, text in rights.items() if one not in used
    ]


def _escaped(text: str) -> str:
    return re.sub(r"([\\|｜→]|->)", r"\\\1", text)


def _answer(item: Item) -> str:
    if item.kind in (ItemKind.SINGLE, ItemKind.MULTIPLE, ItemKind.ORDER):
        ids = [one.id for one in item.options]
        return "".join(LETTERS[ids.index(str(one))] for one in item.key)
    if item.kind == ItemKind.TRUEFALSE:
        return "对" if item.key[0] == "true" else "错"
    if item.kind == ItemKind.ESSAY:
        return "\n".join(f"{one.text}（{one.points} 分）" for one in item.rubric)
    if item.kind == ItemKind.MATCH:
        return "见选项"
    if item.kind == ItemKind.TEXT:
        return "\n".join(_escaped(str(one)) for one in item.key)
    return "\n".join(_written(one, item.kind == ItemKind.CLOZE) for one in item.key)


def _written(part: KeyPart, gap: bool) -> str:
    if isinstance(part, Number):
        return ("=" if gap else "") + f"{weights.figure(part.value)}±{weights.figure(part.tolerance)}"
    accepted = part if isinstance(part, tuple) else (part,)
    words = "|".join(_escaped(one) for one in accepted)
    return "\\" + words if words.startswith(("=", "＝")) else words
