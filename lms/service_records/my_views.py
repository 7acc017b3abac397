"""Her own file: training and service on one timeline, requests for correction, proofs."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response as Answer

from lms.certificates import words
from lms.certificates.models import Certificate, PaperKind
from lms.core import clock, crypto
from lms.core.doors import signed_in
from lms.core.errors import Conflict, Invalid, Missing
from lms.extensions import db
from lms.federations import queries as units
from lms.service_records import days, hours, proofs, timeline
from lms.service_records import requests as asking
from lms.service_records.forms import AskForm, ProofForm
from lms.service_records.models import RequestState, ServiceRecord

bp = Blueprint("records", __name__, template_folder="templates", url_prefix="/me/records")
SHOW = ("", "training", "service")


@bp.get("")
@signed_in
def mine() -> str:
    """Show her training and service on one timeline, kept apart."""
    show = request.args.get("show", "")
    file = timeline.of_person(current_user.id)
    entries = file.entries(show if show in SHOW else "")
    page = min(max(request.args.get("page", 1, int), 1), len(entries) // timeline.SHOWN + 1)
    start = (page - 1) * timeline.SHOWN
    return render_template(
        "service_records/mine.html",
        file=file,
        entries=entries[start : start + timeline.SHOWN],
        more=len(entries) > start + timeline.SHOWN,
        page=page,
        show=show if show in SHOW else "",
        proofs=_proofs(),
        phone=units.help_phone(units.home_unit_id(current_user.id)),
        subject=words.subject,
        open_state=RequestState.OPEN,
        hours=hours,
        days=days,
    )


def _proofs() -> list[Certificate]:
    return list(
        db.session.scalars(
            select(Certificate)
            .where(Certificate.person_id == current_user.id, Certificate.kind == PaperKind.SERVICE)
            .order_by(Certificate.id.desc())
        )
    )


@bp.get("/proof")
@signed_in
def blank_proof() -> str:
    """Ask for which days, and whether training is added."""
    return _proof_page(ProofForm(formdata=None, form_id=crypto.token(16)))


def _proof_page(form: ProofForm, error: str = "") -> str:
    file = timeline.of_person(current_user.id)
    recorded = [one.record.activity.unit for one in file.services if one.record.counted_quarters]
    return render_template(
        "service_records/proof_form.html",
        form=form,
        file=file,
        units=list(dict.fromkeys(unit.full_name for unit in recorded)),
        error=error,
        today=days.day_of(clock.now()).isoformat(),
    )


@bp.post("/proof")
@signed_in
def prove() -> Answer | tuple[str, int]:
    """Issue the proofs, one for each recording unit, and show them."""
    form = ProofForm()
    if not form.validate():
        return _proof_page(form), 422
    form_id = (form.form_id.data or crypto.token(16))[:64].replace("\0", "")
    try:
        made = proofs.issue(
            current_user._get_current_object(),
            since=form.first(),
            until=form.last(),
            with_training=bool(form.training.data),
            form_id=form_id,
        )
    except Invalid as error:
        db.session.rollback()
        return _proof_page(form, error.message), error.status
    db.session.commit()
    if len(made) == 1:
        return redirect(url_for("certificates.show", number=made[0].number))
    flash(_("开好了 %(n)s 份证明：每个记录单位一份。", n=len(made)), "ok")
    return redirect(url_for(".mine", _anchor="proofs"))


@bp.get("/<int:record_id>/correction")
@signed_in
def blank_request(record_id: int) -> str:
    """Ask her what is wrong with a record of hers."""
    return _ask_page(AskForm(formdata=None), _hers(record_id))


def _hers(record_id: int) -> ServiceRecord:
    record = db.session.scalar(
        select(ServiceRecord).where(ServiceRecord.id == record_id, ServiceRecord.person_id == current_user.id)
    )
    if record is None:
        raise Missing("没有找到这条记录。")
    return record


def _ask_page(form: AskForm, record: ServiceRecord, error: str = "") -> str:
    return render_template(
        "service_records/ask.html", form=form, record=record, error=error, hours=hours, days=days
    )


@bp.post("/<int:record_id>/correction")
@signed_in
def ask(record_id: int) -> Answer | tuple[str, int]:
    """Send her request to the recording unit."""
    record, form = _hers(record_id), AskForm()
    if not form.validate():
        return _ask_page(form, record), 422
    typed = (form.hours.data or "").strip()
    try:
        asking.ask(record, wanted=hours.parse(typed, zero=True) if typed else None, words=form.words.data)
    except Conflict as error:
        db.session.rollback()
        return _ask_page(form, record, error.message), error.status
    db.session.commit()
    flash(_("已经告诉记录单位。有了答复，会写在这里。"), "ok")
    return redirect(url_for(".mine"))
