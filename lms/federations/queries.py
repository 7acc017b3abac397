"""Reading the unit tree."""

from collections.abc import Sequence

from sqlalchemy import select

from lms.core.errors import Missing
from lms.extensions import db
from lms.federations.models import Membership, Unit, UnitClosure, UnitCode


def by_id(unit_id: int) -> Unit:
    """Return a unit; raises Missing."""
    unit = db.session.get(Unit, unit_id)
    if unit is None:
        raise Missing
    return unit


def by_code(code: str) -> Unit | None:
    """Return the unit whose present code this is, else the one that had it last, else None."""
    return db.session.scalar(
        select(Unit)
        .join(UnitCode)
        .where(UnitCode.code == code)
        .order_by(UnitCode.valid_to.is_(None).desc(), UnitCode.valid_to.desc())
        .limit(1)
    )


def code_of(unit_id: int) -> str:
    """Return the present code of a unit; raises Missing for one without."""
    code = db.session.scalar(
        select(UnitCode.code).where(UnitCode.unit_id == unit_id, UnitCode.valid_to.is_(None))
    )
    if code is None:
        raise Missing
    return code


def roots() -> Sequence[Unit]:
    """Return the top units."""
    return db.session.scalars(select(Unit).where(Unit.parent_id.is_(None)).order_by(Unit.id)).all()


def children(unit_id: int) -> Sequence[Unit]:
    """Return the units right below one."""
    return db.session.scalars(select(Unit).where(Unit.parent_id == unit_id).order_by(Unit.id)).all()


def path(unit_id: int) -> Sequence[Unit]:
    """Return the way from the top down to a unit, itself included."""
    return db.session.scalars(
        select(Unit)
        .join(UnitClosure, UnitClosure.ancestor_id == Unit.id)
        .where(UnitClosure.descendant_id == unit_id)
        .order_by(UnitClosure.depth.desc())
    ).all()


def home_unit_id(person_id: int) -> int | None:
    """Return where she is counted today, None when nowhere."""
    return db.session.scalar(
        select(Membership.unit_id).where(
            Membership.person_id == person_id, Membership.is_home, Membership.until.is_(None)
        )
    )


def home_unit(person_id: int) -> Unit | None:
    """Return the unit where she is counted today."""
    unit_id = home_unit_id(person_id)
    return db.session.get(Unit, unit_id) if unit_id else None


def help_phone(unit_id: int | None) -> str | None:
    """Return the help phone of a unit, or of the nearest one above that has one."""
    if unit_id is None:
        return None
    return db.session.scalar(
        select(Unit.help_phone)
        .join(UnitClosure, UnitClosure.ancestor_id == Unit.id)
        .where(UnitClosure.descendant_id == unit_id, Unit.help_phone.is_not(None))
        .order_by(UnitClosure.depth)
        .limit(1)
    )
