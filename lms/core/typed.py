"""What is typed into forms: cleaned, parsed at its field, with a sentence for what is wrong."""

import unicodedata
from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms import ValidationError as Wrong
from wtforms.validators import DataRequired, Length

from lms.core.errors import Invalid


def clean(text: str | None) -> str:
    """Return typed text without control characters, its white space made single spaces."""
    kept = "".join(" " if char.isspace() else char for char in text or "" if char.isspace() or _visible(char))
    return " ".join(kept.split())


def _visible(char: str) -> bool:
    return unicodedata.category(char) not in ("Cc", "Cs")


class Parsed:
    """Says at the field what a parser says is wrong with it; keeps what was typed."""

    def __init__(self, parser: Callable[[str], Any]) -> None:
        self.parser = parser

    def __call__(self, form: FlaskForm, field: StringField) -> None:
        try:
            self.parser(field.data or "")
        except Invalid as error:
            raise Wrong(error.message) from None


def text_field(words: Any, missing: Any, longest: int, field: type = StringField) -> Any:
    """Return a field that must be filled in, with at most `longest` characters."""
    too_long = Length(max=longest, message=_l("最多写 %(n)s 个字。", n=longest))
    return field(words, [DataRequired(missing), too_long], filters=[clean])
