"""Lessons that people do rather than read: a class in a hall, an assignment, a survey. Their forms and bodies."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length

from courses.model import AssignmentBody, Body, ClassroomBody, EvidenceKind, LessonKind, SurveyBody
from lms.authoring import deed_words
from lms.authoring.forms import MARKDOWN_LENGTH, Lines, Whole, lines_of, title_field
from lms.core.errors import Invalid

PLACE_LENGTH, MOST_THINGS, THING_LENGTH = 80, 12, 40
MINUTES_PER_QUESTION = 0.5
NO_ID = str
"""While a form is only checked, new lines need no lasting id."""


def _words(label: Any, message: Any) -> TextAreaField:
    length = Length(max=MARKDOWN_LENGTH, message=message)
    return TextAreaField(label, [length], render_kw={"class": "editor"})


def _minutes(label: Any) -> StringField:
    return StringField(label, [Whole(1, 600, _l("请写 1 到 600 之间的整数。"), needed=True)])


class ClassroomForm(FlaskForm):
    """A class in a hall: what is done there, how long it takes, where and what to bring."""

    title = title_field(_l("这一课的名称"))
    body = _words(_l("到现场学什么"), _l("说明最多 %(max)d 个字。"))
    minutes = _minutes(_l("上多少分钟"))
    place_note = StringField(
        _l("地点说明"), [Length(max=PLACE_LENGTH, message=_l("地点最多 %(max)d 个字。"))]
    )
    bring = TextAreaField(_l("要带的东西"), [Lines(MOST_THINGS, THING_LENGTH)])
    revision = HiddenField()


class AssignmentForm(FlaskForm):
    """An assignment: what to do, what to hand in, by what it is marked."""

    title = title_field(_l("作业的名称"))
    body = _words(_l("要做什么"), _l("说明最多 %(max)d 个字。"))
    photo = BooleanField(_l("交照片"))
    text = BooleanField(_l("交文字"))
    file = BooleanField(_l("交文件（Word、Excel、PPT、PDF 或 TXT）"))
    rubric = TextAreaField(
        _l("评分标准"), [Length(max=MARKDOWN_LENGTH, message=_l("评分标准最多 %(max)d 个字。"))]
    )
    pass_points = StringField(_l("多少分算通过"), [Whole(1, 1000, _l("请写 1 到 1000 之间的整数。"))])
    minutes = _minutes(_l("大约要做多少分钟"))
    revision = HiddenField()

    def validate_rubric(self, field: TextAreaField) -> None:
        """Every line says its points."""
        try:
            deed_words.rubric_of(field.data or "", (), NO_ID)
        except Invalid as error:
            raise ValidationError(error.message) from error

    def validate_pass_points(self, field: StringField) -> None:
        """The rubric can reach what is asked for."""
        total = sum(one.points for one in self._lines())
        if total and field.number and field.number > total:
            raise ValidationError(_l("评分标准加起来只有 %(n)s 分，请写得不超过它。", n=total))

    def _lines(self) -> tuple[Any, ...]:
        try:
            return deed_words.rubric_of(self.rubric.data or "", (), NO_ID)
        except Invalid:
            return ()


class SurveyForm(FlaskForm):
    """A survey: a few words before it, and its questions."""

    title = title_field(_l("问卷的名称"))
    body = _words(_l("开头的话"), _l("说明最多 %(max)d 个字。"))
    questions = TextAreaField(
        _l("问题"),
        [Length(max=MARKDOWN_LENGTH, message=_l("所有问题加起来最多 %(max)d 个字。"))],
        render_kw={"rows": 14},
    )
    revision = HiddenField()

    def validate_questions(self, field: TextAreaField) -> None:
        """Every block is a question."""
        try:
            deed_words.questions_of(field.data or "", (), NO_ID)
        except Invalid as error:
            raise ValidationError(error.message) from error


DeedForm = ClassroomForm | AssignmentForm | SurveyForm
FORMS: Mapping[str, type[DeedForm]] = {
    LessonKind.CLASSROOM: ClassroomForm,
    LessonKind.ASSIGNMENT: AssignmentForm,
    LessonKind.SURVEY: SurveyForm,
}
EMPTY: Mapping[str, Body] = {
    LessonKind.CLASSROOM: ClassroomBody("", 45),
    LessonKind.ASSIGNMENT: AssignmentBody("", (EvidenceKind.PHOTO,), (), 1),
    LessonKind.SURVEY: SurveyBody("", ()),
}
NEW_TITLES: Mapping[str, str] = {
    LessonKind.CLASSROOM: "新的面授课",
    LessonKind.ASSIGNMENT: "作业",
    LessonKind.SURVEY: "问卷",
}


def held(body: Body, minutes: int) -> dict[str, object]:
    """Return what the form of a kept lesson says."""
    if isinstance(body, ClassroomBody):
        return {
            "body": body.markdown, "minutes": str(body.minutes), "place_note": body.place_note,
            "bring": "\n".join(body.bring),
        }  # fmt: skip
    if isinstance(body, AssignmentBody):
        return {
            "body": body.markdown, "photo": EvidenceKind.PHOTO in body.evidence, "text": EvidenceKind.TEXT in body.evidence,
            "file": EvidenceKind.FILE in body.evidence,
            "rubric": deed_words.rubric_words(body.rubric), "minutes": str(minutes),
            "pass_points": str(body.pass_points) if body.rubric else "",
        }  # fmt: skip
    if isinstance(body, SurveyBody):
        return {"body": body.markdown, "questions": deed_words.questions_words(body.questions)}
    return {}


def fits(body: Body) -> bool:
    """Say whether the forms here can hold the lesson whole; one from a package may say more."""
    if isinstance(body, AssignmentBody):
        return _same(deed_words.rubric_of, deed_words.rubric_words(body.rubric), body.rubric)
    if isinstance(body, SurveyBody):
        return _same(deed_words.questions_of, deed_words.questions_words(body.questions), body.questions)
    return True


def _same(read: Callable[..., object], words: str, kept: object) -> bool:
    try:
        return read(words, kept, NO_ID) == kept
    except Invalid:
        return False


def written(form: DeedForm, text: str, kept: Body, new_id: Callable[[], str]) -> tuple[Body, int]:
    """Return the body and the minutes of a checked form; `text` is its cleaned prose."""
    if isinstance(form, ClassroomForm):
        where = " ".join((form.place_note.data or "").split())
        return ClassroomBody(
            text, form.minutes.number, where, tuple(lines_of(form.bring.data))
        ), form.minutes.number
    if isinstance(form, AssignmentForm):
        old = kept.rubric if isinstance(kept, AssignmentBody) else ()
        rubric = deed_words.rubric_of(form.rubric.data or "", old, new_id)
        total = sum(one.points for one in rubric)
        return AssignmentBody(
            text, _evidence(form), rubric, form.pass_points.number or max(1, total)
        ), form.minutes.number
    before = kept.questions if isinstance(kept, SurveyBody) else ()
    questions = deed_words.questions_of(form.questions.data or "", before, new_id)
    return SurveyBody(text, questions), max(1, round(len(questions) * MINUTES_PER_QUESTION))


def _evidence(form: AssignmentForm) -> tuple[EvidenceKind, ...]:
    ticked = (
        (EvidenceKind.PHOTO, form.photo.data),
        (EvidenceKind.TEXT, form.text.data),
        (EvidenceKind.FILE, form.file.data),
    )
    return tuple(kind for kind, wanted in ticked if wanted)
