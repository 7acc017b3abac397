"""Moodle XML, the export of Moodle's question bank, to items."""

import base64
import binascii
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from courses.errors import Problem
from courses.formats import markup, moodle_cloze, weights
from courses.formats.bank import Bank, Ids, LeftOut, sound
from courses.formats.gift_reader import RUBRIC, Unread, category_tag, matched, number_of
from courses.formats.moodle_xml import questions
from courses.formats.weights import Weighed
from courses.items import Criterion, Item, ItemKind, Number, Option, Remark

PICTURES = {".png", ".jpg", ".jpeg", ".webp", ".gif"}
MAX_PICTURE = 5 * 1024**2
TAG_DIFFICULTY, TAG_LESSON, TAG_WHOLE = "难度=", "课=", "全对才得分"
_RUBRIC_LINE = re.compile(r"(.+)（(\d{1,3}) 分）")
_SELECT = re.compile(r"\[\[(\d{1,3})\]\]")


@dataclass
class _Question:
    """One question being read, and where to say what gets lost."""

    element: ET.Element
    losses: list[str] = field(default_factory=list)
    pictures: dict[str, bytes] = field(default_factory=dict)

    def words(self, path: str, element: ET.Element | None = None) -> str:
        """The plain text of a child, "" when there is none."""
        found = (self.element if element is None else element).find(path)
        return (found.text or "").strip() if found is not None else ""

    def rich(self, path: str, element: ET.Element | None = None, default: str = "") -> str:
        """The text of a child as Markdown, its pictures kept."""
        owner = self.element if element is None else element
        found = owner if path == "." else owner.find(path)
        if found is None:
            return ""
        self._keep(found)
        return markup.from_format(self.words("text", found), found.get("format", default or "html"))

    def _keep(self, owner: ET.Element) -> None:
        for file in owner.findall("file"):
            name = PurePosixPath(file.get("name", "")).name
            if PurePosixPath(name).suffix.lower() not in PICTURES:
                self.losses.append(f"附件“{name[:60]}”不是图片。")
                continue
            try:
                data = base64.b64decode("".join((file.text or "").split()), validate=True)
            except (binascii.Error, ValueError):
                self.losses.append(f"图片“{name[:60]}”的内容坏了。")
                continue
            if len(data) > MAX_PICTURE:
                self.losses.append(f"图片“{name[:60]}”超过 5 MB。")
            else:
                self.pictures[f"img/{name}"] = data

    def answers(self) -> Iterator[ET.Element]:
        """The `answer` children."""
        return iter(self.element.findall("answer"))

    def weighed(self, answer: ET.Element, *, rich: bool) -> Weighed:
        """One answer with its percent and feedback."""
        try:
            percent = float(answer.get("fraction", "0"))
        except ValueError:
            raise Unread(f"答案的权重“{answer.get('fraction', '')[:20]}”不是数。") from None
        if not -100 <= percent <= 100:
            raise Unread("答案的权重应该在 -100 到 100 之间。")
        text = self.rich(".", answer) if rich else self.words("text", answer)
        return Weighed(text, percent, self.rich("feedback", answer))


def read(data: bytes, file: str = "") -> Bank:
    """Return the questions of a Moodle XML file; raises CourseError when it cannot be read as one."""
    ids, category = Ids(), list[str]()
    found: list[tuple[Item, int]] = []
    left_out: list[LeftOut] = []
    problems: list[Problem] = []
    pictures: dict[str, bytes] = {}
    for element, line in questions(data, file):
        question = _Question(element)
        label = question.words("name/text")[:60] or f"第 {line} 行的题"
        kind = element.get("type", "")
        if kind == "category":
            category = category_tag(question.words("category/text"))
        elif kind not in KINDS:
            left_out.append(LeftOut(label, _UNKNOWN.get(kind, f"这里没有“{kind[:40]}”这种题型。")))
        else:
            try:
                found.append((_item(question, kind, ids, category), line))
            except markup.ActiveContent:
                problems.append(
                    Problem(file, line, label, "script", "题里有脚本或网页代码，请删去，只留文字。")
                )
            except Unread as error:
                problems.append(Problem(file, line, label, "moodle", str(error)))
            left_out += [LeftOut(label, reason) for reason in question.losses]
            pictures |= question.pictures
    if not found and not problems and not left_out:
        problems.append(Problem(file, 1, "", "no-items", "文件里没有题目。"))
    items, wrong = sound(found, file)
    return Bank(items, tuple(left_out), (*problems, *wrong), pictures)


