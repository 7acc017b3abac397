"""Aiken, the simplest format of choice questions: a stem, lettered lines, ANSWER: B."""

import re

from courses.errors import Problem
from courses.formats.bank import Bank, Ids, sound
from courses.formats.decoding import text_of
from courses.items import Item, ItemKind, Option

_OPTION = re.compile(r"\s*([A-Za-zＡ-Ｚａ-ｚ])\s*[.)．）、]\s*(.*)$")
_ANSWER = re.compile(r"\s*ANSWER\s*[:：]\s*(.*)$", re.IGNORECASE)
_LETTERS = re.compile(r"[A-Z](?:[\s,，、;；]*[A-Z])*")
_FEEDBACK = re.compile(r"\s*FEEDBACK\s*[:：]\s*(.*)$", re.IGNORECASE)


class _Draft:
    """A question being read."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.stem: list[str] = []
        self.options: list[Option] = []
        self.why: list[str] = []
        self.key: tuple[str, ...] | None = None


class _Reader:
    """Reads line by line; the answer closes a question."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.ids = Ids()
        self.items: list[tuple[Item, int]] = []
        self.problems: list[Problem] = []
        self.draft: _Draft | None = None

    def take(self, number: int, line: str) -> None:
        """Take one line that is not empty."""
        if found := _FEEDBACK.match(line):
            if self.draft:
                self.draft.why.append(found.group(1).strip())
            return
        if self.draft is None or self.draft.key is not None:
            self.close()
            self.draft = _Draft(number)
        if found := _ANSWER.match(line):
            self._answer(number, self.draft, found.group(1).upper().strip())
        elif found := self._option(line, self.draft):
            self.draft.options.append(Option(found.group(1).lower(), found.group(2).strip()))
        elif self.draft.options:
            self._refuse(number, "aiken", f"第 {number} 行不是选项，也不是 ANSWER。一个选项要写在一行里。")
            self.draft = _Draft(number)
            self.draft.stem.append(line.strip())
        else:
            self.draft.stem.append(line.strip())

    def _option(self, line: str, draft: _Draft) -> "re.Match[str] | None":
        """A lettered line; before the first option only A can be one."""
        found = _OPTION.match(line)
        if found and draft.stem and (draft.options or found.group(1).upper() == "A"):
            return found
        return None

    def _answer(self, number: int, draft: _Draft, words: str) -> None:
        if not _LETTERS.fullmatch(words):
            self._refuse(number, "answer", f"第 {number} 行的答案“{words[:20]}”不是字母。请写成 ANSWER: B。")
            self.draft = None
            return
        draft.key = tuple(one.lower() for one in re.findall("[A-Z]", words))

    def _refuse(self, number: int, code: str, words: str) -> None:
        self.problems.append(Problem(self.file, number, "", code, words))

    def close(self) -> None:
        """End the question being read."""
        draft, self.draft = self.draft, None
        if draft is None:
            return
        if draft.key is None:
            self._refuse(
                draft.line,
                "answer-missing",
                f"第 {draft.line} 行开始的题没有 ANSWER。请在选项下面写 ANSWER: B。",
            )
            return
        kind = ItemKind.MULTIPLE if len(draft.key) > 1 else ItemKind.SINGLE
        stem, why = "\n".join(draft.stem), "\n".join(draft.why)
        item = Item(self.ids.take(), kind, stem, tuple(draft.options), draft.key, why, "")
        self.items.append((item, draft.line))


def read(data: bytes, file: str = "") -> Bank:
    """Return the questions of an Aiken file; raises CourseError when it is no text."""
    reader = _Reader(file)
    text = text_of(data, file).translate(
        {0xFF01 + at: 0x21 + at for at in range(94) if chr(0x21 + at).isalpha()}
    )
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            reader.take(number, line)
    reader.close()
    if not reader.items and not reader.problems:
        reader.problems.append(
            Problem(file, 1, "", "no-items", "文件里没有找到题目。请检查是不是 Aiken 格式。")
        )
    items, wrong = sound(reader.items, file)
    return Bank(items, (), (*reader.problems, *wrong))
