"""Answers with percents, as GIFT and Moodle give them, to keys and remarks, and back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from courses.items import Item, ItemKind, Number, Option, Remark
from courses.items.credit import credit

LETTERS = "abcdefghijklmnopqrstuvwxyz"
MAX_OPTIONS = 26
ALL_OR_NOTHING = -100.0


@dataclass(frozen=True, slots=True)
class Weighed:
    """One answer: its words, what it earns in percent, what she is told."""

    text: str
    percent: float
    words: str = ""


def chosen(item: Item, answers: Sequence[Weighed], *, several: bool, whole: bool) -> Item:
    """Return a choice item with these answers; `whole` for one that only earns when all is right."""
    ids = [LETTERS[at] if at < MAX_OPTIONS else f"o{at + 1}" for at in range(len(answers))]
    right = [
        one for one, answer in zip(ids, answers, strict=True) if answer.percent > (0 if several else 99.99)
    ]
    partial = several and not whole and _by_formula(answers, len(right))
    keep = several and not whole and not partial
    remarks = [
        Remark(one, answer.percent if keep or (not several and _is_part(answer)) else None, answer.words)
        for one, answer in zip(ids, answers, strict=True)
        if answer.words or keep or (not several and _is_part(answer))
    ]
    return replace(
        item,
        kind=ItemKind.MULTIPLE if several else ItemKind.SINGLE,
        options=tuple(Option(one, answer.text) for one, answer in zip(ids, answers, strict=True)),
        key=tuple(right),
        partial=partial or keep,
        remarks=tuple(remarks),
    )


def _is_part(answer: Weighed) -> bool:
    return answer.percent < 99.99 and answer.percent != 0


def _by_formula(answers: Sequence[Weighed], right: int) -> bool:
    """Whether the percents are what `partial` gives: a share for each right one, taken off for each wrong one."""
    return right > 0 and all(abs(credit(one.percent)) * right == 1 for one in answers)


def weights(item: Item) -> list[Weighed]:
    """Return the answers of a choice item with the percents that say the same."""
    told = {one.answer: one for one in item.remarks}
    given = any(one.percent is not None for one in item.remarks)
    return [
        Weighed(
            option.text, _percent(item, option.id, given), told[option.id].words if option.id in told else ""
        )
        for option in item.options
    ]


def _percent(item: Item, option: str, given: bool) -> float:
    right = option in item.key
    named = next(
        (one.percent for one in item.remarks if one.answer == option and one.percent is not None), None
    )
    if named is not None:
        return named
    if item.kind == ItemKind.SINGLE:
        return 100.0 if right else 0.0
    if given:
        return 0.0
    share = 100 / len(item.key)
    if right:
        return share
    return -share if item.partial else ALL_OR_NOTHING


def accepted(item: Item, answers: Sequence[Weighed]) -> Item:
    """Return a short-text item: answers of full worth are the key, the others remarks."""
    full = [answer.text for answer in answers if answer.percent > 99.99]
    remarks = [
        Remark(one.text, one.percent if one.percent <= 99.99 else None, one.words)
        for one in answers
        if one.words or one.percent <= 99.99
    ]
    return replace(item, kind=ItemKind.TEXT, key=tuple(dict.fromkeys(full)), remarks=tuple(remarks))


def typed(item: Item) -> list[Weighed]:
    """Return the answers of a short-text item with their percents."""
    told = {one.answer: one for one in item.remarks}
    full = [
        Weighed(str(key), 100.0, told[key].words if key in told else "")
        for key in item.key
        if isinstance(key, str)
    ]
    known = {one.text for one in full}
    return full + [
        Weighed(one.answer, one.percent or 0.0, one.words) for one in item.remarks if one.answer not in known
    ]


def percent(value: float) -> str:
    """Return a percent as files write it: at most five decimals."""
    return f"{value:.5f}".rstrip("0").rstrip(".")


def figure(value: float) -> str:
    """Return a number as people write it."""
    return f"{value:.0f}" if value == int(value) and abs(value) < 1e15 else repr(float(value))


def range_of(number: Number) -> str:
    """Return a number with its tolerance, `value:tolerance`."""
    return f"{figure(number.value)}:{figure(number.tolerance)}"
