"""A question as a form: the kinds a trainer types, checked by the library's own rules."""

import hashlib
import json
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from courses.items import Item, ItemKind, KeyPart, Number, Option, codec, kinds
from courses.items.words import decimal_of
from lms.authoring.forms import OPTION_LETTERS, Lines, RightMany, choices, lines_of

KINDS = {
    ItemKind.SINGLE: _l("单选题"),
    ItemKind.MULTIPLE: _l("多选题"),
    ItemKind.TRUEFALSE: _l("判断题"),
    ItemKind.TEXT: _l("填空题"),
    ItemKind.NUMBER: _l("数字题"),
}
CHOICES = (ItemKind.SINGLE, ItemKind.MULTIPLE)
TRUTHS = choices([("true", _l("对")), ("false", _l("不对"))])
STEM_LENGTH = 600
OPTION_LENGTH = 200


def _option(letter: str) -> StringField:
    long = _l("选项最多 %(max)d 个字。")
    return StringField(letter.upper(), [Length(max=OPTION_LENGTH, message=long)])


class QuestionForm(FlaskForm):
    """A question of one of the kinds above."""

    kind = SelectField(_l("题型"), choices=choices(KINDS.items()))
    stem = TextAreaField(
        _l("题目"),
        [
            DataRequired(_l("请写上题目。")),
            Length(max=STEM_LENGTH, message=_l("题目最多 %(max)d 个字。")),
        ],
    )
    option_a = _option("a")
    option_b = _option("b")
    option_c = _option("c")
    option_d = _option("d")
    option_e = _option("e")
    option_f = _option("f")
    option_g = _option("g")
    option_h = _option("h")
    right = RightMany(_l("正确答案"), choices=choices((letter, letter.upper()) for letter in OPTION_LETTERS))
    truth = RadioField(_l("判断题的正确答案"), choices=TRUTHS, validate_choice=False)
    accepted = TextAreaField(_l("填空题可以接受的答案"), [Lines(20, OPTION_LENGTH)])
    number = StringField(_l("数字题的正确答案"), [Length(max=40, message=_l("数字最多 %(max)d 位。"))])
    tolerance = StringField(_l("可以相差多少"), [Length(max=40, message=_l("数字最多 %(max)d 位。"))])
    explanation = TextAreaField(
        _l("答案说明"), [Length(max=STEM_LENGTH, message=_l("说明最多 %(max)d 个字。"))]
    )
    lesson = SelectField(_l("答错了回看哪一课"))
    revision = HiddenField()

    def options(self) -> list[tuple[str, StringField]]:
        """Return (letter, field) of the options."""
        return [(letter, self[f"option_{letter}"]) for letter in OPTION_LETTERS]


def form_of(item: Item | None) -> QuestionForm:
    """Return the form of a kept question, or an empty one."""
    if item is None:
        return QuestionForm(formdata=None, kind=ItemKind.SINGLE, right=[])
    letters = {option.id: letter for option, letter in zip(item.options, OPTION_LETTERS, strict=False)}
    words: dict[str, Any] = {
        f"option_{letters[one.id]}": one.text for one in item.options if one.id in letters
    }
    return QuestionForm(
        formdata=None, kind=item.kind, stem=item.stem, explanation=item.explanation, lesson=item.lesson,
        right=[letters[key] for key in item.key if isinstance(key, str) and key in letters], revision=stamp(item),
        **words, **_key_words(item),
    )  # fmt: skip


def _key_words(item: Item) -> dict[str, Any]:
    """Return how the answer of a question without options stands in its form."""
    first = item.key[0] if item.key else None
    if item.kind == ItemKind.TRUEFALSE:
        return {"truth": first}
    if item.kind == ItemKind.TEXT:
        return {"accepted": "\n".join(str(one) for one in item.key)}
    if isinstance(first, Number):
        return {"number": f"{first.value:g}", "tolerance": f"{first.tolerance:g}" if first.tolerance else ""}
    return {}


def item_of(form: QuestionForm, item_id: str, old: Item | None = None) -> Item | None:
    """Return the question a form describes, None with messages on its fields; `old` keeps ids and points."""
    if not form.validate():
        return None
    kind = ItemKind(form.kind.data)
    options, key = _options(form, old) if kind in CHOICES else ((), _key(form, kind))
    base = old if old and old.kind == kind else Item(item_id, kind, "", (), (), "", "")
    item = replace(
        base, stem=form.stem.data.strip(), options=options, key=key,
        explanation=(form.explanation.data or "").strip(), lesson=form.lesson.data or "",
    )  # fmt: skip
    if not form.errors:
        for code, message in kinds.faults(item):
            _say(form, kind, code, message)
    return None if form.errors else item


def _key(form: QuestionForm, kind: ItemKind) -> tuple[KeyPart, ...]:
    """Return the answer of a question without options, () when there is none."""
    if kind == ItemKind.TRUEFALSE:
        return tuple(one for one in (form.truth.data,) if one in ("true", "false"))
    if kind == ItemKind.TEXT:
        return tuple(lines_of(form.accepted.data))
    value, off = _decimal(form.number), _decimal(form.tolerance)
    return () if value is None else (Number(value, off or 0),)


def _decimal(field: StringField) -> float | None:
    text = (field.data or "").strip()
    if not text:
        return None
    found = decimal_of(text)
    if found is None:
        field.errors = [*field.errors, _("请写一个数，例如 15 或 0.5。")]
        return None
    return float(found)


def _options(form: QuestionForm, old: Item | None) -> tuple[tuple[Option, ...], tuple[str, ...]]:
    """Return the filled options with their ids, and the ids of the right ones."""
    known = dict(zip(OPTION_LETTERS, (one.id for one in old.options), strict=False)) if old else {}
    free = [letter for letter in OPTION_LETTERS if letter not in known.values()]
    ids = {letter: known.get(letter) or _next(free, letter) for letter, _field in form.options()}
    filled = [(letter, (field.data or "").strip()) for letter, field in form.options()]
    ticked = form.right.data or []
    options = tuple(Option(ids[letter], text) for letter, text in filled if text or letter in ticked)
    return options, tuple(ids[letter] for letter, _text in filled if letter in ticked)


def _next(free: list[str], wished: str) -> str:
    return free.pop(free.index(wished)) if wished in free else free.pop(0)


FIELDS = {ItemKind.TRUEFALSE: "truth", ItemKind.TEXT: "accepted", ItemKind.NUMBER: "number"}
"""Where the answer of a question without options is typed."""


def _say(form: QuestionForm, kind: ItemKind, code: str, message: str) -> None:
    name = "stem" if code.startswith(("stem", "script")) else FIELDS.get(kind, "right")
    field = form["option_a" if code.startswith("option") else name]
    field.errors = [*field.errors, message]


def stamp(item: Item) -> str:
    """Return a short mark of a question's content: another one means somebody changed it."""
    written = json.dumps(codec.to_json(item), sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()[:16]


def compare(held: Item, written: Item) -> list[tuple[object, object, object]]:
    """Return (what, as kept, as typed) of two wordings of a question."""
    return [
        (_("题型"), KINDS.get(held.kind, held.kind), KINDS[written.kind]),
        (_("题目"), held.stem, written.stem),
        (_("选项"), _shown(held), _shown(written)),
        (_("答案说明"), held.explanation, written.explanation),
    ]


def _shown(item: Item) -> str:
    if item.kind in (ItemKind.TEXT, ItemKind.NUMBER):
        return "\n".join(str(value) for value in _key_words(item).values())
    lines = [f"{'✓' if one.id in item.key else '　'} {one.text}" for one in item.choices()]
    return "\n".join(lines)
