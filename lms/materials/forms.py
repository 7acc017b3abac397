"""The upload form."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import RadioField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from lms.materials.commands import LONGEST_TITLE
from lms.materials.models import Visibility


class UploadForm(FlaskForm):
    """A file, what it is called, whose it is, who may read it."""

    file = FileField(_l("文件"))
    title = StringField(
        _l("标题（不写就用文件名）"),
        validators=[Length(max=LONGEST_TITLE, message=_l("标题太长了，最多 80 个字。"))],
    )
    unit = SelectField(_l("哪个单位的资料"), validate_choice=False)
    visibility = RadioField(
        _l("谁可以看"),
        choices=[
            SelectChoice(Visibility.PUBLIC.value, _l("所有人")),
            SelectChoice(Visibility.UNIT.value, _l("只有本单位和下级单位的人")),
        ],
        default=Visibility.PUBLIC.value,
        validate_choice=False,
    )

    def __init__(self, units: list[tuple[str, str]], **words: Any) -> None:
        super().__init__(**words)
        self.unit.choices = [SelectChoice(code, name) for code, name in units]
        if not self.unit.data and units:
            self.unit.data = units[0][0]

    def validate_file(self, field: FileField) -> None:
        """There must be one."""
        if not field.data or not getattr(field.data, "filename", ""):
            raise ValidationError(_l("请选一个文件。"))

    def validate_unit(self, field: SelectField) -> None:
        """It must be one of hers."""
        if field.data not in {choice.value for choice in field.choices}:
            raise ValidationError(_l("请从列表里选一个单位。"))

    def validate_visibility(self, field: RadioField) -> None:
        """It must be one of the two."""
        if field.data not in set(Visibility):
            raise ValidationError(_l("请选谁可以看。"))
