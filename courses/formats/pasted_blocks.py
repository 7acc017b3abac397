"""Pasted text to blocks: one question each, as written, with the parts told apart by their marks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from courses.formats import pasted_marks as marks
from courses.formats.pasted_marks import Section, fold

LETTERS = "ABCDEFGH"


@dataclass
class Block:
    """One question as written; `doubts` are (line, code, sentence) of what cannot be told for sure."""

    line: int
    number: int
    section: Section
    stem: list[str] = field(default_factory=list)
    options: list[list[str]] = field(default_factory=list)  # [letter, text, "*" when marked right]
    answers: list[str] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    details: dict[str, str] = field(default_factory=dict)
    doubts: list[tuple[int, str, str]] = field(default_factory=list)
    judged: str = ""
    part: str = "stem"

    @property
    def complete(self) -> bool:
        """Whether it has something that only a question has."""
        return bool(self.options or self.answers or self.why)


class Blocks:
    """Reads line by line; a line goes to the part it is marked as, or to the part before it."""

    def __init__(self, lines: list[str], first_line: int = 1) -> None:
        self._lines = lines
        self._folded = [fold(line) for line in lines]
        self._first = first_line
        self.blocks: list[Block] = []
        self.strays: list[int] = []
        self._section = Section()
        self._sections = 0
        self._blank = False
        self._last = 0
        self._numbered = any(self._is_start(at) for at in range(len(lines)))

    def read(self) -> list[Block]:
        """Return the blocks of all lines."""
        for at, line in enumerate(self._lines):
            if line.strip():
                self._take(at)
                self._blank = False
            else:
                self._blank = True
        return self.blocks

    def _is_start(self, at: int) -> bool:
        found = marks.NUMBERED.match(self._folded[at])
        return bool(found and self._folded[at][found.end() :].strip())

    def _take(self, at: int) -> None:
        folded = self._folded[at]
        section = marks.heading(folded, self._sections + 1)
        if section:
            self._sections, self._section, self._last = section.at, section, 0
        elif marks.STORY.match(folded) and not self._is_start(at):
            self._story(at)
        elif self._starts(at):
            self._start(at)
        elif self.blocks and not self._is_closed():
            self._continue(at)
        elif self._letter(folded, strict=True) or marks.ANSWER.match(folded):
            self.strays.append(at + self._first)

    def _is_closed(self) -> bool:
        """A heading closes the question before it."""
        return self.blocks[-1].section != self._section

    def _story(self, at: int) -> None:
        """A story for several questions: they cannot be read alone."""
        self._section = Section(self._sections + 1, marks.kind_of("案例"), "材料")
        self._sections += 1

    def _starts(self, at: int) -> bool:
        found = marks.NUMBERED.match(self._folded[at])
        if not found or not self._folded[at][found.end() :].strip():
            return not self._numbered and self._starts_plain(at)
        number = _number(found)
        inside = bool(self.blocks) and not self._is_closed()
        if not inside or number == self._last + 1:
            return not (inside and self.blocks[-1].part == "why") or self._has_marks(at)
        return self._has_marks(at)

    def _starts_plain(self, at: int) -> bool:
        """Without numbers, a question begins after the answer of the one before it, or after an empty line."""
        folded = self._folded[at]
        if any(one.match(folded) for one in (marks.ANSWER, marks.ANSWER_BARE, marks.WHY, marks.DETAIL)):
            return False
        if self._letter(folded, strict=True):
            return False
        if not self.blocks or self._is_closed() or marks.MARKER.match(folded):
            return self._has_marks(at)
        last = self.blocks[-1]
        ready = bool(last.answers) and (last.part != "why" or self._blank)
        return (ready or (self._blank and last.complete)) and self._has_marks(at)

    def _has_marks(self, at: int) -> bool:
        """Whether options, an answer or a blank follow before the next numbered or empty-lined question."""
        for ahead in range(at, min(at + 40, len(self._lines))):
            folded = self._folded[ahead]
            if ahead > at and (self._is_start(ahead) or marks.heading(folded, 0)):
                return False
            if (
                self._letter(folded, strict=True)
                or marks.ANSWER.match(folded)
                or marks.ANSWER_INSIDE.search(folded)
            ):
                return True
            if ahead == at and (marks.KEY_BRACKET.search(folded) or _is_blank(folded)):
                return True
        return False

    def _start(self, at: int) -> None:
        found = marks.NUMBERED.match(self._folded[at])
        number = _number(found) if found else 0
        block = Block(at + self._first, number, self._section)
        if found and found["judged"]:
            block.judged = found["judged"].strip("() ")
        if self._section.word == "材料":
            block.doubts.append(
                (block.line, "case", "这道题属于一段材料，请在题库里新建材料题，再把小题放进去。")
            )
        self.blocks.append(block)
        self._last = number
        start = found.end() if found else 0
        if found and found["marker"]:
            block.stem.append(found["marker"].strip())
        if label := marks.LABEL.match(self._folded[at], start):
            start = label.end()
        self._text(block, at, start)

    def _continue(self, at: int) -> None:
        block, folded = self.blocks[-1], self._folded[at]
        if marks.CHOICES_LABEL.match(folded):
            return
        if detail := marks.DETAIL.match(folded):
            block.details[detail["name"]] = detail["value"]
            return
        for mark, part in ((marks.ANSWER, "answer"), (marks.ANSWER_BARE, "answer"), (marks.WHY, "why")):
            if found := mark.match(folded):
                self._open(block, part, at, found.end())
                return
        if block.part in ("stem", "option") and self._letter(folded, strict=False, block=block):
            self._text(block, at, 0)
            return
        if block.part == "option" and self._blank:
            words = f"第 {at + self._first} 行“{self._lines[at].strip()[:20]}”不知道属于哪一题，请删去它或写上题号。"
            block.doubts.append((at + self._first, "stray", words))
            return
        self._text(block, at, 0)

    def _letter(self, folded: str, *, strict: bool, block: Block | None = None) -> str:
        """The letter of the option a line begins with; loosely written ones only where they are due."""
        found = marks.STRICT_OPTION.match(folded)
        if found:
            return (found["letter"] or found["x"]).upper()
        loose = None if strict else marks.OPTION.match(folded)
        due = LETTERS[len(block.options)] if block and len(block.options) < len(LETTERS) else ""
        return due if loose and loose["letter"].upper() == due else ""

    def _open(self, block: Block, part: str, at: int, start: int) -> None:
        block.part = part
        if part == "answer":
            block.answers.append("")
        self._text(block, at, start)

    def _text(self, block: Block, at: int, start: int) -> None:
        """Put the rest of a line into its part, turning where an answer or reasons begin inside it."""
        line, folded = self._lines[at], self._folded[at]
        if block.part in ("stem", "option"):
            inside = marks.ANSWER_INSIDE.search(folded, start)
            end = inside.start() if inside else len(line)
            why = marks.WHY_INSIDE.search(folded, start, end) if block.part == "option" else None
            self._ask(block, line[start : why.start() if why else end], at)
            if why:
                self._open(block, "why", at, why.end())
            elif inside:
                self._open(block, "answer", at, inside.end())
        elif block.part == "answer":
            self._answer(block, at, start)
        else:
            block.why.append(line[start:].strip())

    def _answer(self, block: Block, at: int, start: int) -> None:
        line, folded = self._lines[at], self._folded[at]
        why = marks.WHY_INSIDE.search(folded, start)
        words = line[start : why.start() if why else len(line)].strip()
        block.answers[-1] = f"{block.answers[-1]}\n{words}".strip()
        if why:
            self._open(block, "why", at, why.end())

    def _ask(self, block: Block, text: str, at: int) -> None:
        """Part a piece of stem or options at the letters that are due."""
        pieces = list(_options(text, len(block.options)))
        head = text[: pieces[0][0]] if pieces else text
        if head.strip():
            if block.options:
                block.options[-1][1] += "\n" + head.strip()
            else:
                block.stem.append(head.strip())
        for _, letter, words, star in pieces:
            block.options.append([letter, words, star])
            block.part = "option"
            if letter != LETTERS[len(block.options) - 1]:
                words = f"选项的字母不连续：应该是 {LETTERS[len(block.options) - 1]}，写的是 {letter}。"
                block.doubts.append((at + self._first, "letters", words))


def _number(found: re.Match[str]) -> int:
    return int(found["a"] or found["b"] or found["c"] or found["d"])


def _is_blank(folded: str) -> bool:
    return bool(marks.UNDERSCORES.search(folded) or marks.EMPTY_BRACKET.search(folded))


def _options(text: str, had: int) -> Iterator[tuple[int, str, str, str]]:
    """Yield (start, letter, words, star) of the options inside a text, letters in their order."""
    folded = fold(text)
    starts: list[tuple[int, int, str, str]] = []
    at = 0
    while had + len(starts) < len(LETTERS):
        found = _next_option(folded, at, LETTERS[had + len(starts)], first=not starts and not had)
        if found is None:
            break
        starts.append(found)
        at = found[1]
    if not starts and (found_any := marks.STRICT_OPTION.match(folded)):
        letter = (found_any["letter"] or found_any["x"]).upper()
        starts.append((0, found_any.end(), letter, (found_any["star"] or "").strip()))
    for index, (begin, end, letter, star) in enumerate(starts):
        until = starts[index + 1][0] if index + 1 < len(starts) else len(text)
        yield begin, letter, text[end:until].strip(), star


def _next_option(folded: str, at: int, letter: str, *, first: bool) -> tuple[int, int, str, str] | None:
    """Where the option with this letter begins: at the start, after a space or sign, or glued with a clear mark."""
    search = re.compile(
        rf"(?P<star>[*√★]\s*)?(?:[(\[]{letter}[)\]]\s*[.、:]?|{letter}\s*[.、:)])\s*", re.IGNORECASE
    )
    start = marks.OPTION.match(folded, at) if at == 0 else None
    if start and start["letter"].upper() == letter:
        return start.start(), start.end(), letter, (start["star"] or "").strip()
    for found in search.finditer(folded, at):
        before = folded[found.start() - 1] if found.start() else " "
        glued = before.isascii() and before.isalnum()
        if not glued and (not first or _has_second(folded, found.end())):
            return found.start(), found.end(), letter, (found["star"] or "").strip()
    if first:
        return None
    loose = re.compile(rf"(?<=\s){letter}(?=\s|[\u4e00-\u9fff])\s*").search(folded, at)
    return (loose.start(), loose.end(), letter, "") if loose else None


def _has_second(folded: str, at: int) -> bool:
    return bool(re.compile(r"(?:[(\[]B[)\]]|B\s*[.、:)])", re.IGNORECASE).search(folded, at))
