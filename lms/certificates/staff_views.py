"""The certificate register of staff: find one in scope, revoke it with a reason."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response as Answer

from lms.certificates import commands, words
from lms.certificates.models import Certificate
from lms.core.database import begin_write
from lms.core.errors import Conflict, Invalid
from lms.extensions import db
from lms.federations import scope
from lms.federations.guards import requires
from lms.federations.permissions import Permission

bp = Blueprint("certificate_register", __name__, template_folder="templates", url_prefix="/certificates")
PAGE = 50


@bp.get("")
@requires(Permission.CERTIFICATES_REVOKE)
def register() -> str:
    """List the newest certificates of her units, or the one of a number."""
    number = request.args.get("number", "").strip().upper()
    query = select(Certificate).where(Certificate.unit_id.in_(scope.ids())).order_by(Certificate.id.desc())
    if number:
        query = query.where(Certificate.number == number)
    rows = db.session.scalars(query.limit(PAGE)).all()
    return render_template(
        "certificates/register.html",
        certificates=rows,
        number=number,
        titles=words.TITLES,
        subject=words.subject,
    )


@bp.get("/<int:certificate_id>/revocation")
@requires(Permission.CERTIFICATES_REVOKE)
def ask(certificate_id: int) -> str:
    """Ask for the reason, on a page of its own."""
    certificate = scope.one_or_404(Certificate, certificate_id)
    return render_template(
        "certificates/revoke.html", certificate=certificate, reason="", error="", subject=words.subject
    )


@bp.post("/<int:certificate_id>/revocation")
@requires(Permission.CERTIFICATES_REVOKE)
def revoke(certificate_id: int) -> Answer | tuple[str, int]:
    """Make the certificate void."""
    certificate = scope.one_or_404(Certificate, certificate_id)
    reason = request.form.get("reason", "")
    begin_write(db.session)
    try:
        commands.revoke(certificate, reason=reason, actor_id=current_user.id)
    except (Invalid, Conflict) as error:
        db.session.rollback()
        page = render_template(
            "certificates/revoke.html",
            certificate=certificate,
            reason=reason,
            error=error.message,
            subject=words.subject,
        )
        return page, error.status
    db.session.commit()
    return redirect(url_for(".register", number=certificate.number))
