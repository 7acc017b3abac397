"""Finding people of the units of the present door, to put them onto a list."""

from collections.abc import Sequence

from sqlalchemy import Select, case, select

from lms.accounts import phones
from lms.accounts.models import Person, PersonState
from lms.core import pinyin
from lms.core.errors import Invalid
from lms.extensions import db
from lms.federations import scope
from lms.federations.models import Membership, Unit

FOUND = 20
UNITS = 300


def units_in_charge(person_id: int) -> Sequence[Unit]:
    """Return the units of the present door, her own home first, then from the top down."""
    home = select(Membership.unit_id).where(
        Membership.person_id == person_id, Membership.is_home, Membership.until.is_(None)
    )
    first = case((Unit.id.in_(home), 0), else_=1)
    return db.session.scalars(
        select(Unit).where(Unit.id.in_(scope.ids())).order_by(first, Unit.id).limit(UNITS)
    ).all()


def _volunteers() -> Select[int, str]:
    """People whose home lies in her units."""
    return (
        select(Person.id, Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.is_home,
            Membership.until.is_(None),
            Membership.unit_id.in_(scope.ids()),
            Person.state == PersonState.ACTIVE,
        )
        .order_by(Person.name, Person.id)
    )


def find_people(typed: str) -> tuple[Sequence[tuple[Person, Unit]], bool]:
    """Return people by name, pinyin or whole phone number, and whether there are more than shown. Raises Invalid."""
    typed = typed.strip()
    if any(char.isdigit() for char in typed):
        matching = _volunteers().where(Person.phone_index == phones.index(phones.normal(typed)))
        ids = [person_id for person_id, _ in db.session.execute(matching)]
    elif pinyin.looks_like(typed):
        everyone = db.session.execute(_volunteers())
        ids = [person_id for person_id, name in everyone if pinyin.matches(typed, name)]
    elif typed:
        named = _volunteers().where(Person.name.contains(typed[:40].replace("\0", ""), autoescape=True))
        ids = [person_id for person_id, _ in db.session.execute(named.limit(FOUND + 1))]
    else:
        raise Invalid("请写姓名、拼音或手机号。")
    return _with_homes(ids[:FOUND]), len(ids) > FOUND


def _with_homes(ids: Sequence[int]) -> Sequence[tuple[Person, Unit]]:
    rows = db.session.execute(
        select(Person, Unit)
        .join(Membership, Membership.person_id == Person.id)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(Person.id.in_(ids), Membership.is_home, Membership.until.is_(None))
        .order_by(Person.name, Person.id)
    )
    return [(person, unit) for person, unit in rows]


def people_of(public_ids: Sequence[str]) -> Sequence[Person]:
    """Return the people of these public ids; raises Invalid when one is not in her units."""
    inside = _volunteers().where(Person.public_id.in_(public_ids)).subquery()
    found = db.session.scalars(select(Person).where(Person.id.in_(select(inside.c.id)))).all()
    if len(found) < len(set(public_ids)):
        raise Invalid("选的人里有人不在您管的单位里，或者账号已经停用。请重新查找。")
    return found
