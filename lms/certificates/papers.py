"""The papers as HTML for the PDF: a template for each kind."""

from collections.abc import Mapping

from flask import current_app

from lms.certificates import commands, words
from lms.certificates.models import Certificate, PaperKind
from lms.core import qr

TEMPLATES: Mapping[str, str] = {
    PaperKind.COURSE: "certificates/paper.html",
    PaperKind.SERVICE: "certificates/service_paper.html",
}


def page(certificate: Certificate, *, family: str) -> str:
    """Return the whole HTML of the paper; `family` is a font that has every character of it."""
    # A worker has no request: the template gets what it names and nothing else.
    return current_app.jinja_env.get_template(TEMPLATES[certificate.kind]).render(
        certificate=certificate,
        content=certificate.content,
        day_words=words.day_words,
        qr=qr.svg(commands.qr_address(certificate)),
        check_address=current_app.extensions["lms_settings"].base_url + "/verify",
        family=family,
    )