_UNKNOWN = {
    "description": "只有说明文字，没有题。",
    "random": "随机题只是一条抽题规则，请在测验里重新设抽题。",
    "calculated": "这里没有计算题（每次换数的题）。",
    "calculatedmulti": "这里没有计算题（每次换数的题）。",
    "calculatedsimple": "这里没有计算题（每次换数的题）。",
    "ddmarker": "这里没有拖动标记的题。",
    "ddimageortext": "这里没有把图拖到图上的题。",
}


def _item(question: _Question, kind: str, ids: Ids, category: list[str]) -> Item:
    tags = [found.text.strip() for found in question.element.findall("tags/tag/text") if found.text]
    hints = {name: tag.removeprefix(name) for tag in tags for name in _HINTS if tag.startswith(name)}
    for hint in question.element.findall("hint"):
        if question.words("text", hint):
            question.losses.append("答错后的提示（hint）没有地方放。")
            break
    name, number = question.words("name/text"), question.words("idnumber")
    difficulty = hints.get(TAG_DIFFICULTY, "")
    item = Item(
        id=ids.take(number or name),
        kind=ItemKind.ESSAY,
        stem=question.rich("questiontext"),
        options=(),
        key=(),
        explanation=question.rich("generalfeedback"),
        lesson=hints.get(TAG_LESSON, ""),
        points=_points(question),
        difficulty=int(difficulty) if difficulty in ("1", "2", "3") else 0,
        tags=tuple(dict.fromkeys([*category, *(tag for tag in tags if not tag.startswith(_HINTS))])),
    )
    item = KINDS[kind](question, replace(item, partial=TAG_WHOLE not in hints))
    return replace(item, name=name if name not in ("", item.id, item.stem) else "")


_HINTS = (TAG_DIFFICULTY, TAG_LESSON, TAG_WHOLE)


def _points(question: _Question) -> int:
    """Whole points; others are rounded and said so."""
    text = question.words("defaultgrade") or "1"
    try:
        points = float(text)
    except ValueError:
        raise Unread(f"分值“{text[:20]}”不是数。") from None
    if not 0 <= points <= 100:
        question.losses.append(f"分值 {text[:20]} 超出 1 到 100，按 1 分算。")
        return 1
    if points != int(points):
        question.losses.append(f"分值 {text[:20]} 不是整数，四舍五入了。")
    return max(1, round(points))


def _choice(question: _Question, item: Item) -> Item:
    single = question.words("single").lower() in ("true", "1", "")
    answers = [question.weighed(one, rich=True) for one in question.answers()]
    return weights.chosen(item, answers, several=not single, whole=not item.partial)


def _judgement(question: _Question, item: Item) -> Item:
    answers = [question.weighed(one, rich=False) for one in question.answers()]
    sides = {answer.text.lower(): answer for answer in answers}
    right = next((side for side, answer in sides.items() if answer.percent > 99.99), "")
    if set(sides) != {"true", "false"} or not right:
        raise Unread("判断题要有 true 和 false 两个答案，其中一个是 100 分。")
    remarks = tuple(Remark(side, None, answer.words) for side, answer in sides.items() if answer.words)
    return replace(item, kind=ItemKind.TRUEFALSE, key=(right,), remarks=remarks, partial=False)


def _text(question: _Question, item: Item) -> Item:
    answers = [question.weighed(one, rich=False) for one in question.answers()]
    if question.words("usecase") == "1":
        question.losses.append("区分大小写：这里大小写都算对。")
    wild = [one for one in answers if "*" in one.text.replace("\\*", "") and one.text != "*"]
    plain = [replace(one, text=one.text.replace("\\*", "*")) for one in answers if one not in wild]
    full = [one.text for one in wild if one.percent > 99.99]
    if len(full) < len(wild):
        question.losses.append("带 * 的部分给分答案没有地方放。")
    pattern = "|".join(
        ".*".join(re.escape(part) for part in one.replace("\\*", "\0").split("*")) for one in full
    )
    return replace(weights.accepted(item, plain), pattern=pattern.replace("\0", r"\*"), partial=False)


