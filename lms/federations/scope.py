"""Who sees what: one rule, two faces. Outside her units a thing is simply not there (404)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from flask import g
from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from lms.accounts.models import Person
from lms.core import clock
from lms.core.errors import Missing
from lms.extensions import db
from lms.federations import queries
from lms.federations.models import Membership, RoleAssignment, Unit, UnitClosure
from lms.federations.permissions import ROLES, Permission

Row = TypeVar("Row")


def roles_with(permission: Permission) -> list[str]:
    """Return the names of the roles that hold a permission."""
    return [str(role) for role, held in ROLES.items() if permission in held]


def top_units(person_id: int, permission: Permission) -> list[int]:
    """Return the units in which a living role gives her this permission."""
    now = clock.now()
    return list(
        db.session.scalars(
            select(RoleAssignment.unit_id).where(
                RoleAssignment.person_id == person_id,
                RoleAssignment.role.in_(roles_with(permission)),
                RoleAssignment.since <= now,
                (RoleAssignment.until.is_(None)) | (RoleAssignment.until > now),
            )
        )
    )


def within(*unit_ids: int) -> Select[int]:
    """Return a sub-select of the ids of these units and everything below them (the face for lists)."""
    # An alias of its own: the same closure may stand in the query around it.
    below = aliased(UnitClosure)
    return select(below.descendant_id).where(below.ancestor_id.in_(unit_ids))


def ids() -> Select[int]:
    """Return the units of the present request's door (`@requires` put them into g.scope)."""
    return within(*g.scope)


@contextmanager
def through(person_id: int, permission: Permission) -> Iterator[None]:
    """Let `ids()` mean the units of another door of hers for the length of a `with` block: what that page would list."""
    before = g.scope
    g.scope = tuple(top_units(person_id, permission))
    try:
        yield
    finally:
        g.scope = before


def one_or_404(model: type[Row], row_id: int) -> Row:
    """Return one row of a class that has `unit_id` (or of Unit itself) inside the scope; raises Missing."""
    columns: Any = model
    place = columns.id if model is Unit else columns.unit_id
    row = db.session.scalar(select(model).where(columns.id == row_id, place.in_(ids())))
    if row is None:
        raise Missing
    return row


def unit_or_404(code: str) -> Unit:
    """Return the unit of a dated code inside the scope; raises Missing."""
    unit = queries.by_code(code[:64])
    if unit is None:
        raise Missing
    return one_or_404(Unit, unit.id)


def person_or_404(public_id: str) -> Person:
    """Return a person who belongs today to a unit of the scope; raises Missing."""
    here = select(Membership.person_id).where(Membership.unit_id.in_(ids()), Membership.until.is_(None))
    person = db.session.scalar(select(Person).where(Person.public_id == public_id, Person.id.in_(here)))
    if person is None:
        raise Missing
    return person


def holds_role(person_id: int) -> bool:
    """Say whether she has a living role of staff anywhere."""
    now = clock.now()
    living = (RoleAssignment.until.is_(None)) | (RoleAssignment.until > now)
    mine = select(RoleAssignment.id).where(RoleAssignment.person_id == person_id, living).limit(1)
    return db.session.scalar(mine) is not None
