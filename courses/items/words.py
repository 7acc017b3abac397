"""Reading what people type: folded texts, and numbers as they are written."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from functools import lru_cache

import re2

from courses.items import Number

MAX_TYPED = 1_000
LARGEST = 1e15
PICTURE = re.compile(r"!\[([^\]\n]{0,500})\]\(\s*<?([^)\s>]{1,500})>?[^)\n]{0,200}\)")
"""A picture in Markdown: its words, its address."""
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?(e[+-]?\d{1,2})?")
_LONGEST_NUMBER = 40
_HALF = re.compile(r"[\ud800-\udfff]")
"""What JSON can carry and UTF-8 cannot: one of the two halves of a sign beyond the first plane."""


def fold(text: str) -> str:
    """Return a text without what must not matter: width, case, spaces."""
    wide = unicodedata.normalize("NFKC", text).casefold()
    return "".join(unicodedata.normalize("NFKC", wide).split())


def is_whole(text: str) -> bool:
    """Say whether a text can be written down: half of a sign that needs two (a cut emoji) cannot."""
    return not _HALF.search(text)


def made_whole(text: str) -> str:
    """Return a text with every half sign replaced, as it is kept and shown."""
    return _HALF.sub("\ufffd", text)


def decimal_of(text: str, unit: str = "") -> Decimal | None:
    """Return the number a person typed, full or half width, with thousands marked or the unit behind it."""
    folded = fold(text).replace("−", "-").replace("，", ",")
    if unit:
        folded = folded.removesuffix(fold(unit))
    if len(folded) > _LONGEST_NUMBER or not _NUMBER.fullmatch(folded):
        return None
    try:
        return Decimal(folded.replace(",", ""))
    except InvalidOperation:
        return None


def near(given: Decimal, right: Number) -> bool:
    """Say whether a number lies within the tolerance, by the decimals as written."""
    return abs(given - exact(right.value)) <= exact(right.tolerance)


def exact(value: float) -> Decimal:
    """Return a number as its shortest writing means it."""
    return Decimal(repr(value))


def pattern_fault(pattern: str) -> str:
    """Return what is wrong with a pattern, "" when it can be used."""
    if len(pattern) > MAX_TYPED:
        return f"答案的样式太长，最多 {MAX_TYPED} 个字符。"
    try:
        _compiled(pattern)
    except re2.error:
        return "答案的样式读不懂。请检查括号和反斜线；这里用 RE2 的写法，没有回溯引用和环视。"
    return ""


def matches(pattern: str, text: str) -> bool:
    """Say whether a whole typed text has the pattern, in time linear in its length."""
    if pattern_fault(pattern) or not is_whole(text):
        return False
    return _compiled(pattern).fullmatch(unicodedata.normalize("NFKC", text).strip()) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> "re2._Regexp[str]":
    options = re2.Options()
    options.max_mem = 1 << 20
    options.log_errors = False
    return re2.compile(pattern, options)


def without_pictures(text: str) -> str:
    """Return a text with the words of its pictures in their place, for where no picture can stand."""
    return PICTURE.sub(r"\1", text)