def _number(question: _Question, item: Item) -> Item:
    numbers: list[Number] = []
    remarks: list[Remark] = []
    for answer in question.answers():
        one = question.weighed(answer, rich=False)
        if one.text == "*":
            remarks.append(Remark("*", 0, one.words))
            continue
        number = number_of(f"{one.text}:{question.words('tolerance', answer) or '0'}")
        if one.percent > 99.99:
            numbers.append(number)
        if one.words or one.percent <= 99.99:
            remarks.append(
                Remark(weights.range_of(number), None if one.percent > 99.99 else one.percent, one.words)
            )
    units = [question.words("unit_name", unit) for unit in question.element.findall("units/unit")]
    if len(units) > 1:
        question.losses.append("只留下第一个单位，别的单位不换算。")
    kept = tuple(one for one in remarks if one.words or one.percent)
    unit = next(iter(units), "")
    return replace(item, kind=ItemKind.NUMBER, key=tuple(numbers), remarks=kept, unit=unit, partial=False)


def _match(question: _Question, item: Item) -> Item:
    pairs = [
        (question.rich(".", one), question.words("answer/text", one))
        for one in question.element.findall("subquestion")
        if question.words("answer/text", one)
    ]
    return replace(matched(item, pairs), partial=item.partial)


def _order(question: _Question, item: Item) -> Item:
    texts = [question.rich(".", one) for one in question.answers()]
    options = tuple(
        Option(weights.LETTERS[at % 26] + ("" if at < 26 else str(at)), text) for at, text in enumerate(texts)
    )
    partial = item.partial and question.words("gradingtype") not in ("-1", "")
    return replace(
        item, kind=ItemKind.ORDER, options=options, key=tuple(one.id for one in options), partial=partial
    )


def _essay(question: _Question, item: Item) -> Item:
    if question.words("responsetemplate/text"):
        question.losses.append("作答模板没有地方放。")
    lines = [line.strip() for line in question.rich("graderinfo").splitlines() if line.strip()]
    found = [_RUBRIC_LINE.fullmatch(line) for line in lines]
    rubric = tuple(
        Criterion(f"r{at}", one.group(1), int(one.group(2))) for at, one in enumerate(found, start=1) if one
    )
    if len(rubric) != len(lines) or not rubric:
        rubric = (Criterion("r1", "\n".join(lines) or RUBRIC, item.points),)
    return replace(item, rubric=rubric, partial=False)


def _select(question: _Question, item: Item) -> Item:
    """Missing words chosen from lists: each gap names its right word by number."""
    tag = "selectoption" if question.element.find("selectoption") is not None else "dragbox"
    words = [
        (question.words("text", one), question.words("group", one)) for one in question.element.findall(tag)
    ]
    wanted = [int(found) for found in _SELECT.findall(item.stem)]
    if not wanted or any(not 1 <= one <= len(words) for one in wanted):
        raise Unread("题里的空和可选的词对不上。")
    numbers = iter(range(1, len(wanted) + 1))
    groups = [
        tuple(dict.fromkeys(text for text, group in words if group == words[one - 1][1])) for one in wanted
    ]
    return replace(
        item,
        kind=ItemKind.CLOZE,
        stem=_SELECT.sub(lambda _: f"[[{next(numbers)}]]", item.stem),
        key=tuple((words[one - 1][0],) for one in wanted),
        choices_of_gaps=tuple(groups),
    )


def _cloze(question: _Question, item: Item) -> Item:
    made, losses = moodle_cloze.read(item)
    question.losses.extend(losses)
    return made


KINDS: Mapping[str, Callable[[_Question, Item], Item]] = {
    "multichoice": _choice,
    "multichoiceset": _choice,
    "truefalse": _judgement,
    "shortanswer": _text,
    "numerical": _number,
    "matching": _match,
    "ordering": _order,
    "essay": _essay,
    "gapselect": _select,
    "ddwtos": _select,
    "cloze": _cloze,
    "multianswer": _cloze,
}
