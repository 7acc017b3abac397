"""The second factor of staff: six digits from an authenticator (TOTP), each step once, and ten recovery codes."""

import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta

import pyotp
from flask import current_app, session
from sqlalchemy import delete, select, update

from lms.accounts.models import Person, PersonState, RecoveryCode, SecondFactor
from lms.core import audit_log, clock, crypto
from lms.core.database import begin_write
from lms.core.errors import Conflict, Invalid
from lms.extensions import db

FIELD = "second_factors.secret"
STEP_SECONDS, DRIFT_STEPS = 30, 1
RECOVERY_CODES, RECOVERY_LENGTH = 10, 10
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
HALF_GOOD_FOR = timedelta(minutes=10)
WRONG = "验证码不对，或者已经用过。请等手机上换出下一个号码，再填一次。"


def of(person_id: int) -> SecondFactor | None:
    """Return her second factor, None when she has none."""
    return db.session.get(SecondFactor, person_id)


def required(person_id: int) -> bool:
    """Say whether she may not work without one: everyone with a role, on a production site."""
    holds_role: Callable[[int], bool] = current_app.extensions["lms_holds_role"]
    return current_app.extensions["lms_settings"].env == "production" and holds_role(person_id)


# Between the password and the code she is nobody: no sign-in exists yet, only this note in her signed cookie.


def begin_half(person: Person, wanted: str) -> None:
    """Note in the cookie that her password was right, ten minutes long, and where she wants to go."""
    session.pop("secret", None)  # of whoever began to set hers up in this browser before
    session["half"] = {
        "person": person.id, "at": clock.now().isoformat(), "password": _mark(person), "next": wanted,
    }  # fmt: skip


def half_person() -> Person | None:
    """Return whose password was right in this browser; None after ten minutes or when it was changed meanwhile."""
    half = session.get("half")
    if not isinstance(half, dict) or clock.now() - clock.parse(half["at"]) > HALF_GOOD_FOR:
        return None
    person = db.session.get(Person, half["person"])
    if person is None or person.state != PersonState.ACTIVE or _mark(person) != half["password"]:
        return None
    return person


def _mark(person: Person) -> str:
    return crypto.blind_index(person.password_hash or "", field="half.password")


def new_secret() -> str:
    """Return the secret she is about to enrol with: the one in her cookie (sealed), or a new one put there."""
    sealed = session.get("secret")
    if isinstance(sealed, str):
        return crypto.decrypt(bytes.fromhex(sealed), field=FIELD)
    secret: str = pyotp.random_base32()
    session["secret"] = crypto.encrypt(secret, field=FIELD).hex()
    return secret


def address(person: Person, secret: str, site_name: str) -> str:
    """Return what the QR holds."""
    uri: str = pyotp.TOTP(secret).provisioning_uri(name=person.masked_phone, issuer_name=site_name)
    return uri


def _step(secret: str, typed: str) -> int | None:
    """Return the step whose code this is, at most one before or after now."""
    code = "".join(typed.split())
    here, totp = int(clock.now().timestamp()) // STEP_SECONDS, pyotp.TOTP(secret)
    for step in range(here - DRIFT_STEPS, here + DRIFT_STEPS + 1):
        if crypto.same(totp.at(step * STEP_SECONDS), code):
            return step
    return None


def enrol(person: Person, typed: str) -> Sequence[str]:
    """Keep the secret of her cookie once she typed a code of it; returns her recovery codes, shown this once."""
    secret = new_secret()
    step = _step(secret, typed)
    if step is None:
        raise Invalid("验证码不对。请看手机上的 6 位数字，换过一次以后再填；还不对，请检查手机的时间。")
    begin_write(db.session, f"second:{person.id}")
    if of(person.id) is not None:
        raise Conflict("您已经设过动态验证码了。请用手机上原来的号码登录。")
    now = clock.now()
    db.session.add(
        SecondFactor(
            person_id=person.id, secret_sealed=crypto.encrypt(secret, field=FIELD), last_step=step, created_at=now
        )
    )  # fmt: skip
    db.session.flush()  # the codes name it
    session.pop("secret", None)
    audit_log.record(person.id, "second_factor.added", "person", person.id)
    return _new_codes(person.id)


def renew_codes(person: Person) -> Sequence[str]:
    """Give her ten new recovery codes, shown this once; the old ones open nothing from the same moment."""
    begin_write(db.session, f"second:{person.id}")
    if of(person.id) is None:
        raise Conflict("您还没有设动态验证码，先设好，就会有备用码。")
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    audit_log.record(person.id, "recovery_codes.renewed", "person", person.id)
    return _new_codes(person.id)


def _new_codes(person_id: int) -> Sequence[str]:
    codes = ["".join(secrets.choice(LETTERS) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]
    db.session.add_all(RecoveryCode(person_id=person_id, code_hash=_hash(person_id, code)) for code in codes)
    return codes


def _hash(person_id: int, code: str) -> str:
    return crypto.blind_index(f"{person_id}:{code}", field="recovery_codes.code")


def prove(person: Person, typed: str) -> bool:
    """Say whether this is a code of hers that was not used yet, and use it up."""
    factor = of(person.id)
    if factor is None:
        return False
    digits = "".join(typed.split()).replace("-", "").lower()
    step = _step(crypto.decrypt(factor.secret_sealed, field=FIELD), digits)
    return _use_step(person.id, step) if step is not None else _use_recovery(person.id, digits)


def _use_step(person_id: int, step: int) -> bool:
    """One UPDATE decides: of fifty with the same code, one gets in."""
    used = db.session.execute(
        update(SecondFactor)
        .where(SecondFactor.person_id == person_id, SecondFactor.last_step < step)
        .values(last_step=step)
        .returning(SecondFactor.person_id)
        .execution_options(synchronize_session=False)
    )
    return used.first() is not None


def _use_recovery(person_id: int, code: str) -> bool:
    used = db.session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.code_hash == _hash(person_id, code), RecoveryCode.used_at.is_(None))
        .values(used_at=clock.now())
        .returning(RecoveryCode.id)
        .execution_options(synchronize_session=False)
    )
    if used.first() is None:
        return False
    audit_log.record(person_id, "recovery_code.used", "person", person_id)
    return True


def codes_left(person_id: int) -> int:
    """Return how many recovery codes she has left."""
    mine = select(RecoveryCode.id).where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    return len(db.session.scalars(mine).all())


def clear(person: Person, *, actor_id: int | None) -> bool:
    """Take her second factor away (her phone is lost); she sets a new one at her next sign-in."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    gone = db.session.execute(
        delete(SecondFactor).where(SecondFactor.person_id == person.id).returning(SecondFactor.person_id)
    )
    if gone.first() is None:
        return False
    audit_log.record(actor_id, "second_factor.cleared", "person", person.id)
    return True
