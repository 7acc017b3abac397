"""Items to Moodle XML."""

import base64
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Mapping

from courses.formats import moodle_cloze, weights
from courses.formats.bank import LeftOut, Written
from courses.formats.moodle_reader import TAG_DIFFICULTY, TAG_LESSON, TAG_WHOLE
from courses.formats.package_pictures import in_text
from courses.formats.weights import Weighed
from courses.items import EARNS_BY_PART, Item, ItemKind, Number

_NAMES = {ItemKind.HOTSPOT: "看图题", ItemKind.CASE: "材料题"}


def write(items: Iterable[Item], pictures: Mapping[str, bytes] | None = None) -> Written:
    """Return a Moodle XML file and what it could not hold."""
    root = ET.Element("quiz")
    left_out: list[LeftOut] = []
    for item in items:
        if item.kind not in _KINDS:
            left_out.append(LeftOut(item.id, f"Moodle XML 里没有{_NAMES[item.kind]}。"))
            continue
        if item.pattern:
            left_out.append(LeftOut(item.id, "Moodle XML 没有答案的样式（pattern）。"))
        root.append(_question(item, pictures or {}))
    ET.indent(root, space="  ")
    return Written(ET.tostring(root, encoding="utf-8", xml_declaration=True), tuple(left_out))


def _question(item: Item, pictures: Mapping[str, bytes]) -> ET.Element:
    kind, fill = _KINDS[item.kind]
    question = ET.Element("question", type=kind)
    _rich(question, "name", item.name or item.id, form="")
    stem = moodle_cloze.write(item) if item.kind == ItemKind.CLOZE else item.stem
    _rich(question, "questiontext", stem, pictures)
    _rich(question, "generalfeedback", item.explanation, pictures)
    _plain(question, "defaultgrade", str(item.points))
    _plain(question, "idnumber", item.id)
    fill(question, item)
    tags = ET.SubElement(question, "tags")
    for tag in _tags(item):
        _plain(ET.SubElement(tags, "tag"), "text", tag)
    return question


def _tags(item: Item) -> Iterable[str]:
    yield from item.tags
    if item.difficulty:
        yield f"{TAG_DIFFICULTY}{item.difficulty}"
    if item.lesson:
        yield f"{TAG_LESSON}{item.lesson}"
    if item.kind in EARNS_BY_PART | {ItemKind.MULTIPLE, ItemKind.ORDER} and not item.partial:
        yield TAG_WHOLE


def _plain(owner: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(owner, tag).text = text


def _rich(
    owner: ET.Element,
    tag: str,
    text: str,
    pictures: Mapping[str, bytes] | None = None,
    form: str = "markdown",
) -> ET.Element:
    element = ET.SubElement(owner, tag, {"format": form} if form else {})
    named = [name for name in dict.fromkeys(in_text(text)) if name in (pictures or {})]
    for name in named:
        text = text.replace(f"]({name}", f"](@@PLUGINFILE@@/{name.removeprefix('img/')}")
    _plain(element, "text", text)
    for name in named:
        file = ET.SubElement(element, "file", name=name.removeprefix("img/"), path="/", encoding="base64")
        file.text = base64.b64encode((pictures or {})[name]).decode("ascii")
    return element


def _answer(question: ET.Element, one: Weighed, form: str = "moodle_auto_format") -> ET.Element:
    answer = ET.SubElement(question, "answer", fraction=weights.percent(one.percent), format=form)
    _plain(answer, "text", one.text)
    if one.words:
        _rich(answer, "feedback", one.words)
    return answer


def _choice(question: ET.Element, item: Item) -> None:
    _plain(question, "single", "true" if item.kind == ItemKind.SINGLE else "false")
    _plain(question, "shuffleanswers", "true")
    _plain(question, "answernumbering", "ABCD")
    for one in weights.weights(item):
        _answer(question, one, "markdown")


def _judgement(question: ET.Element, item: Item) -> None:
    told = {one.answer: one.words for one in item.remarks}
    for side in ("true", "false"):
        _answer(question, Weighed(side, 100.0 if side in item.key else 0.0, told.get(side, "")))


def _text(question: ET.Element, item: Item) -> None:
    _plain(question, "usecase", "0")
    for one in weights.typed(item):
        text = one.text if one.text == "*" else one.text.replace("*", "\\*")
        _answer(question, Weighed(text, one.percent, one.words))


def _number(question: ET.Element, item: Item) -> None:
    told = {one.answer: one for one in item.remarks}
    for number in (one for one in item.key if isinstance(one, Number)):
        remark = told.pop(weights.range_of(number), None)
        answer = _answer(
            question, Weighed(weights.figure(number.value), 100.0, remark.words if remark else "")
        )
        _plain(answer, "tolerance", weights.figure(number.tolerance))
    for one in told.values():
        value, _, tolerance = one.answer.partition(":")
        answer = _answer(question, Weighed(value, one.percent or 0.0, one.words))
        _plain(answer, "tolerance", tolerance or "0")
    if item.unit:
        unit = ET.SubElement(ET.SubElement(question, "units"), "unit")
        _plain(unit, "multiplier", "1")
        _plain(unit, "unit_name", item.unit)


def _match(question: ET.Element, item: Item) -> None:
    rights = {one.id: one.text for one in item.right}
    lefts = {one.id: one.text for one in item.left}
    pairs = [(lefts[one[0]], rights.get(one[1], "")) for one in item.key if isinstance(one, tuple)]
    used = {one[1] for one in item.key if isinstance(one, tuple)}
    for left, right in [*pairs, *(("", text) for one, text in rights.items() if one not in used)]:
        sub = _rich(question, "subquestion", left)
        _plain(ET.SubElement(sub, "answer"), "text", right)


def _order(question: ET.Element, item: Item) -> None:
    texts = {one.id: one.text for one in item.options}
    _plain(question, "gradingtype", "0" if item.partial else "-1")
    for at, one in enumerate(item.key, start=1):
        _answer(question, Weighed(texts[str(one)], float(at)), "markdown")


def _essay(question: ET.Element, item: Item) -> None:
    _plain(question, "responseformat", "editor")
    lines = [f"{one.text}（{one.points} 分）" for one in item.rubric]
    _rich(question, "graderinfo", "\n".join(lines))


def _nothing(question: ET.Element, item: Item) -> None:
    """A cloze holds its answers in its stem."""


_KINDS: Mapping[ItemKind, tuple[str, Callable[[ET.Element, Item], None]]] = {
    ItemKind.SINGLE: ("multichoice", _choice),
    ItemKind.MULTIPLE: ("multichoice", _choice),
    ItemKind.TRUEFALSE: ("truefalse", _judgement),
    ItemKind.TEXT: ("shortanswer", _text),
    ItemKind.NUMBER: ("numerical", _number),
    ItemKind.MATCH: ("matching", _match),
    ItemKind.ORDER: ("ordering", _order),
    ItemKind.ESSAY: ("essay", _essay),
    ItemKind.CLOZE: ("cloze", _nothing),
}
