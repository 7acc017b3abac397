"""Local fields of courses: what a unit filled in, and what a reader sees of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import g
from flask_login import current_user
from sqlalchemy import select

from courses import local
from courses.model import Course as CourseDocument
from courses.model import LocalField
from lms.catalogue import queries
from lms.catalogue.models import LocalValue
from lms.core import audit_log, clock
from lms.core.database import begin_write
from lms.extensions import db
from lms.federations import queries as units
from lms.federations.models import Unit, UnitClosure


@dataclass(frozen=True, slots=True)
class Field:
    """A field of published courses: fields of one id and one label are the same, whichever course names them."""

    id: str
    label: str
    courses: tuple[str, ...]

    @property
    def name(self) -> str:
        """What stands for the field in a form."""
        return f"{self.id}|{self.label}"


def fields() -> Sequence[Field]:
    """Return every local field that published courses name, with the titles of these courses."""
    found: dict[LocalField, list[str]] = {}
    for row in queries.published():
        for one in row.version.content.local if row.version else ():
            found.setdefault(one, []).append(row.title)
    return [Field(one.id, one.label, tuple(titles)) for one, titles in found.items()]


def own(unit_id: int) -> Mapping[str, str]:
    """Return name of the field → what this very unit filled in."""
    rows = db.session.scalars(select(LocalValue).where(LocalValue.unit_id == unit_id))
    return {f"{row.field}|{row.label}": row.value for row in rows}


def nearest(unit_id: int, *, above: bool = False) -> Mapping[str, tuple[str, str]]:
    """Return name of the field → (value, unit) of the nearest unit up the tree; `above` leaves the unit itself out."""
    rows = db.session.execute(
        select(LocalValue.field, LocalValue.label, LocalValue.value, Unit.name)
        .join(UnitClosure, UnitClosure.ancestor_id == LocalValue.unit_id)
        .join(Unit, Unit.id == LocalValue.unit_id)
        .where(UnitClosure.descendant_id == unit_id, UnitClosure.depth >= int(above))
        .order_by(UnitClosure.depth.desc())
    )
    return {f"{field}|{label}": (value, name) for field, label, value, name in rows}


def save(unit: Unit, values: Mapping[str, str], *, actor_id: int) -> int:
    """Write the fields of a unit, an empty value takes one away; returns how many changed."""
    begin_write(db.session, f"local:{unit.id}")
    before, changed = own(unit.id), []
    for field in fields():
        value = values.get(field.name, "")
        if value != before.get(field.name, ""):
            _write(unit.id, field, value, actor_id)
            changed.append(field.name)
    if changed:
        audit_log.record(actor_id, "local_fields.changed", "unit", unit.id, {"fields": changed})
    return len(changed)


def _write(unit_id: int, field: Field, value: str, actor_id: int) -> None:
    row = db.session.scalar(
        select(LocalValue).where(
            LocalValue.unit_id == unit_id, LocalValue.field == field.id, LocalValue.label == field.label
        )
    )
    if row is not None and not value:
        db.session.delete(row)
        return
    if row is None:
        row = LocalValue(unit_id=unit_id, field=field.id, label=field.label)
        db.session.add(row)
    row.value, row.changed_at, row.changed_by_id = value, clock.now(), actor_id


def filled(text: str, content: CourseDocument) -> str:
    """Return a text of a course with its local fields as the present reader should see them."""
    if not local.PLACE.search(text):
        return text
    values = _of_reader()
    known = {one.id: values.get(f"{one.id}|{one.label}", ("", ""))[0] for one in content.local}
    return local.fill(text, known)


def _of_reader() -> Mapping[str, tuple[str, str]]:
    """Return the values for her own unit, or for the top of the tree where nobody has signed in."""
    values: Mapping[str, tuple[str, str]] | None = g.get("local_values")
    if values is None:
        unit_id = units.home_unit_id(current_user.id) if current_user.is_authenticated else None
        tops = [] if unit_id else units.roots()
        place = unit_id or (tops[0].id if tops else None)
        values = g.local_values = nearest(place) if place else {}
    return values
