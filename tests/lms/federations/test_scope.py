"""Units, their closure and scope, against a walk over the parent pointers."""

import pytest
from flask import Flask, g
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from lms.core import clock
from lms.core.errors import Conflict, Missing
from lms.extensions import db
from lms.federations import commands, queries, scope
from lms.federations.models import Membership, RoleAssignment, Unit, UnitClosure, UnitKind
from lms.federations.permissions import Permission, Role
from tests import house

pytestmark = pytest.mark.both_databases
SLOW = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)


def chain(parents: dict[int, int | None], unit_id: int) -> list[int]:
    """The unit and everything above it, by hand."""
    way, here = [], unit_id
    while True:
        way.append(here)
        above = parents[here]
        if above is None:
            return way
        here = above


@SLOW
@given(
    places=st.lists(st.integers(0, 1000), min_size=1, max_size=12),
    moves=st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), max_size=8),
)
def test_within_is_what_a_walk_finds_after_any_moves(
    app: Flask, places: list[int], moves: list[tuple[int, int]]
) -> None:
    db.session.rollback()  # what an earlier example left
    units: list[Unit] = []
    for place in [0, *places]:
        parent = units[place % len(units)] if units else None
        units.append(commands.add_unit(parent, kind=UnitKind.TEAM, name="队", code=f"c{len(units)}"))
    parents = {unit.id: unit.parent_id for unit in units}
    for which, where in moves:
        unit, parent = units[which % len(units)], units[where % len(units)]
        if unit.id in chain(parents, parent.id):
            with pytest.raises(Conflict):
                commands.move_unit(unit, parent, actor_id=None)
        else:
            commands.move_unit(unit, parent, actor_id=None)
            parents[unit.id] = parent.id
    for unit in units:
        below = {one for one in parents if unit.id in chain(parents, one)}
        assert set(db.session.scalars(scope.within(unit.id))) == below
        assert [one.id for one in queries.path(unit.id)] == chain(parents, unit.id)[::-1]
    depths = {
        (row.ancestor_id, row.descendant_id): row.depth for row in db.session.scalars(select(UnitClosure))
    }
    assert depths == {
        (above, one): depth for one in parents for depth, above in enumerate(chain(parents, one))
    }
    db.session.rollback()


def test_one_object_is_found_within_and_missing_outside(app: Flask, tree: house.Tree) -> None:
    row = house.person(tree.town)
    membership = db.session.scalars(select(Membership).where(Membership.person_id == row.id)).one()
    for place, seen in ((tree.city, True), (tree.county, True), (tree.town, True), (tree.sibling, False)):
        g.scope = (place.id,)
        if seen:
            assert scope.one_or_404(Membership, membership.id) is membership
            assert scope.one_or_404(Unit, tree.town.id) is tree.town
        else:
            with pytest.raises(Missing):
                scope.one_or_404(Membership, membership.id)
            with pytest.raises(Missing):
                scope.one_or_404(Unit, tree.town.id)


def test_a_role_counts_between_its_two_dates_only(app: Flask, tree: house.Tree) -> None:
    officer = house.staff(Role.OFFICER, tree.county)
    given_role = db.session.scalars(select(RoleAssignment)).one()
    assert scope.top_units(officer.id, Permission.AUDIT_READ) == [tree.county.id]
    assert scope.top_units(officer.id, Permission.JOBS_MANAGE) == []
    with clock.travel(days=-1):
        assert scope.top_units(officer.id, Permission.AUDIT_READ) == []
    given_role.until = clock.now()
    assert scope.top_units(officer.id, Permission.AUDIT_READ) == []


def test_the_old_home_stays_on_record_and_there_is_one_home(app: Flask, tree: house.Tree) -> None:
    person = house.person(tree.town)
    commands.settle(person.id, tree.sibling)
    db.session.commit()
    homes = db.session.scalars(select(Membership).where(Membership.person_id == person.id)).all()
    assert [(one.unit_id, one.until is None) for one in homes] == [
        (tree.town.id, False),
        (tree.sibling.id, True),
    ]
    assert queries.home_unit_id(person.id) == tree.sibling.id


def test_an_old_code_still_finds_its_unit(app: Flask, tree: house.Tree) -> None:
    commands.recode(tree.county, "970199", since=clock.now().date(), actor_id=None)
    db.session.commit()
    assert queries.by_code("970101") is queries.by_code("970199") is tree.county
    assert queries.code_of(tree.county.id) == "970199"
    assert queries.by_code("nothing") is None


def test_help_comes_from_the_nearest_unit_that_has_a_number(app: Flask, tree: house.Tree) -> None:
    tree.city.help_phone = "0900-1234567"
    db.session.commit()
    assert queries.help_phone(tree.town.id) == "0900-1234567"
    assert queries.help_phone(tree.root.id) is None
