"""Reading the library: who may see what."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select

from lms.core.errors import Missing
from lms.extensions import db
from lms.federations import scope
from lms.federations.models import UnitClosure
from lms.federations.permissions import Permission
from lms.federations.queries import home_unit_id
from lms.materials.models import Material, MaterialPage, MaterialStatus, Visibility


def may_read(person_id: int | None) -> ColumnElement[bool]:
    """Return the rule for one reader: public ones, those of her unit and the units above it, those she manages."""
    rules: list[ColumnElement[bool]] = [Material.visibility == Visibility.PUBLIC]
    if person_id is not None:
        home = home_unit_id(person_id)
        above = select(UnitClosure.ancestor_id).where(UnitClosure.descendant_id == home)
        managed = scope.within(*scope.top_units(person_id, Permission.COURSES_WRITE))
        rules += [Material.unit_id.in_(above), Material.unit_id.in_(managed)]
    return (Material.status == MaterialStatus.READY) & or_(*rules)


def visible(person_id: int | None) -> Sequence[Material]:
    """Return the materials she may read, newest first."""
    return db.session.scalars(select(Material).where(may_read(person_id)).order_by(Material.id.desc())).all()


def one(material_id: int, person_id: int | None) -> Material:
    """Return one material she may read; raises Missing."""
    found = db.session.scalar(select(Material).where(Material.id == material_id, may_read(person_id)))
    if found is None:
        raise Missing("没有找到这份资料。它可能已经撤下，或只给本单位看（请先登录）。")
    return found


def page(material: Material, n: int) -> MaterialPage:
    """Return one page; raises Missing."""
    found = db.session.get(MaterialPage, (material.id, n))
    if found is None:
        raise Missing("这份资料没有这一页。")
    return found


def of_units(unit_ids: object) -> Sequence[Material]:
    """Return the materials of units for the people who keep them, newest first."""
    return db.session.scalars(
        select(Material).where(Material.unit_id.in_(unit_ids)).order_by(Material.id.desc())  # type: ignore[arg-type]
    ).all()
