"""Phone numbers as people type them."""

import re
import unicodedata

from lms.core import crypto
from lms.core.errors import Invalid

FIELD = "people.phone"
MAINLAND = re.compile(r"1[3-9]\d{9}")


def normal(typed: str) -> str:
    """Return the 11 digits of a mainland mobile; raises Invalid saying what is wrong with it."""
    digits = re.sub(r"[\s\-()]", "", unicodedata.normalize("NFKC", typed))
    digits = re.sub(r"^(\+?86|0086)(?=1\d{10}$)", "", digits)
    if not digits:
        raise Invalid("请填写手机号。")
    if not digits.isascii() or not digits.isdigit():
        raise Invalid("手机号里只能有数字，请检查有没有打错的字。")
    if len(digits) != 11:
        raise Invalid(f"手机号应该是 11 位，您填了 {len(digits)} 位。")
    if not MAINLAND.fullmatch(digits):
        raise Invalid("这不像手机号，应该以 13 到 19 开头。请再看一遍。")
    return digits


def index(phone: str) -> str:
    """Return the blind index of a normal phone number."""
    return crypto.blind_index(phone, field=FIELD)


def sealed(phone: str) -> bytes:
    """Return the encrypted phone number."""
    return crypto.encrypt(phone, field=FIELD)


def opened(sealed_phone: bytes) -> str:
    """Return the full phone number; whoever shows it whole records why."""
    return crypto.decrypt(sealed_phone, field=FIELD)


def masked(phone: str) -> str:
    """Return a phone number as lists show it: 138****5678."""
    return f"{phone[:3]}****{phone[-4:]}"
