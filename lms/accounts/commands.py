"""Register, prove who she is, change a password, reset slips."""

import secrets
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from lms.accounts import phones
from lms.accounts.models import Consent, Person, ResetSlip, SignIn
from lms.core import audit_log, clock, crypto
from lms.core.database import begin_write
from lms.core.errors import Conflict, Invalid
from lms.extensions import db

NOTICE, NOTICE_VERSION = "privacy", "2026-11"
SLIP_GOOD_FOR = timedelta(hours=24)
SLIP_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
SLIP_LENGTH = 8
PASSWORD_MIN, PASSWORD_MAX = 8, 128
TAKEN = "这个手机号已经注册过了。请直接登录；忘了密码，可以请本单位的同志帮忙重设。"


def check_new_password(password: str, phone: str) -> None:
    """Raise Invalid for a password that is too short, too long, all one character, or the phone itself."""
    if len(password) < PASSWORD_MIN:
        raise Invalid(f"密码至少 {PASSWORD_MIN} 位，您填了 {len(password)} 位。")
    if len(password) > PASSWORD_MAX:
        raise Invalid(f"密码最多 {PASSWORD_MAX} 位。")
    if len(set(password)) < 3 or password in phone or phone in password:
        raise Invalid("这个密码太容易被猜到。不要用手机号或同一个数字。")


def register(*, name: str, phone: str, password_hash: str | None, consent: bool) -> Person:
    """Add a person; raises Conflict for a phone that is already registered."""
    now = clock.now()
    person = Person(
        name=name, phone_sealed=phones.sealed(phone), phone_index=phones.index(phone),
        password_hash=password_hash, created_at=now, state="active",
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(person)
    except IntegrityError:
        raise Conflict(TAKEN) from None
    if consent:
        db.session.add(Consent(person_id=person.id, notice=NOTICE, version=NOTICE_VERSION, at=now))
    audit_log.record(person.id, "person.registered", "person", person.id)
    return person


def by_phone(phone: str) -> Person | None:
    """Return the person of a normal phone number."""
    return db.session.scalar(select(Person).where(Person.phone_index == phones.index(phone)))


def issue_slip(person: Person, *, actor_id: int | None) -> str:
    """Return the code of a new reset slip (one use, 24 hours); earlier unused slips end."""
    now = clock.now()
    for earlier in db.session.scalars(
        select(ResetSlip).where(ResetSlip.person_id == person.id, ResetSlip.used_at.is_(None))
    ):
        earlier.expires_at = min(earlier.expires_at, now)
    code = "".join(secrets.choice(SLIP_LETTERS) for _ in range(SLIP_LENGTH))
    db.session.add(
        ResetSlip(
            person_id=person.id, code_hash=_slip_hash(person.id, code), issued_by_id=actor_id, issued_at=now,
            expires_at=now + SLIP_GOOD_FOR,
        )
    )  # fmt: skip
    audit_log.record(actor_id, "slip.issued", "person", person.id)
    return code


def _slip_hash(person_id: int, code: str) -> str:
    return crypto.blind_index(f"{person_id}:{code}", field="reset_slips.code")


def open_slip(person: Person | None, code: str) -> ResetSlip | None:
    """Return the slip of this person and code if it is unused and in time."""
    if person is None:
        return None
    typed = "".join(code.split()).replace("-", "").upper()
    slip = db.session.scalar(select(ResetSlip).where(ResetSlip.code_hash == _slip_hash(person.id, typed)))
    return slip if slip and slip.used_at is None and slip.expires_at > clock.now() else None


def use_slip(slip: ResetSlip, person: Person, password_hash: str) -> None:
    """Set the new password, once; every sign-in of hers ends. Raises Conflict when the slip was used meanwhile."""
    begin_write(db.session)
    db.session.refresh(slip, with_for_update=True)
    if slip.used_at:
        raise Conflict("这张重设单已经用过了。")
    slip.used_at = clock.now()
    person.password_hash = password_hash
    db.session.execute(delete(SignIn).where(SignIn.person_id == person.id))
    audit_log.record(person.id, "slip.used", "person", person.id)
