"""Papers: hers as page, picture and PDF; the public check."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response as Answer

from lms.assets.commands import storage
from lms.catalogue.queries import by_slug
from lms.certificates import commands, words
from lms.certificates.models import Certificate, PaperKind
from lms.core import crypto, qr
from lms.core.doors import public, signed_in
from lms.core.errors import Conflict, Missing
from lms.enrolment.commands import Learner, find
from lms.extensions import db, limiter
from lms.learning.queries import completion_of

bp = Blueprint("certificates", __name__, template_folder="templates")
NOT_FOUND = "请核对编号和验证码，或扫纸上的二维码。"


@bp.get("/me/certs")
@signed_in
def mine() -> str:
    """List her papers, each kind by itself."""
    papers_of_hers = db.session.scalars(
        select(Certificate).where(Certificate.person_id == current_user.id).order_by(Certificate.id.desc())
    ).all()
    kinds = [(kind, [one for one in papers_of_hers if one.kind == kind]) for kind in PaperKind]
    return render_template(
        "certificates/mine.html",
        kinds=kinds,
        titles=words.TITLES,
        subject=words.subject,
        day_words=words.day_words,
    )


@bp.get("/c/<slug>/certificate")
@signed_in
def of_course(slug: str) -> Answer:
    """Lead to the certificate of a course; 409 while she has not finished it."""
    enrolment = find(Learner(current_user.id, None), by_slug(slug).id)
    done = completion_of(enrolment.id) if enrolment else None
    if done is None:
        raise Conflict("这门课还没学完。学完以后，证书就会出现在这里。")
    number = db.session.scalar(select(Certificate.number).where(Certificate.completion_id == done.id))
    return redirect(url_for(".show", number=number))


def _hers(number: str) -> Certificate:
    certificate = commands.of_person(number, current_user.id)
    if certificate is None:
        raise Missing("没有找到这一张。请回到“证书”看看您有哪些。")
    return certificate


@bp.get("/me/certs/<number>")
@signed_in
def show(number: str) -> str:
    """Show one paper, by the page of its kind."""
    certificate = _hers(number)
    return render_template(
        f"certificates/show_{certificate.kind}.html",
        certificate=certificate,
        content=certificate.content,
        day_words=words.day_words,
        period=words.period,
        qr=qr.svg(commands.qr_address(certificate)),
    )


@bp.get("/me/certs/<number>.pdf")
@signed_in
def as_pdf(number: str) -> Response:
    """Send the PDF; 409 with a sentence while it is being drawn."""
    return _file(_hers(number), "pdf")


@bp.get("/me/certs/<number>.png")
@signed_in
def as_png(number: str) -> Response:
    """Send the picture; 409 with a sentence while it is being drawn."""
    return _file(_hers(number), "png")


def _file(certificate: Certificate, kind: str) -> Response:
    key = certificate.pdf_key if kind == "pdf" else certificate.png_key
    if key is None:
        raise Conflict("正在制作，通常几秒钟就好。请过一会儿刷新。")
    with storage().open(key) as file:
        response = Response(file.read(), mimetype="application/pdf" if kind == "pdf" else "image/png")
    response.headers["Content-Disposition"] = f'inline; filename="{certificate.number}.{kind}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.get("/verify")
@public
@limiter.limit("60/minute")
def verify() -> str | tuple[str, int]:
    """Check by printed number and its 4 characters."""
    number = request.args.get("number", "").strip().upper()
    code = request.args.get("code", "").strip().upper()
    if not number and not code:
        return render_template("certificates/verify.html", number="", code="", error="")
    found = db.session.scalar(select(Certificate).where(Certificate.number == number[:64]))
    if found is None or not crypto.same(found.check_code, code[:16]) or not commands.genuine(found):
        return render_template("certificates/verify.html", number=number, code=code, error=NOT_FOUND), 404
    return _verdict(found)


@bp.get("/v/<code>")
@public
@limiter.limit("120/minute")
def check(code: str) -> str | tuple[str, int]:
    """Give the verdict of a scanned code: 有效, 已作废 with reason, or 查不到."""
    found = db.session.scalar(select(Certificate).where(Certificate.code == code[:64]))
    if found is None or not commands.genuine(found):
        return render_template("certificates/unknown.html"), 404
    return _verdict(found)


def _verdict(certificate: Certificate) -> str:
    return render_template(
        "certificates/verdict.html",
        certificate=certificate,
        content=certificate.content,
        lines=words.public_lines(certificate, commands.masked(str(certificate.content["name"]))),
        verdict=(words.VOID if certificate.revoked_at else words.VALID)[certificate.kind],
    )
