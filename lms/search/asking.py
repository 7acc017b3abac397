"""What a person typed, as terms to look for; or a sentence that says why it cannot be looked for."""

import re
from dataclasses import dataclass

from flask_babel import gettext as _

from lms.core.errors import Invalid
from lms.search.folding import fold

MAX_CHARACTERS, MAX_TERMS = 100, 8
_QUOTED = re.compile(r'["“”„＂「『](.*?)(?:["“”„＂」』]|$)', re.S)


@dataclass(frozen=True, slots=True)
class Term:
    """One folded stretch of text that must stand in a passage; a quoted one exactly so."""

    text: str
    exact: bool


def tidy(typed: str) -> str:
    """Return what was typed without invisible and control characters, single spaces between."""
    return " ".join("".join(char if char.isprintable() else " " for char in typed).split())


def read(typed: str) -> tuple[Term, ...]:
    """Return the terms of a query, () for an empty one; raises Invalid with a sentence."""
    if len(typed) > MAX_CHARACTERS:
        raise Invalid(_("要找的话太长了，最多 %(n)s 个字。请只写最要紧的几个词。", n=MAX_CHARACTERS))
    terms = tuple(dict.fromkeys(_terms(typed)))
    if len(terms) > MAX_TERMS:
        raise Invalid(_("词太多了，一次最多找 %(n)s 个词。请去掉几个。", n=MAX_TERMS))
    if typed.strip() and not terms:
        raise Invalid(_("这里面没有可以找的字。请写要找的词，例如：走访、急救。"))
    return terms


def _terms(typed: str) -> list[Term]:
    found, at = [], 0
    for match in _QUOTED.finditer(typed):
        found += _loose(typed[at : match.start()])
        if text := fold(match.group(1)):
            found.append(Term(text, exact=True))
        at = match.end()
    return found + _loose(typed[at:])


def _loose(typed: str) -> list[Term]:
    """Cut at spaces and signs: each piece is a term."""
    pieces = (fold(piece) for piece in typed.split())
    return [Term(word, exact=False) for piece in pieces for word in piece.split(" ") if word]
