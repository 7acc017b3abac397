"""The form of a session: what was typed, with a sentence for each thing that is wrong."""

from dataclasses import dataclass
from datetime import date, time

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField
from wtforms import ValidationError as Wrong

from lms.classes.commands import Facts
from lms.classes.models import MOST_SEATS
from lms.core import clock, days
from lms.core.errors import Invalid
from lms.core.typed import Parsed, text_field

PLACE, ORGANISER = 80, 40


def seats_of(typed: str) -> int:
    """Return a number of seats; raises Invalid."""
    text = typed.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= MOST_SEATS):
        raise Invalid(f"座位数请写 1 到 {MOST_SEATS} 的数字。")
    return int(text)


@dataclass(frozen=True, slots=True)
class Refused:
    """A one-line form that was not taken: the id of its field, what was typed there, and what is wrong with it."""

    field: str
    typed: str
    why: str


class SessionForm(FlaskForm):
    """Which lesson, who holds it, when and where, how many seats."""

    form_id = HiddenField()
    lesson = SelectField(_l("上哪一课"), choices=[], validate_choice=False)
    unit = SelectField(_l("组织单位"), choices=[], validate_choice=False)
    day = StringField(_l("日期"), [Parsed(days.parse_day)], render_kw={"type": "date"})
    start = StringField(_l("开始时间"), [Parsed(days.parse_time)], render_kw={"type": "time"})
    end = StringField(_l("结束时间"), [Parsed(days.parse_time)], render_kw={"type": "time"})
    place = text_field(_l("地点"), _l("请填写地点，写清楚到哪一间。"), PLACE)
    seats = StringField(_l("座位数"), [Parsed(seats_of)], render_kw={"inputmode": "numeric"})
    organiser = text_field(_l("现场联系人"), _l("请填写现场联系人的姓名。"), ORGANISER)

    def validate_end(self, field: StringField) -> None:
        """The end comes after the beginning and has not passed."""
        moments = self._moments()
        if moments is None:
            return
        if moments[2] <= moments[1]:
            raise Wrong(_("结束要晚于开始。"))
        if days.at(moments[0], moments[2]) <= clock.now():
            raise Wrong(_("这个时间已经过去了，请写以后的日期和时间。"))

    def _moments(self) -> tuple[date, time, time] | None:
        try:
            return (
                days.parse_day(self.day.data or ""),
                days.parse_time(self.start.data or ""),
                days.parse_time(self.end.data or ""),
            )
        except Invalid:
            return None

    def facts(self, lesson_id: str) -> Facts:
        """Return what a valid form says."""
        day, start, end = (
            days.parse_day(self.day.data),
            *map(days.parse_time, (self.start.data, self.end.data)),
        )
        return Facts(
            lesson_id=lesson_id,
            place=self.place.data,
            starts_at=days.at(day, start),
            ends_at=days.at(day, end),
            seats=seats_of(self.seats.data),
            organiser=self.organiser.data,
        )
