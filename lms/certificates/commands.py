"""Issue and revoke papers of every kind."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from lms.certificates.events import CertificateRevoked
from lms.certificates.models import Certificate, PaperKind, Serial
from lms.core import audit_log, clock, crypto, jobs
from lms.core.errors import Conflict, Invalid
from lms.core.events import publish
from lms.extensions import db
from lms.federations import queries as units

CHECK_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
SERIES: Mapping[PaperKind, str] = {PaperKind.COURSE: "JG", PaperKind.SERVICE: "FW"}
"""Each kind counts in a series of its own."""

REASON_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Paper:
    """What a room hands over to be issued: whose, by which unit, saying what, as of when."""

    kind: PaperKind
    person_id: int
    unit_id: int
    content: Mapping[str, Any]
    at: datetime
    completion_id: int | None = None


def issue(paper: Paper, *, actor_id: int | None = None) -> Certificate:
    """Write a paper with its number, signed, and enqueue its picture; same transaction."""
    number = _next_number(paper)
    content = {**paper.content, "kind": str(paper.kind), "number": number}
    certificate = Certificate(
        kind=paper.kind,
        number=number,
        check_code="".join(secrets.choice(CHECK_LETTERS) for _ in range(4)),
        completion_id=paper.completion_id,
        person_id=paper.person_id,
        unit_id=paper.unit_id,
        content=content,
        signature=crypto.sign(content),
        issued_at=paper.at,
    )
    db.session.add(certificate)
    db.session.flush()  # the job and the audit entry name it
    audit_log.record(actor_id, "certificate.issued", "certificate", number)
    jobs.enqueue(
        "certificates.render", {"certificate_id": certificate.id}, key=f"certificate:{certificate.id}"
    )
    return certificate


def _next_number(paper: Paper) -> str:
    """Return the next number of the unit's series of this kind and year: JG-2026-<unit code>-000001."""
    local = paper.at.astimezone(current_app.extensions["lms_settings"].timezone)
    series = f"{SERIES[paper.kind]}-{local.year}-{units.code_of(paper.unit_id)}"
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    row = insert(Serial).values(series=series, last=1)
    last = db.session.execute(
        row.on_conflict_do_update(index_elements=["series"], set_={"last": Serial.last + 1}).returning(
            Serial.last
        )
    ).scalar_one()
    return f"{series}-{last:06d}"


def revoke(certificate: Certificate, *, reason: str, actor_id: int | None) -> None:
    """Make a paper void, with the reason the public check shows; raises Invalid, Conflict."""
    reason = reason.strip()
    if not reason:
        raise Invalid("请写明作废的原因，查证书的人会看到。")
    if len(reason) > REASON_LENGTH:
        raise Invalid(f"原因最多写 {REASON_LENGTH} 个字，现在有 {len(reason)} 个。")
    db.session.refresh(certificate, with_for_update=True)
    if certificate.revoked_at:
        raise Conflict("这一张已经作废了，不用再作废一次。")
    certificate.revoked_at, certificate.revoked_reason = clock.now(), reason
    certificate.revoked_by_id = actor_id
    audit_log.record(actor_id, "certificate.revoked", "certificate", certificate.number, {"reason": reason})
    jobs.enqueue(
        "certificates.render", {"certificate_id": certificate.id}, key=f"certificate:{certificate.id}"
    )
    publish(CertificateRevoked(certificate.id, certificate.person_id))


def masked(name: str) -> str:
    """Return a name as the public sees it: 王*英, 王*."""
    if len(name) < 2:
        return name
    return name[0] + "*" * max(1, len(name) - 2) + (name[-1] if len(name) > 2 else "")


def qr_address(certificate: Certificate) -> str:
    """Return what the QR holds: the check's address, behind # a signed masked name and digest."""
    digest = crypto.digest(crypto.canonical(certificate.content).decode())[:32]
    proof = crypto.sign({"n": masked(str(certificate.content["name"])), "d": digest})
    base = current_app.extensions["lms_settings"].base_url
    return f"{base}/v/{certificate.code}#{proof}"


def genuine(certificate: Certificate) -> bool:
    """Say whether the stored content is what was signed when it was issued."""
    signed: Mapping[str, Any] | None = crypto.verify(certificate.signature)
    return signed == certificate.content


def of_person(number: str, person_id: int) -> Certificate | None:
    """Return her paper by number."""
    return db.session.scalar(
        select(Certificate).where(Certificate.number == number, Certificate.person_id == person_id)
    )
