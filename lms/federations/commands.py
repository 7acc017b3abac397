"""Changing the unit tree, memberships and roles."""

from datetime import date

from sqlalchemy import delete, insert, literal, select, true, update
from sqlalchemy.orm import aliased

from lms.core import audit_log, clock
from lms.core.database import begin_write
from lms.core.errors import Conflict
from lms.extensions import db
from lms.federations.models import Membership, RoleAssignment, Unit, UnitClosure, UnitCode, UnitKind
from lms.federations.permissions import Role

TREE = "units"
"""What is held while the closure changes."""


def add_unit(
    parent: Unit | None,
    *,
    kind: UnitKind,
    name: str,
    code: str,
    level: str | None = None,
    full_name: str = "",
    help_phone: str | None = None,
    open_to_join: bool = True,
) -> Unit:
    """Add a unit below another (levels may be skipped) and extend the closure."""
    begin_write(db.session, TREE)
    unit = Unit(
        parent_id=parent.id if parent else None, kind=kind, level=level, name=name, full_name=full_name or name,
        help_phone=help_phone, open_to_join=open_to_join, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(unit)
    db.session.flush()  # closure and code name its id
    db.session.add(UnitCode(unit_id=unit.id, code=code, valid_from=date(2020, 1, 1)))
    db.session.add(UnitClosure(ancestor_id=unit.id, descendant_id=unit.id, depth=0))
    if parent:
        above = select(UnitClosure.ancestor_id, literal(unit.id), UnitClosure.depth + 1).where(
            UnitClosure.descendant_id == parent.id
        )
        db.session.execute(insert(UnitClosure).from_select(["ancestor_id", "descendant_id", "depth"], above))
    return unit


def move_unit(unit: Unit, parent: Unit, *, actor_id: int | None) -> None:
    """Hang a unit with everything below it under another; facts stamped before keep their unit. Raises Conflict."""
    begin_write(db.session, TREE)
    below = select(UnitClosure.descendant_id).where(UnitClosure.ancestor_id == unit.id)
    if parent.id in set(db.session.scalars(below)):
        raise Conflict("不能把一个单位移到它自己下面。")
    above = select(UnitClosure.ancestor_id).where(
        UnitClosure.descendant_id == unit.id, UnitClosure.ancestor_id != unit.id
    )
    db.session.execute(
        delete(UnitClosure)
        .where(
            UnitClosure.descendant_id.in_(list(db.session.scalars(below))),
            UnitClosure.ancestor_id.in_(list(db.session.scalars(above))),
        )
        .execution_options(synchronize_session=False)
    )
    inner, outer = aliased(UnitClosure), aliased(UnitClosure)
    pairs = (  # every unit above the new place with every unit that moved
        select(outer.ancestor_id, inner.descendant_id, outer.depth + inner.depth + 1)
        .join_from(outer, inner, true())
        .where(outer.descendant_id == parent.id, inner.ancestor_id == unit.id)
    )
    db.session.execute(insert(UnitClosure).from_select(["ancestor_id", "descendant_id", "depth"], pairs))
    unit.parent_id = parent.id
    audit_log.record(actor_id, "unit.moved", "unit", unit.id, {"to": parent.id})


def settle(person_id: int, unit: Unit) -> None:
    """Make a unit her home from now on; an earlier home ends now and stays on record."""
    begin_write(db.session, f"home:{person_id}")
    now = clock.now()
    db.session.execute(
        update(Membership)
        .where(Membership.person_id == person_id, Membership.is_home, Membership.until.is_(None))
        .values(until=now)
    )
    db.session.add(Membership(person_id=person_id, unit_id=unit.id, is_home=True, since=now))


def appoint(person_id: int, role: Role, unit: Unit, *, actor_id: int | None) -> RoleAssignment:
    """Give a role in a unit and everything below it, from now on."""
    given = RoleAssignment(
        person_id=person_id, role=role, unit_id=unit.id, since=clock.now(), given_by_id=actor_id
    )
    db.session.add(given)
    audit_log.record(actor_id, "role.given", "person", person_id, {"role": role, "unit": unit.id})
    return given


def recode(unit: Unit, code: str, *, since: date, actor_id: int | None) -> None:
    """Give a unit a new code from a day on; the old one ends that day and still finds the unit."""
    db.session.execute(
        update(UnitCode)
        .where(UnitCode.unit_id == unit.id, UnitCode.valid_to.is_(None))
        .values(valid_to=since)
    )
    db.session.add(UnitCode(unit_id=unit.id, code=code, valid_from=since))
    audit_log.record(actor_id, "unit.recoded", "unit", unit.id, {"code": code})
