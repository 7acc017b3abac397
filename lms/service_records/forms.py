"""Forms of service records: what was typed, with a sentence for each thing that is wrong."""

from datetime import date, time

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms import ValidationError as Wrong
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from lms.catalogue.words import CATEGORIES
from lms.core import clock
from lms.core.errors import Invalid
from lms.core.typed import Parsed, clean, text_field
from lms.service_records import days, hours
from lms.service_records.commands import Facts

NAME, PLACE, LEADER, CONTENT, REASON = 60, 80, 40, 400, 200


class ActivityForm(FlaskForm):
    """The fields of Order 67 Art. 7, and the category."""

    form_id = HiddenField()
    unit = SelectField(_l("活动组织单位"), choices=[], validate_choice=False)
    name = text_field(_l("活动名称"), _l("请填写活动名称。"), NAME)
    category = SelectField(
        _l("服务类别"), choices=[SelectChoice(*pair) for pair in CATEGORIES.items()], validate_choice=False
    )
    day = StringField(_l("日期"), [Parsed(days.parse_day)], render_kw={"type": "date"})
    start = StringField(_l("开始时间"), [Parsed(days.parse_time)], render_kw={"type": "time"})
    end = StringField(_l("结束时间"), [Parsed(days.parse_time)], render_kw={"type": "time"})
    place = text_field(_l("地点"), _l("请填写地点。"), PLACE)
    content = text_field(_l("服务内容"), _l("请写一两句做了什么，证明上会印。"), CONTENT, TextAreaField)
    leader = text_field(_l("活动负责人"), _l("请填写活动负责人的姓名。"), LEADER)
    reason = StringField(
        _l("更正原因"), [Length(max=REASON, message=_l("最多写 200 个字。"))], filters=[clean]
    )

    def validate_category(self, field: SelectField) -> None:
        """Say in words that a category is not one of ours."""
        if field.data not in CATEGORIES:
            raise Wrong(_("请从列表里选一个服务类别。"))

    def validate_end(self, field: StringField) -> None:
        """The end comes after the beginning, and both have passed."""
        moments = self._moments()
        if moments is None:
            return
        if moments[2] <= moments[1]:
            raise Wrong(_("结束要晚于开始。过了零点的活动，请按两天分开记。"))
        if days.at(moments[0], moments[2]) > clock.now():
            raise Wrong(_("活动还没有结束。结束以后再来记，才知道每个人做了多久。"))

    def _moments(self) -> tuple[date, time, time] | None:
        try:
            return (
                days.parse_day(self.day.data),
                days.parse_time(self.start.data),
                days.parse_time(self.end.data),
            )
        except Invalid:
            return None

    def facts(self) -> Facts:
        """Return what a valid form says."""
        day, start, end = (
            days.parse_day(self.day.data),
            *map(days.parse_time, (self.start.data, self.end.data)),
        )
        return Facts(
            name=self.name.data,
            category=self.category.data,
            place=self.place.data,
            content=self.content.data,
            leader=self.leader.data,
            starts_at=days.at(day, start),
            ends_at=days.at(day, end),
        )


class CorrectionForm(FlaskForm):
    """Other hours for a confirmed record, and why."""

    hours = StringField(_l("更正为几小时"), [Parsed(lambda typed: hours.parse(typed, zero=True))])
    reason = text_field(_l("原因"), _l("请写明为什么更正，志愿者本人会看到。"), REASON)


class AskForm(FlaskForm):
    """申请更正: what is wrong, and perhaps how many hours it should be."""

    hours = StringField(_l("应该是几小时（说不准可以不填）"))
    words = text_field(_l("哪里不对"), _l("请写一句哪里不对，单位才知道查什么。"), 300, TextAreaField)

    def validate_hours(self, field: StringField) -> None:
        """Empty, or hours."""
        if (field.data or "").strip():
            Parsed(lambda typed: hours.parse(typed, zero=True))(self, field)


class DecisionForm(FlaskForm):
    """The recording unit's answer to a request."""

    decision = RadioField(
        _l("决定"),
        [InputRequired(_l("请选同意更正，还是不更正。"))],
        choices=[SelectChoice("accept", _l("同意更正")), SelectChoice("refuse", _l("不更正"))],
        validate_choice=False,
    )
    hours = StringField(_l("更正后是几小时"))
    answer = text_field(_l("给志愿者的答复"), _l("请写一句答复，她会看到。"), REASON)

    def validate_decision(self, field: RadioField) -> None:
        """Say in words that a decision is neither of the two."""
        if field.data not in ("accept", "refuse"):
            raise Wrong(_("请选同意更正，还是不更正。"))

    def validate_hours(self, field: StringField) -> None:
        """Hours are needed when she is right."""
        if self.decision.data == "accept":
            Parsed(lambda typed: hours.parse(typed, zero=True))(self, field)


class ProofForm(FlaskForm):
    """Which days a proof covers (both empty: all), and whether training is added to it."""

    form_id = HiddenField()
    since = StringField(_l("从哪天开始（不填就是最早）"), render_kw={"type": "date"})
    until = StringField(_l("到哪天为止（不填就是到今天）"), render_kw={"type": "date"})
    training = BooleanField(_l("附上我的培训情况"))

    def validate_since(self, field: StringField) -> None:
        """Empty, or a day."""
        if (field.data or "").strip():
            Parsed(days.parse_day)(self, field)

    def validate_until(self, field: StringField) -> None:
        """Empty, or a day not before the first."""
        self.validate_since(field)
        if self.since.errors:
            return
        first, last = self.first(), self.last()
        if first and last and last < first:
            raise Wrong(_("结束的日期比开始的还早，请换过来。"))

    def first(self) -> date | None:
        """Return the first day, None for the earliest."""
        return days.parse_day(self.since.data) if (self.since.data or "").strip() else None

    def last(self) -> date | None:
        """Return the last day, None for today."""
        return days.parse_day(self.until.data) if (self.until.data or "").strip() else None
