"""Moodle's embedded answers ({1:SHORTANSWER:=Berlin~%50%Bonn#…}) to gaps, and gaps to them."""

import re
from dataclasses import replace

from courses.formats import weights
from courses.formats.gift_reader import Unread, number_of
from courses.items import Item, ItemKind, KeyPart, Number

_TYPES = r"NUMERICAL|NM|SHORTANSWER(?:_C)?|SA|SAC|MW|MWC|MULTICHOICE(?:_[HVS]{1,2})?|MC[HVS]?S?|MULTIRESPONSE(?:_[HS]{1,2})?|MR[HS]?S?"
_GAP = re.compile(rf"\{{\s*(\d{{0,3}})\s*:\s*({_TYPES})\s*:((?:[^{{}}\\]|\\.){{0,20000}}?)\}}", re.DOTALL)
_WEIGHT = re.compile(r"%(-?\d{1,3}(?:\.\d{1,8})?)%")


def read(item: Item) -> tuple[Item, list[str]]:
    """Return the cloze of a stem with embedded answers, and what got lost; raises Unread."""
    losses: dict[str, None] = {}
    key: list[KeyPart] = []
    choices: list[tuple[str, ...]] = []
    heavy: set[str] = set()
    pieces, at = [], 0
    for found in _GAP.finditer(item.stem):
        part, offered = _gap(found.group(2), found.group(3), losses)
        key.append(part)
        choices.append(offered)
        heavy.add(found.group(1) or "1")
        pieces += [item.stem[at : found.start()], f"[[{len(key)}]]"]
        at = found.end()
    if not key:
        raise Unread("这道完形题里没有找到空（如 {1:SHORTANSWER:=答案}）。")
    if len(heavy) > 1:
        losses["每个空的分值不一样，这里每个空一样重。"] = None
    kept = tuple(choices) if any(choices) else ()
    stem = "".join([*pieces, item.stem[at:]])
    return replace(item, kind=ItemKind.CLOZE, stem=stem, key=tuple(key), choices_of_gaps=kept), list(losses)


def _gap(kind: str, inside: str, losses: dict[str, None]) -> tuple[KeyPart, tuple[str, ...]]:
    if kind.startswith(("MULTIRESPONSE", "MR")):
        raise Unread("一个空里有多选，这里放不下。请拆成单独的多选题。")
    answers = [_answer(part, losses) for part in re.split(r"(?<!\\)~", inside) if part.strip()]
    right = [text for text, percent in answers if percent > 99.99]
    if any(0 < percent <= 99.99 for _, percent in answers):
        losses["空里给一部分分的答案没有地方放。"] = None
    if not right:
        raise Unread("有一个空没有 100 分的答案。")
    if kind in ("NUMERICAL", "NM"):
        if len(right) > 1:
            losses["一个空有几个数都对，只留第一个。"] = None
        return number_of(right[0]), ()
    offered = (
        tuple(dict.fromkeys(text for text, _ in answers)) if kind.startswith(("MULTICHOICE", "MC")) else ()
    )
    return tuple(dict.fromkeys(right)), offered


def _answer(part: str, losses: dict[str, None]) -> tuple[str, float]:
    text, *words = re.split(r"(?<!\\)#", part.strip(), maxsplit=1)
    if words and words[0].strip():
        losses["空里每个答案的反馈没有地方放。"] = None
    percent = 0.0
    if text.startswith("="):
        percent, text = 100.0, text[1:]
    elif found := _WEIGHT.match(text):
        percent, text = float(found.group(1)), text[found.end() :]
    return re.sub(r"\\(.)", r"\1", text).strip(), percent


def write(item: Item) -> str:
    """Return the stem of a cloze with its answers embedded."""

    def gap(found: "re.Match[str]") -> str:
        at = int(found.group(1)) - 1
        return _written(item.key[at], item.choices_of_gaps[at] if at < len(item.choices_of_gaps) else ())

    return re.sub(r"\[\[(\d{1,3})\]\]", gap, item.stem)


def _written(part: KeyPart, offered: tuple[str, ...]) -> str:
    if isinstance(part, Number):
        return f"{{1:NUMERICAL:={weights.range_of(part)}}}"
    accepted = part if isinstance(part, tuple) else (part,)
    if offered:
        return (
            "{1:MULTICHOICE:"
            + "~".join(("=" if one in accepted else "") + _escaped(one) for one in offered)
            + "}"
        )
    return "{1:SHORTANSWER:" + "~".join("=" + _escaped(one) for one in accepted) + "}"


def _escaped(text: str) -> str:
    return re.sub(r"([\\~=#{}/\"%])", r"\\\1", text)
