"""Blanks of a stem and the words that belong into them."""

import re

from courses.formats import pasted_marks as marks
from courses.formats.pasted_draft import Decided, Doubt, Draft
from courses.formats.pasted_marks import fold
from courses.items import ItemKind, KeyPart, Number

_PLUS_MINUS = re.compile(
    r"([+-]?\d+(?:\.\d+)?)\s*(?:±|\+/-|\(?\s*(?:允许)?误差\s*:?\s*(?:±)?)\s*(\d+(?:\.\d+)?)\s*\)?\s*$"
)
_PART_MARK = re.compile(
    r"\s*(?:\(\d{1,2}\)|[①②③④⑤⑥⑦⑧⑨⑩]|第[一二三四五六七八九十\d]{1,2}空\s*[:、]?|(?<!\d)\d{1,2}[.、)](?!\d))\s*"
)
_SHORT = 30


def filled(draft: Draft, answer: str) -> Decided:
    """Blanks of a stem and the words that belong into them."""
    stem, own = _blanks(draft.stem, filled=not answer)
    count = stem.count("\0")
    if own and not answer:
        return _gaps(stem, own)
    if not answer:
        raise Doubt("answer-missing", "没有找到答案。请在题目下面写“答案：……”。")
    if count > 1:
        parts = _parts(answer, count)
        if parts is None:
            raise Doubt(
                "answer", f"题里有 {count} 个空，答案“{answer[:30]}”分不出 {count} 个。请用分号隔开。"
            )
        return _gaps(stem, parts)
    if count == 0 and draft.kind != ItemKind.TEXT and (len(answer) > _SHORT or "\n" in answer):
        raise Doubt("kind", "看不出是填空还是问答。请在题号前写“【填空题】”或“【简答题】”。")
    if found := _PLUS_MINUS.match(fold(answer)):
        number = Number(float(found.group(1)), float(found.group(2)))
        return ItemKind.NUMBER, (number,), (), _shown(stem), (), ()
    return ItemKind.TEXT, tuple(_accepted(answer)), (), _shown(stem), (), ()


def _blanks(stem: str, *, filled: bool) -> tuple[str, list[str]]:
    """Mark each blank with \\0; with `filled`, words between underscores are answers."""
    folded, found = fold(stem), []
    if filled:
        found = [one.group(1).strip() for one in marks.FILLED.finditer(folded)]
        if any(marks.BETWEEN.match(one) for one in found):
            raise Doubt("answer-missing", "没有找到答案。请在题目下面写“答案：……”。")
        if found:
            return marks.FILLED.sub("\0", stem), found
    for pattern in (marks.UNDERSCORES, marks.EMPTY_BRACKET):
        pieces, at = [], 0
        for one in pattern.finditer(folded):
            pieces.append(stem[at : one.start()])
            at = one.end()
        if pieces:
            return "\0".join([*pieces, stem[at:]]), []
    return stem, []


def _shown(stem: str) -> str:
    return stem.replace("\0", "____")


def _gaps(stem: str, parts: list[str]) -> Decided:
    if len(parts) == 1:
        return ItemKind.TEXT, tuple(_accepted(parts[0])), (), _shown(stem), (), ()
    pieces = stem.split("\0")
    text = pieces[0] + "".join(f"[[{at}]]{piece}" for at, piece in enumerate(pieces[1:], start=1))
    key: tuple[KeyPart, ...] = tuple(tuple(_accepted(part)) for part in parts)
    return ItemKind.CLOZE, key, (), text, (), ()


def _parts(answer: str, count: int) -> list[str] | None:
    """Part an answer into as many as there are blanks; by marks, else by the strongest sign that gives the count."""
    folded = fold(answer)
    starts = list(_PART_MARK.finditer(folded))
    if len(starts) == count and not folded[: starts[0].start()].strip():
        ends = [one.start() for one in starts[1:]] + [len(answer)]
        parts = [
            answer[one.end() : end].strip(" ；;，,。、\n") for one, end in zip(starts, ends, strict=True)
        ]
        return parts if all(parts) else None
    for sign in (r"\n", r"[;]", r"[|]", r"[,]", r"[、]", r"\s+", r"[/]"):
        cuts = [0, *(edge for one in re.finditer(sign, folded) for edge in one.span()), len(answer)]
        parts = [answer[a:b].strip(" 。\n") for a, b in zip(cuts[::2], cuts[1::2], strict=True)]
        if len(parts) == count and all(parts):
            return parts
    return None


def _accepted(answer: str) -> list[str]:
    """The answers that count, when several are written: 甲/乙, 甲 或 乙, 甲或者乙."""
    text = answer.strip().rstrip("。").strip()
    parts = [
        part.strip() for part in re.split(r"\s*[/|｜／]\s*|\s+或者?\s*|或者|(?<=\S)或(?=[^以者许多\s])", text)
    ]
    return list(dict.fromkeys(part for part in parts if part)) if all(parts) else [text]
