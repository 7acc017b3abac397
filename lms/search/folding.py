"""Text made comparable: full width is half width, case and spaces inside Chinese do not count; cut into bigrams.

Every character is folded alone, so a substring of a text is a substring of its folding: quoted phrases lose nothing.
"""

import re
import unicodedata
from collections.abc import Sequence

PUNCTUATION = "\x1f"
_HAN = r"\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SPACES_BESIDE_HAN = re.compile(rf"(?<=[{_HAN}]) +(?=[^ {PUNCTUATION}])|(?<=[^ {PUNCTUATION}]) +(?=[{_HAN}])")
_SEPARATORS = re.compile(rf"[ {PUNCTUATION}]+")
_WORD_CATEGORIES = ("L", "N", "M")


class _Table(dict[int, str]):
    """Fills itself: character → its folding, a space, PUNCTUATION, or nothing for an invisible one."""

    def __missing__(self, point: int) -> str:
        folded = self[point] = _fold_one(chr(point))
        return folded


def _fold_one(char: str) -> str:
    if char.isspace():
        return " "
    kind = unicodedata.category(char)
    if kind in ("Cf", "Cs", "Co", "Cn"):
        return ""
    if not kind.startswith(_WORD_CATEGORIES):
        return " " if kind == "Cc" else PUNCTUATION
    folded = unicodedata.normalize("NFKC", char).casefold()
    return "".join(one for one in folded if unicodedata.category(one).startswith(_WORD_CATEGORIES))


class _SameLength(_Table):
    """The same with exactly one character for each, so that places in the text stay places."""

    def __missing__(self, point: int) -> str:
        folded = self[point] = (_fold_one(chr(point)) or " ")[0]
        return folded


_table, _same_length = _Table(), _SameLength()


def fold(text: str) -> str:
    """Return a text as it is compared: words, and one space for whatever stands between them."""
    flat = _SPACES_BESIDE_HAN.sub("", text.translate(_table))
    return _SEPARATORS.sub(" ", flat).strip()


def grams(folded: str) -> Sequence[str]:
    """Return every two neighbouring characters of a folding; the last one stands with a space."""
    closed = f"{folded} " if folded else ""
    return [closed[at : at + 2] for at in range(len(closed) - 1)]


def places(text: str, terms: Sequence[str], limit: int = 200) -> list[tuple[int, int]]:
    """Return where folded terms stand in a text, as (start, end), in order and without overlaps."""
    wanted = sorted(filter(None, terms), key=len, reverse=True)
    if not wanted:
        return []
    pattern = re.compile("|".join(_pattern(term) for term in wanted))
    found = []
    for match in pattern.finditer(text.translate(_same_length)):
        found.append(match.span())
        if len(found) == limit:
            break
    return found


def _pattern(term: str) -> str:
    between = f"[ {PUNCTUATION}]+"
    parts = [between if char == " " else re.escape(char) for char in term]
    return " *".join(parts)
