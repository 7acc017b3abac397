"""The marks by which Chinese trainers write questions: numbers, letters, answers, headings; all on folded lines.

A folded line has the same length as the written one: full-width letters, digits and signs become half-width.
"""

import re
from dataclasses import dataclass

from courses.items import ItemKind

_WIDE = (
    {0xFF01 + at: chr(0x21 + at) for at in range(94)}
    | dict.fromkeys((0x3000, 0xA0, 0x09), " ")
    | dict.fromkeys(map(ord, "√✓✔✅☑"), "√")
    | dict.fromkeys(map(ord, "✗✘╳☓❌✖"), "×")
    | dict.fromkeys(map(ord, "【〔"), "[")
    | dict.fromkeys(map(ord, "】〕"), "]")
)
_GONE = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060\u00ad\r\x0b\x0c"), None)


def clean(text: str) -> str:
    """Return a text with one kind of line end and without what cannot be seen."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").translate(_GONE)


def fold(line: str) -> str:
    """Return a line of the same length in half-width signs."""
    return line.translate(_WIDE)


OPTION = re.compile(
    r"\s*(?P<star>[*√★●◉■]\s*)?[○◯□]?\s*[(\[]?(?P<letter>[A-Ha-h])(?:[)\]]\s*[.、:]?|\s*[.、:)．]|\s+|(?=[\u4e00-\u9fff]))\s*"
)
STRICT_OPTION = re.compile(
    r"\s*(?P<star>[*√★●◉■]\s*)?[○◯□]?\s*(?:[(\[](?P<x>[A-Ha-h])[)\]]\s*[.、:]?|(?P<letter>[A-Ha-h])\s*[.、:)])\s*"
)
ANSWER_WORD = r"(?:(?:本题)?(?:正确|参考|标准)?答案(?:要点)?|正确选项|正确顺序)"
ANSWER = re.compile(
    rf"\s*(?:[\[(]\s*{ANSWER_WORD}\s*[\])]\s*[:是为]?|{ANSWER_WORD}\s*[:是为]|答\s*:|(?:answer|ans|key)\s*[:.])\s*",
    re.IGNORECASE,
)
ANSWER_BARE = re.compile(r"\s*(?:正确|参考|标准)?答案\s+(?=[A-Ha-h√×对错])")
ANSWER_INSIDE = re.compile(
    rf"(?:(?<=[\s。;)?!.])|(?<=\]))\s*(?:[\[(]\s*{ANSWER_WORD}\s*[\])]\s*[:是为]?|(?:正确|参考|标准)?答案\s*:|[\[(]\s*答案\s*:?(?=[^)\]]{{1,12}}[)\]]))\s*"
)
WHY_WORD = r"(?:(?:答案|试题|本题)?(?:解析|分析|解释|详解|讲解|点评|理由|说明|依据|出处))"
WHY = re.compile(rf"\s*(?:[\[(]\s*{WHY_WORD}\s*[\])]\s*:?|{WHY_WORD}\s*:|explanation\s*:)\s*", re.IGNORECASE)
WHY_INSIDE = re.compile(rf"\s*(?:[\[(]\s*{WHY_WORD}\s*[\])]\s*:?|{WHY_WORD}\s*:)\s*")
DETAIL = re.compile(
    r"\s*[\[(]?\s*(?P<name>难度|难易度|难易程度|知识点|考点|标签|分类|分值|分数|题型|章节|来源)\s*[\])]?\s*:\s*(?P<value>.*?)\s*[\])]?\s*$"
)
STORY = re.compile(
    r"\s*(?:阅读|根据)(?:以下|下面|下列|上述|材料|案例).{0,60}(?:回答|完成|作答)|\s*[\[(]?(?:案例|材料|背景)[一二三四五六七八九十\d]{0,3}[\])]?\s*:"
)
ANSWERS_HEAD = re.compile(
    r"\s*(?:附\s*[:、]?\s*|[一二三四五六七八九十]+\s*[、.]\s*|[-=*#]+\s*)?[\[(]?\s*(?:全部|试题|题目|测试题?|练习题?|试卷|习题)?\s*(?:的)?(?:参考|标准|正确)?答案\s*(?:(?:与|及|和|、)?\s*(?:解析|详解|说明))?(?:汇总|一览|表)?\s*[\])]?\s*:?\s*[-=*#]*\s*$"
)
_KINDS: tuple[tuple[str, ItemKind | None], ...] = (
    ("不定项", ItemKind.MULTIPLE),
    ("单项选择", ItemKind.SINGLE),
    ("单选", ItemKind.SINGLE),
    ("多项选择", ItemKind.MULTIPLE),
    ("多选", ItemKind.MULTIPLE),
    ("选择", None),
    ("是非", ItemKind.TRUEFALSE),
    ("判断", ItemKind.TRUEFALSE),
    ("填空", ItemKind.TEXT),
    ("简答", ItemKind.ESSAY),
    ("问答", ItemKind.ESSAY),
    ("论述", ItemKind.ESSAY),
    ("名词解释", ItemKind.ESSAY),
    ("案例分析", ItemKind.CASE),
    ("材料分析", ItemKind.CASE),
    ("案例", ItemKind.CASE),
    ("排序", ItemKind.ORDER),
    ("连线", ItemKind.MATCH),
    ("匹配", ItemKind.MATCH),
    ("配对", ItemKind.MATCH),
)
WORDS = "|".join(word for word, _ in _KINDS)
NUMBERED = re.compile(
    rf"\s*(?P<marker>[\[(]\s*(?:{WORDS})题?\s*[\])]\s*)?(?P<judged>\(\s*[√×对错TFtf]?\s*\)\s*)?"
    rf"(?:第\s*(?P<a>\d{{1,4}})\s*题\s*[.、:)]?|(?:题目?|问题?|Q)\s*(?P<b>\d{{1,4}})\s*[.、:)]|[(\[]\s*(?P<c>\d{{1,4}})\s*[)\]]\s*[.、:]?"
    rf"|(?P<d>\d{{1,4}})\s*(?:[、:)\]。]|\.(?!\d)))\s*",
    re.IGNORECASE,
)
HEADING = re.compile(
    rf"\s*[#*=-]*\s*(?P<order>第?[一二三四五六七八九十\d]{{1,3}}(?:部分|大题)?\s*[、.:\s]\s*|第[一二三四五六七八九十\d]{{1,3}}(?:部分|大题)\s*)?"
    rf"[\[(]?\s*(?P<word>{WORDS})(?P<ti>题目?)?\s*[\])]?\s*(?P<tail>\(.{{0,80}}\)|\[.{{0,80}}\]|(?:共|每|本).{{0,60}})?\s*[:。]?\s*[#*=-]*\s*$"
)
MARKER = re.compile(
    rf"\s*[\[(]\s*(?P<word>{WORDS})(?:题目?)?\s*(?:[,，、:]?\s*(?P<points>\d{{1,3}})\s*分)?\s*[\])]\s*[:、.]?\s*"
)
POINTS = re.compile(r"\s*[\[(]\s*(?:本题|共|满分)?\s*(\d{1,3})\s*分\s*[\])]\s*")
EACH_POINTS = re.compile(r"每(?:小)?题\s*(\d{1,3})\s*分")
TRUE_WORDS = frozenset(("对", "正确", "√", "是", "t", "true", "yes", "y", "对的", "正确的"))
FALSE_WORDS = frozenset(
    ("错", "错误", "×", "x", "否", "不对", "不正确", "f", "false", "no", "n", "错的", "错误的")
)
GIVEN = re.compile(r"(?:我|你|您|学员|考生|本人)的?答案\s*[:：]\s*[A-Ha-hＡ-Ｈ√×对错]*\s*")
LABEL = re.compile(r"\s*(?:题目|题干|问题)\s*:\s*(?=\S)")
CHOICES_LABEL = re.compile(r"\s*(?:选项|备选答案|答案选项)\s*:?\s*$")
ANSWERS_LINE = re.compile(
    r"\s*[\[(]?\s*(?:参考|标准|正确)?答案\s*[\])]?\s*:?\s*(?=1\s*(?:[-~—–至]+\s*\d|[.、:)]\s*\S.*[\s;,]2\s*[.、:)]))"
)
EMPTY_BRACKET = re.compile(r"[(\[]\s*[)\]]")
UNDERSCORES = re.compile(r"_{2,}|—{4,}|﹍{2,}|\.{6,}|…{3,}")
FILLED = re.compile(r"(?<!_)_{1,2}(?!_)\s*([^_\n]{1,40}?)\s*(?<!_)_{1,2}(?!_)")
BETWEEN = re.compile(r"[\s、,，。;；:：和与及或]*$|[、,，。;；:：]")
KEY_BRACKET = re.compile(r"\(\s*([A-Ha-h](?:[\s,、;]*[A-Ha-h]){0,7}|[√×对错TF])\s*\)")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a paper: its place, the kind its heading names, points an item; `choice` for 选择题."""

    at: int = 0
    kind: ItemKind | None = None
    word: str = ""
    points: int = 0


def kind_of(word: str) -> ItemKind | None:
    """Return the kind that a word of a heading or marker names, None for 选择."""
    return dict(_KINDS).get(word)


def judged(text: str) -> bool | None:
    """Return true or false when a text is a word or sign for it, None otherwise."""
    word = fold(text).strip().strip("()[]。.").strip().casefold()
    return True if word in TRUE_WORDS else False if word in FALSE_WORDS else None


def heading(folded: str, at: int) -> Section | None:
    """Return the section a line opens, None when it is no heading."""
    found = HEADING.match(folded)
    if not found or not (found["order"] or found["ti"]):
        return None
    if found["order"] and found["order"].strip()[0].isdigit() and not found["ti"]:
        return None
    each = EACH_POINTS.search(folded)
    return Section(at, kind_of(found["word"]), found["word"], int(each.group(1)) if each else 0)
