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

from courses.items import Item, ItemKind, Option, choice
from lms.authoring import documents
from lms.authoring.forms import OPTION_LETTERS, RightMany
from courses.model import QuizBody

KINDS = {
    ItemKind.SINGLE: _l("单选题"),
    ItemKind.MULTIPLE: _l("多选题"),
    ItemKind.TRUEFALSE: _l("判断题"),
}
TRUTHS = [("true", _l("对")), ("false", _l("不对"))]
STEM_LENGTH = 600
OPTION_LENGTH = 200


def _option(letter: str) -> StringField:
    long = _l("选项最多 %(max)d 个字。")
    return StringField(letter.upper(), [Length(max=OPTION_LENGTH, message=long)])


class QuestionForm(FlaskForm):
    """A question of one of the kinds above."""

    kind = SelectField(_l("题型"), choices=list(KINDS.items()))
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
    right = RightMany(_l("正确答案"), choices=[(letter, letter.upper()) for letter in OPTION_LETTERS])
    truth = RadioField(_l("判断题的正确答案"), choices=TRUTHS, validate_choice=False)
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
    words: dict[str, Any] = {f"option_{letters[one.id]}": one.text for one in item.options if one.id in letters}
    return QuestionForm(
        formdata=None, kind=item.kind, stem=item.stem, explanation=item.explanation, lesson=item.lesson,
        right=[letters[key] for key in item.key if key in letters],
        truth=item.key[0] if item.kind == ItemKind.TRUEFALSE and item.key else None, revision=stamp(item), **words,
    )  # fmt: skip


def item_of(form: QuestionForm, item_id: str, old: Item | None = None) -> Item | None:
    """Return the question a form describes, None with messages on its fields; `old` keeps ids and points."""
    if not form.validate():
        return None
    kind = ItemKind(form.kind.data)
    truefalse = kind == ItemKind.TRUEFALSE
    options, key = ((), tuple(filter(None, [form.truth.data]))) if truefalse else _options(form, old)
    base = old or Item(item_id, kind, "", (), (), "", "")
    item = replace(
        base, kind=kind, stem=form.stem.data.strip(), options=options, key=key,
        explanation=(form.explanation.data or "").strip(), lesson=form.lesson.data or "",
    )  # fmt: skip
    for code, message in choice.faults(item):
        _say(form, code, message)
    return None if form.errors else item


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


def _say(form: QuestionForm, code: str, message: str) -> None:
    field = form.stem if code.startswith("stem") else form.right
    if code.startswith("option"):
        field = form.option_a
    elif form.kind.data == ItemKind.TRUEFALSE:
        field = form.truth
    field.errors = [*field.errors, message]


def stamp(item: Item) -> str:
    """Return a short mark of a question's content: another one means somebody changed it."""
    written = documents.body_json(QuizBody((item,), 80, None, False))["items"]
    return hashlib.sha256(json.dumps(written, sort_keys=True).encode()).hexdigest()[:16]


def compare(held: Item, written: Item) -> list[tuple[object, object, object]]:
    """Return (what, as kept, as typed) of two wordings of a question."""
    return [
        (_("题型"), KINDS.get(held.kind, held.kind), KINDS[written.kind]),
        (_("题目"), held.stem, written.stem),
        (_("选项"), _shown(held), _shown(written)),
        (_("答案说明"), held.explanation, written.explanation),
    ]


def _shown(item: Item) -> str:
    lines = [f"{'✓' if one.id in item.key else '　'} {one.text}" for one in item.choices()]
    return "\n".join(lines)
