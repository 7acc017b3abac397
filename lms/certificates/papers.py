"""The certificate as HTML for the PDF."""

from typing import Any

import segno
from flask import current_app

from lms.certificates import commands
from lms.certificates.models import Certificate


def qr_svg(text: str) -> str:
    """Return a QR code as inline SVG, error correction M, a quiet zone of two modules."""
    return segno.make(text, error="m", micro=False).svg_inline(
        border=2, dark="#1F1A1C", light=None, omitsize=True, svgclass="qr", lineclass=None
    )


def page(certificate: Certificate, *, family: str) -> str:
    """Return the whole HTML of the paper; `family` is a font that has every character of it."""
    # A worker has no request: the template gets what it names and nothing else.
    return current_app.jinja_env.get_template("certificates/paper.html").render(
        certificate=certificate,
        content=certificate.content,
        day=chinese_day(certificate.content),
        qr=qr_svg(commands.qr_address(certificate)),
        check_address=current_app.extensions["lms_settings"].base_url + "/verify",
        family=family,
    )


def chinese_day(content: dict[str, Any]) -> str:
    """Return the date printed on the paper: 2026年11月24日."""
    year, month, day = str(content["date"]).split("-")
    return f"{int(year)}年{int(month)}月{int(day)}日"
