"""Matching and ranking over the postings of one segment of a Whoosh index.

A term of n characters is found by every second of its bigrams at the right distance, so what stands there is exactly
the term. Ranking is BM25 over whole terms, more for titles, a little more where the term is a word of its own.
"""

import math
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import Any

from lms.search.asking import Term
from lms.search.postings import rows, rows_among

K1, B, USUAL_LENGTH = 1.2, 0.5, 200.0
TITLE, WORD = 3.0, 0.3
"""What a title and a whole word add, in units of the term's rarity."""
RERANKED = 100
LOOSE_FROM, LOOSE_SHARE = 4, 0.6

Times = dict[int, float]
Among = Callable[[int], bool]
Held = dict[int, tuple[float, ...]]
Scored = tuple[float, int, int]
"""Score, place of the segment, number of the passage."""


class Segment:
    """One part of an index: its postings, and which source each passage belongs to ("" for a deleted one)."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader
        count = reader.doc_count_all()
        self._sources, self.keys = [""] * count, [""] * count
        for name in reader.lexicon("source"):
            source = name.decode("utf-8")
            key = source.split("\n", 1)[0]
            for number, _, _ in rows(reader, "source", name):
                if not reader.is_deleted(number):
                    self._sources[number], self.keys[number] = source, key
        self._places = reader.schema["grams"].format.decode_positions
        self.lengths = [reader.doc_field_length(number, "grams") for number in range(count)]
        self.size = reader.doc_count()

    def living(self) -> set[str]:
        """Return "key\\nstamp" of every source that has passages here."""
        return set(self._sources) - {""}

    def stored(self, number: int) -> Any:
        """Return what was stored with a passage."""
        return self._reader.stored_fields(number)["passage"]

    def times(self, text: str, among: Among) -> Times:
        """Return passage → how often a term stands in it."""
        if len(text) == 1:
            return self._beginning("grams", text, among)
        found = self._phrase("grams", text, among)
        if text.isascii() and text.isalpha():
            for number in self._beginning("sounds", text, among):
                found.setdefault(number, 1.0)
        return found

    def titles(self, text: str, among: Among) -> set[int]:
        """Return the passages with the term, or its sound, in their title."""
        if len(text) == 1:
            return set(self._beginning("heading", text, among))
        found = set(self._phrase("heading", text, among))
        if text.isascii() and text.isalpha():
            found |= set(self._beginning("sounds", text, among))
        return found

    def as_word(self, text: str, numbers: Sequence[int]) -> set[int]:
        """Return which of these passages (in order) hold the term as a word of its own."""
        if ("words", text) not in self._reader:
            return set()
        return {number for number, _, _ in rows_among(self._reader, "words", text, numbers)}

    def in_pieces(self, text: str, among: Among) -> Times:
        """Return the passages that hold most bigrams of a term, in any order."""
        pieces = {text[at : at + 2] for at in range(len(text) - 1)}
        held = Counter(number for piece in pieces for number in self._phrase("grams", piece, among))
        enough = max(2, math.ceil(LOOSE_SHARE * len(pieces)))
        return {number: count / len(pieces) for number, count in held.items() if count >= enough}

    def _beginning(self, field: str, text: str, among: Among) -> Times:
        found: Counter[int] = Counter()
        for name in self._reader.expand_prefix(field, text):
            found.update(number for number, _, _ in rows(self._reader, field, name))
        return {number: float(count) for number, count in found.items() if among(number)}

    def _phrase(self, field: str, text: str, among: Among) -> Times:
        last = len(text) - 2
        cuts = [(text[at : at + 2], at) for at in sorted({*range(0, last + 1, 2), last})]
        if any((field, gram) not in self._reader for gram, _ in cuts):
            return {}
        if len(cuts) == 1:
            return {number: times for number, times, _ in rows(self._reader, field, text) if among(number)}
        cuts.sort(key=lambda cut: self._reader.doc_frequency(field, cut[0]))
        (gram, at), *others = cuts
        starts = {
            number: {place - at for place in self._places(where)}
            for number, _, where in rows(self._reader, field, gram)
            if among(number)
        }
        for gram, at in others:
            starts = self._narrowed(field, gram, at, starts)
        return {number: float(len(where)) for number, where in starts.items()}

    def _narrowed(self, field: str, gram: str, at: int, starts: dict[int, set[int]]) -> dict[int, set[int]]:
        """Keep the beginnings after which this bigram stands at its distance."""
        found = {}
        for number, _, where in rows_among(self._reader, field, gram, sorted(starts)):
            if number in starts:
                both = starts[number].intersection([place - at for place in self._places(where)])
                if both:
                    found[number] = both
        return found


def best(
    segments: Sequence[Segment], terms: Sequence[Term], keys: Collection[str], limit: int
) -> tuple[int, list[tuple[Segment, int]], bool]:
    """Return how many passages match, the best of them, and whether they match only in pieces."""
    held = [_holding(part, terms, keys, loose=False) for part in segments]
    loose = not any(held) and any(may_be_loose(term) for term in terms)
    if loose:
        held = [_holding(part, terms, keys, loose=True) for part in segments]
    total = sum(map(len, held))
    return total, _ranked(segments, terms, held)[:limit], loose and total > 0


def may_be_loose(term: Term) -> bool:
    """Say whether a term may be looked for in pieces: a longer one of Chinese, not quoted."""
    return not term.exact and len(term.text) >= LOOSE_FROM and not term.text.isascii()


def _holding(part: Segment, terms: Sequence[Term], keys: Collection[str], *, loose: bool) -> Held:
    """Return passage → how often it holds each term, for the allowed passages that hold all."""
    columns: list[Times] = []
    among: Among = lambda number: part.keys[number] in keys  # noqa: E731
    for term in terms:
        found = part.times(term.text, among)
        if loose and may_be_loose(term):
            found = part.in_pieces(term.text, among) | found
        columns.append(found)
        among = found.__contains__
    return {number: tuple(column[number] for column in columns) for number in columns[-1]} if columns else {}


def _ranked(
    segments: Sequence[Segment], terms: Sequence[Term], held: Sequence[Held]
) -> list[tuple[Segment, int]]:
    size = sum(part.size for part in segments) or 1
    matched = sum(map(len, held))
    rarity = math.log(1 + (size - matched + 0.5) / (matched + 0.5))
    scored: list[Scored] = []
    for place, (part, found) in enumerate(zip(segments, held, strict=True)):
        titled = [part.titles(term.text, found.__contains__) for term in terms] if found else []
        for number, times in found.items():
            weight = K1 * (1 - B + B * part.lengths[number] / USUAL_LENGTH)
            score = sum(count * (K1 + 1) / (count + weight) for count in times)
            score += TITLE * sum(number in one for one in titled)
            scored.append((score * rarity, place, number))
    scored.sort(key=_best_first)
    return [(segments[place], number) for _, place, number in _with_words(segments, terms, scored, rarity)]


def _best_first(one: Scored) -> tuple[float, int, int]:
    return -one[0], one[1], one[2]


def _with_words(
    segments: Sequence[Segment], terms: Sequence[Term], scored: list[Scored], rarity: float
) -> list[Scored]:
    """Lift the best ones that hold a term as a word of its own."""
    top, rest = scored[:RERANKED], scored[RERANKED:]
    extra: Counter[tuple[int, int]] = Counter()
    for place, part in enumerate(segments):
        numbers = sorted(number for _, where, number in top if where == place)
        for term in terms:
            extra.update((place, number) for number in part.as_word(term.text, numbers))
    lifted = [(score + WORD * rarity * extra[place, number], place, number) for score, place, number in top]
    return sorted(lifted, key=_best_first) + rest
