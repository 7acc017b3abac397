"""Forms of accounts: what was typed, with a sentence for each thing that is wrong."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, PasswordField, StringField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length

from lms.accounts import commands, phones
from lms.core.errors import Invalid


class NormalPhone:
    """Leaves the 11 digits in the field, or says what is wrong with them."""

    def __call__(self, form: FlaskForm, field: StringField) -> None:
        try:
            field.data = phones.normal(field.data or "")
        except Invalid as error:
            raise ValidationError(error.message) from None


class NewPassword:
    """Says why a new password will not do."""

    def __call__(self, form: FlaskForm, field: PasswordField) -> None:
        try:
            commands.check_new_password(field.data or "", form.phone.data or "")
        except Invalid as error:
            raise ValidationError(error.message) from None


class LoginForm(FlaskForm):
    """Phone and password."""

    phone = StringField(_l("手机号"), [NormalPhone()])
    password = PasswordField(_l("密码"), [InputRequired(_l("请填写密码。"))])
    next = HiddenField()


class JoinForm(FlaskForm):
    """What is needed to join, and no more."""

    name = StringField(
        _l("姓名"),
        [
            DataRequired(_l("请填写姓名，证书上会印这个名字。")),
            Length(max=40, message=_l("姓名最多 40 个字。")),
        ],
    )
    phone = StringField(_l("手机号"), [NormalPhone()])
    password = PasswordField(_l("设一个密码"), [NewPassword()])
    unit = HiddenField(_l("单位"), [DataRequired(_l("请先选您的单位。"))])
    consent = BooleanField(_l("我看过并同意上面的说明"), [InputRequired(_l("请先看完说明，再勾选同意。"))])
    next = HiddenField()


class CodeForm(FlaskForm):
    """The second step: six digits, or a recovery code."""

    code = StringField(
        _l("动态验证码"),
        [
            DataRequired(_l("请填写手机验证器上的 6 位数字。")),
            Length(max=40, message=_l("验证码是 6 位数字。")),
        ],
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "none", "autofocus": True},
    )


class ResetForm(FlaskForm):
    """Phone, the code of the slip, a new password."""

    phone = StringField(_l("手机号"), [NormalPhone()])
    code = StringField(_l("重设单上的号码"), [DataRequired(_l("请填写重设单上的 8 位号码。"))])
    password = PasswordField(_l("新密码"), [NewPassword()])
