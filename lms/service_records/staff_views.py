"""The organiser's other pages: correcting a confirmed record, answering requests, the register of proofs."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from lms.certificates import commands as papers
from lms.certificates import words
from lms.certificates.models import Certificate, PaperKind
from lms.core import audit_log
from lms.core.database import begin_write
from lms.core.errors import Conflict, Invalid, Missing
from lms.extensions import db
from lms.federations import scope
from lms.federations.guards import requires
from lms.federations.permissions import Permission
from lms.service_records import commands, days, hours, queries
from lms.service_records import requests as asking
from lms.service_records.forms import CorrectionForm, DecisionForm
from lms.service_records.models import CorrectionRequest, RequestState, ServiceRecord

bp = Blueprint("service_desk", __name__, template_folder="templates", url_prefix="/activities")


@bp.get("/records/<int:record_id>/correction")
@requires(Permission.RECORDS_CONFIRM)
def edit(record_id: int) -> str:
    """Ask for other hours and the reason; says which proofs become void."""
    record = scope.one_or_404(ServiceRecord, record_id)
    page = _correction_page(CorrectionForm(hours=hours.words(record.quarters)), record)
    audit_log.record(current_user.id, "service.viewed", "person", record.person_id)
    db.session.commit()
    return page


def _correction_page(form: CorrectionForm, record: ServiceRecord, error: str = "") -> str:
    return render_template(
        "service_records/record_correction.html",
        form=form,
        record=record,
        error=error,
        proofs=commands.proofs_of([record.id]),
        corrections=[one for one in queries.corrections(record.activity_id) if one.record_id == record.id],
        hours=hours,
        days=days,
    )


@bp.post("/records/<int:record_id>/correction")
@requires(Permission.RECORDS_CONFIRM)
def correct(record_id: int) -> Answer | tuple[str, int]:
    """Append the correction."""
    record = scope.one_or_404(ServiceRecord, record_id)
    form = CorrectionForm()
    if not form.validate():
        return _correction_page(form, record), 422
    try:
        commands.correct_record(
            record,
            hours.parse(form.hours.data, zero=True),
            reason=form.reason.data,
            actor_id=current_user.id,
        )
    except (Invalid, Conflict) as error:
        db.session.rollback()
        return _correction_page(form, record, error.message), error.status
    db.session.commit()
    flash(_("已更正，原来的时长留在记录里。"), "ok")
    return redirect(url_for("activities.show", activity_id=record.activity_id))


@bp.get("/requests")
@requires(Permission.RECORDS_CONFIRM)
def requests() -> str:
    """List the requests for correction to her units."""
    rows = queries.requests(open_only=request.args.get("show") != "all")
    page = render_template(
        "service_records/requests.html",
        requests=rows,
        everything=request.args.get("show") == "all",
        states=STATES,
        hours=hours,
        days=days,
    )
    audit_log.record(current_user.id, "corrections.read", "correction_request", "-", {"shown": len(rows)})
    db.session.commit()
    return page


STATES = {
    RequestState.OPEN: ("attention", _l("等答复")),
    RequestState.ACCEPTED: ("ok", _l("已更正")),
    RequestState.REFUSED: ("plain", _l("不更正")),
}


@bp.get("/requests/<int:request_id>")
@requires(Permission.RECORDS_CONFIRM)
def decide(request_id: int) -> str:
    """Show one request beside the record."""
    asked = scope.one_or_404(CorrectionRequest, request_id)
    wanted = asked.record.quarters if asked.wanted_quarters is None else asked.wanted_quarters
    page = _decision_page(DecisionForm(hours=hours.words(wanted)), asked)
    audit_log.record(current_user.id, "service.viewed", "person", asked.person_id)
    db.session.commit()
    return page


def _decision_page(form: DecisionForm, asked: CorrectionRequest, error: str = "") -> str:
    return render_template(
        "service_records/decision.html",
        form=form,
        asked=asked,
        record=asked.record,
        error=error,
        proofs=commands.proofs_of([asked.record_id]),
        states=STATES,
        hours=hours,
        days=days,
    )


@bp.post("/requests/<int:request_id>")
@requires(Permission.RECORDS_CONFIRM)
def answer(request_id: int) -> Answer | tuple[str, int]:
    """Answer a request: correct the record, or say why not."""
    asked = scope.one_or_404(CorrectionRequest, request_id)
    form = DecisionForm()
    if not form.validate():
        return _decision_page(form, asked), 422
    try:
        _answer(asked, form)
    except (Invalid, Conflict) as error:
        db.session.rollback()
        return _decision_page(form, asked, error.message), error.status
    db.session.commit()
    flash(_("已经答复，她在“我的记录”里能看到。"), "ok")
    return redirect(url_for(".requests"))


def _answer(asked: CorrectionRequest, form: DecisionForm) -> None:
    if form.decision.data == "refuse":
        asking.refuse(asked, answer=form.answer.data, actor_id=current_user.id)
    else:
        quarters = hours.parse(form.hours.data, zero=True)
        asking.accept(asked, quarters, answer=form.answer.data, actor_id=current_user.id)


@bp.get("/proofs")
@requires(Permission.RECORDS_CONFIRM)
def proofs() -> str:
    """The register of proofs: number, whose, what for, void or not; or the one of a number."""
    number = request.args.get("number", "").strip().upper().replace("\0", "")
    rows = [one.certificate for one in queries.proofs(number)]
    page = render_template("service_records/proofs.html", proofs=rows, number=number, subject=words.subject)
    audit_log.record(current_user.id, "proofs.read", "certificate", "-", {"shown": len(rows)})
    db.session.commit()
    return page


@bp.get("/proofs/<int:proof_id>/revocation")
@requires(Permission.RECORDS_CONFIRM)
def ask(proof_id: int) -> str:
    """Ask for the reason, on a page of its own."""
    return _revocation_page(_proof(proof_id))


def _proof(proof_id: int) -> Certificate:
    found = scope.one_or_404(Certificate, proof_id)
    if found.kind != PaperKind.SERVICE:
        raise Missing
    return found


def _revocation_page(proof: Certificate, reason: str = "", error: str = "") -> str:
    return render_template(
        "service_records/revocation.html", proof=proof, reason=reason, error=error, subject=words.subject
    )


@bp.post("/proofs/<int:proof_id>/revocation")
@requires(Permission.RECORDS_CONFIRM)
def revoke(proof_id: int) -> Answer | tuple[str, int]:
    """Make the proof void."""
    proof, reason = _proof(proof_id), request.form.get("reason", "")
    begin_write(db.session)
    try:
        papers.revoke(proof, reason=reason, actor_id=current_user.id)
    except (Invalid, Conflict) as error:
        db.session.rollback()
        return _revocation_page(proof, reason, error.message), error.status
    db.session.commit()
    return redirect(url_for(".proofs", number=proof.number))
