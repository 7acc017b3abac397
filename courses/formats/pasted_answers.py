"""Answers gathered at the end of a paper: read them, and give each to its question."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from courses.formats import pasted_marks as marks
from courses.formats.pasted_blocks import Block
from courses.formats.pasted_marks import Section, fold

_RANGE = re.compile(r"(?<!\d)(\d{1,4})\s*(?:题)?\s*[-~—–～至到]+\s*(\d{1,4})\s*题?\s*[:.、)]?\s*")
_RUN = re.compile(r"[A-Ha-h√×对错正误TFtf\s,、;|/]+")
_ENTRY = re.compile(
    r"(?:(?<=[\s;,。、)|])|^|(?<=[A-Ha-h√×对错]))[(\[]?(?:第\s*)?(\d{1,4})\s*(?:题)?[)\]]?\s*(?:[.、:)]?\s*(?=[^\s\d.、:)])|[、:)]\s*(?=\d)|\.\s+(?=\d))"
)
_ROW = re.compile(r"\s*\|?\s*(题号|序号|答案)\s*[:|]?\s*(.*)$")
_PREFIX = re.compile(
    r"\s*[#*]*\s*(?:[一二三四五六七八九十]+\s*[、.]\s*)?[\[(]?\s*(?P<word>单项选择|单选|不定项选择|不定项|多项选择|多选|选择|判断|是非|填空|简答|问答|论述)题?\s*[\])]?\s*(?:\([^)]*\))?\s*[:：]?\s*(?=[\d(\[第])"
)
_TOO_MANY = 500


@dataclass
class Entry:
    """One answer of the list: the section it stands under, the number it names, its words."""

    section: Section
    number: int
    words: str
    line: int


class Answers:
    """Reads the lines below 参考答案."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.doubts: list[tuple[int, str]] = []
        self._section = Section()
        self._numbers: list[int] = []

    def read(self, lines: list[str], first_line: int) -> None:
        """Read every line."""
        for at, line in enumerate(lines):
            if line.strip():
                self._line(line, fold(line), at + first_line)

    def _line(self, line: str, folded: str, at: int) -> None:
        section = marks.heading(folded, self._section.at + 1)
        if section:
            self._section = section
            return
        if prefix := _PREFIX.match(folded):
            self._section = Section(self._section.at + 1, marks.kind_of(prefix["word"]), prefix["word"])
            line, folded = line[prefix.end() :], folded[prefix.end() :]
        if row := _ROW.match(folded):
            self._row(row, line, at)
        elif ranged := list(_RANGE.finditer(folded)):
            self._ranges(ranged, line, folded, at)
        else:
            self._singles(line, folded, at)

    def _row(self, row: re.Match[str], line: str, at: int) -> None:
        """A table of two rows: numbers, then answers."""
        cells = [cell for cell in re.split(r"[\s|]+", line[row.start(2) :]) if cell]
        if row.group(1) != "答案":
            self._numbers = [int(cell) for cell in cells if cell.isdigit()]
            return
        if len(cells) != len(self._numbers):
            self.doubts.append((at, f"表格里有 {len(self._numbers)} 个题号、{len(cells)} 个答案，对不上。"))
            return
        for number, words in zip(self._numbers, cells, strict=True):
            self.entries.append(Entry(self._section, number, words, at))

    def _ranges(self, ranged: list[re.Match[str]], line: str, folded: str, at: int) -> None:
        for index, found in enumerate(ranged):
            end = ranged[index + 1].start() if index + 1 < len(ranged) else len(folded)
            run = _RUN.match(folded, found.end(), end)
            low, high = int(found.group(1)), int(found.group(2))
            words = line[found.end() : run.end() if run else end]
            parts = _parts(words, high - low + 1)
            if parts is None:
                self.doubts.append(
                    (at, f"“{line[found.start() : end].strip()[:40]}”里题号和答案的个数对不上。")
                )
                continue
            self.entries += [Entry(self._section, low + n, part, at) for n, part in enumerate(parts)]
            if run and run.end() < end:
                self._singles(line[run.end() : end], folded[run.end() : end], at)

    def _singles(self, line: str, folded: str, at: int) -> None:
        starts = [
            found
            for found in _ENTRY.finditer(folded)
            if found.start() == 0 or not folded[: found.start()].strip()
        ]
        last = int(starts[0].group(1)) if starts else 0
        for found in _ENTRY.finditer(folded, starts[0].end() if starts else 0) if starts else ():
            if int(found.group(1)) == last + 1:
                starts.append(found)
                last += 1
        if not starts:
            if self.entries:
                self.entries[-1].words += "\n" + line.strip()
            else:
                self.doubts.append((at, f"答案里的“{line.strip()[:40]}”没有题号，不知道是哪一题的。"))
            return
        for index, found in enumerate(starts):
            end = starts[index + 1].start() if index + 1 < len(starts) else len(line)
            words = line[found.end() : end].strip().rstrip(";；,，、|").strip()
            self.entries.append(Entry(self._section, int(found.group(1)), words, at))


def _parts(words: str, count: int) -> list[str] | None:
    """Part a run of answers into `count`: by spaces or signs, else one sign each."""
    if not 1 <= count <= _TOO_MANY:
        return None
    pieces = [piece for piece in re.split(r"[\s,，、;；|/]+", words) if piece]
    if len(pieces) == count:
        return pieces
    signs = list("".join(pieces))
    return signs if len(signs) == count else None


def give(entries: Iterable[Entry], blocks: list[Block]) -> list[tuple[int, int, str]]:
    """Put each answer to its question; returns (line, number, sentence) of those that cannot be placed."""
    lost: list[tuple[int, int, str]] = []
    by_number: dict[int, list[Entry]] = {}
    for entry in entries:
        by_number.setdefault(entry.number, []).append(entry)
    for number, answers in by_number.items():
        asked = [block for block in blocks if block.number == number]
        pairs = _pairs(answers, asked)
        if pairs is None:
            lost += [
                (one.line, number, f"第 {number} 题的答案不知道该给哪一题，请把答案写在题目下面。")
                for one in answers
            ]
            continue
        for entry, block in pairs:
            _add(block, entry)
    return lost


def _pairs(answers: list[Entry], asked: list[Block]) -> list[tuple[Entry, Block]] | None:
    """One to one: by the kind that headings name, else in order when there are as many of both."""
    named = [[block for block in asked if _same(entry.section, block.section)] for entry in answers]
    if all(len(found) == 1 for found in named):
        return [(entry, found[0]) for entry, found in zip(answers, named, strict=True)]
    if len(answers) == len(asked):
        return list(zip(answers, asked, strict=True))
    return None


def _same(one: Section, other: Section) -> bool:
    return bool(one.word) and (
        one.word[:2] == other.word[:2] or (one.kind is not None and one.kind == other.kind)
    )


def _add(block: Block, entry: Entry) -> None:
    found = marks.ANSWER.match(fold(entry.words))
    words = entry.words[found.end() :] if found else entry.words
    why = marks.WHY_INSIDE.search(fold(words))
    block.answers.append(words[: why.start() if why else len(words)].strip())
    if why:
        block.why.append(words[why.end() :].strip())
