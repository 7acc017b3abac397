"""Draw a paper: PDF, and PNG where it is one page, into storage; drawing twice gives the same paper."""

import tempfile
from pathlib import Path

from lms.assets.commands import storage
from lms.certificates import papers
from lms.certificates.models import Certificate
from lms.core import crypto, pdf
from lms.extensions import db


def render(certificate_id: int) -> None:
    """Render one paper and note where its files lie."""
    certificate = db.session.get_one(Certificate, certificate_id)
    family = pdf.family_for(crypto.canonical(certificate.content).decode())
    document = pdf.render(papers.page(certificate, family=family))
    folder = f"certificates/{certificate.id}/{crypto.token(6).lower().replace('-', 'x')}"
    certificate.pdf_key = _put(f"{folder}/certificate.pdf", document)
    if pdf.pages(document) == 1:  # a picture of the first of several pages would leave the rest out
        certificate.png_key = _put(f"{folder}/certificate.png", pdf.picture(document))


def _put(key: str, content: bytes) -> str:
    with tempfile.NamedTemporaryFile(suffix=Path(key).suffix) as file:
        file.write(content)
        file.flush()
        storage().put(key, Path(file.name))
    return key
