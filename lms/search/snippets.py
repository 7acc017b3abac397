"""The stretch of a passage that shows best why it was found, with the found words apart."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lms.search.asking import Term
from lms.search.folding import places
from lms.search.matching import may_be_loose

WIDTH, BEFORE = 72, 18
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Snippet:
    """Pieces of text, each with whether it was looked for; `at` is where in the passage the first found one stands."""

    pieces: tuple[tuple[str, bool], ...]
    at: int | None

    @property
    def text(self) -> str:
        """The whole as plain text."""
        return "".join(piece for piece, _ in self.pieces)


def cut(text: str, terms: Sequence[Term], *, loose: bool) -> Snippet:
    """Return the stretch with the most different terms close together; the beginning when none stands here."""
    found = places(text, wanted(terms, loose=loose))
    if not found:
        return Snippet(_pieces(text, 0, WIDTH, []), None)
    first = max(range(len(found)), key=lambda at: (_different(text, found, at), -at))
    start = max(0, found[first][0] - BEFORE)
    return Snippet(_pieces(text, start, start + WIDTH, found), found[first][0])


def wanted(terms: Sequence[Term], *, loose: bool) -> list[str]:
    """Return what to mark: the terms, or where only pieces were found, their pieces."""
    marked = [term.text for term in terms]
    if loose:
        long = [term.text for term in terms if may_be_loose(term)]
        marked += [text[at : at + 2] for text in long for at in range(len(text) - 1)]
    return marked


def _different(text: str, found: Sequence[tuple[int, int]], at: int) -> int:
    end = found[at][0] + WIDTH - BEFORE
    return len({text[start:stop] for start, stop in found[at : at + 12] if stop <= end})


def _pieces(
    text: str, start: int, end: int, found: Sequence[tuple[int, int]]
) -> tuple[tuple[str, bool], ...]:
    end = min(len(text), end)
    pieces = [("…", False)] if start > 0 else []
    at = start
    for begin, stop in found:
        if begin >= at and stop <= max(end, at + 1):
            pieces += [(text[at:begin], False), (text[begin:stop], True)]
            at = stop
    pieces.append((text[at:end], False))
    if end < len(text.rstrip()):
        pieces.append(("…", False))
    return tuple((_SPACES.sub(" ", piece), marked) for piece, marked in pieces if piece)
