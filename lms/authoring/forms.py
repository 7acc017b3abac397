"""Forms of the studio: what was typed, with a sentence for each thing that is wrong."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from lms.catalogue.words import CATEGORIES, TIERS

TITLE_LENGTH = 60
SUMMARY_LENGTH = 300
MARKDOWN_LENGTH = 40_000
LINE_LENGTH = 120
MAX_OUTCOMES = 8
OPTION_LETTERS = "abcdefgh"


class Whole:
    """A whole number between two bounds, or nothing; `number` on the field holds it."""

    def __init__(self, low: int, high: int, message: Any, *, needed: bool = False) -> None:
        self.low, self.high, self.message, self.needed = low, high, message, needed

    def __call__(self, form: FlaskForm, field: StringField) -> None:
        text = (field.data or "").strip()
        field.number = None
        if not text and not self.needed:
            return
        if (
            not text.isascii()
            or not text.isdigit()
            or len(text) > 6
            or not self.low <= int(text) <= self.high
        ):
            raise ValidationError(self.message)
        field.number = int(text)


class Lines:
    """One thing a line, not too many and not too long."""

    def __init__(self, most: int, length: int) -> None:
        self.most, self.length = most, length

    def __call__(self, form: FlaskForm, field: TextAreaField) -> None:
        lines = lines_of(field.data)
        if len(lines) > self.most:
            raise ValidationError(_("最多写 %(n)s 行，现在有 %(m)s 行。", n=self.most, m=len(lines)))
        if any(len(line) > self.length for line in lines):
            raise ValidationError(_("有一行超过 %(n)s 个字，请写短一些。", n=self.length))


def choices(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """Return (value, words) pairs as the choices of a field."""
    return [SelectChoice(value, words) for value, words in pairs]


def lines_of(text: str | None) -> list[str]:
    """Return the lines of a text without empty ones."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def title_field(words: Any) -> StringField:
    """Return the field of a name."""
    return StringField(
        words,
        [
            DataRequired(_l("请写上名称。")),
            Length(max=TITLE_LENGTH, message=_l("名称最多 %(max)d 个字。")),
        ],
    )


class NewForm(FlaskForm):
    """What a new course begins with."""

    title = title_field(_l("课程名称"))
    summary = TextAreaField(
        _l("一句话简介"),
        [
            DataRequired(_l("请用一句话说说这门课教什么。")),
            Length(max=SUMMARY_LENGTH, message=_l("简介最多 %(max)d 个字。")),
        ],
    )
    unit = SelectField(_l("发课单位"), validate_choice=True)


class DetailsForm(NewForm):
    """Everything about a course that is not a lesson."""

    tier = SelectField(_l("级别"), choices=choices(TIERS.items()))
    category = SelectField(_l("类别"), choices=choices(CATEGORIES.items()))
    audience = StringField(_l("给谁学"), [Length(max=LINE_LENGTH, message=_l("“给谁学”最多 %(max)d 个字。"))])
    outcomes = TextAreaField(_l("学完能做到什么"), [Lines(MAX_OUTCOMES, LINE_LENGTH)])
    revision = HiddenField()


class TextForm(FlaskForm):
    """A text lesson."""

    title = title_field(_l("这一课的名称"))
    body = TextAreaField(
        _l("正文"),
        [Length(max=MARKDOWN_LENGTH, message=_l("正文最多 %(max)d 个字。请分成两课。"))],
        render_kw={"class": "editor"},
    )
    min_seconds = StringField(
        _l("至少要读多少秒"), [Whole(0, 7200, _l("请写 0 到 7200 之间的整数，或留空让网站来算。"))]
    )
    revision = HiddenField()


class VideoForm(FlaskForm):
    """What is typed of a video lesson: its name and its text version, pages parted by lines of ---."""

    title = title_field(_l("这一课的名称"))
    pages = TextAreaField(
        _l("文字版"), [Length(max=MARKDOWN_LENGTH, message=_l("文字版最多 %(max)d 个字。"))]
    )
    revision = HiddenField()


class PaperForm(FlaskForm):
    """The rules of a paper."""

    title = title_field(_l("测验的名称"))
    pass_mark = StringField(
        _l("多少分算通过"), [Whole(1, 100, _l("请写 1 到 100 之间的整数。"), needed=True)]
    )
    tries = StringField(_l("最多考几次"), [Whole(1, 100, _l("请写 1 到 100 之间的整数，不限次数就留空。"))])
    limit_minutes = StringField(
        _l("限多少分钟"), [Whole(1, 600, _l("请写 1 到 600 之间的整数，不限时间就留空。"))]
    )
    waits = BooleanField(_l("前面的课都学完，才能考"))
    revision = HiddenField()


class FilmForm(FlaskForm):
    """A video file, sent whole."""

    video = FileField(_l("视频文件"))
    captions = FileField(_l("字幕文件（可以以后再传）"))


class CaptionsForm(FlaskForm):
    """A caption file."""

    captions = FileField(_l("字幕文件"))


class PasteForm(FlaskForm):
    """Questions as they stand in a document."""

    text = TextAreaField(
        _l("把题目贴在这里"),
        [
            DataRequired(_l("请先把题目贴进来。")),
            Length(max=MARKDOWN_LENGTH, message=_l("一次最多贴 %(max)d 个字，请分几次贴。")),
        ],
    )


class PackageForm(FlaskForm):
    """A zip with a whole course."""

    package = FileField(_l("课程包（zip 文件）"))
    unit = SelectField(_l("发课单位"), validate_choice=True)
    replace = BooleanField(_l("课程已经有了，就用这个包替换它的草稿"))


class RightMany(SelectMultipleField):
    """Which options are right, as ticks beside them."""

    def pre_validate(self, form: FlaskForm) -> None:
        """Any letter may be ticked; what does not fit is said by the check of the item."""
