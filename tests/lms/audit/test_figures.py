"""Every figure of every page equals its list and its Excel rows, over random trees, moves and memberships."""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.models import Person, PersonState
from lms.catalogue.models import CourseVersion
from lms.core import clock
from lms.core.errors import Conflict
from lms.extensions import db
from lms.federations import commands as federations
from lms.federations import queries as units
from lms.federations.models import Membership, Unit, UnitKind
from lms.federations.permissions import Role
from tests import factories
from tests.lms.audit import facts

pytestmark = pytest.mark.both_databases
SignIn = Callable[[Person], FlaskClient]
States = dict[str, set[str]]


@dataclass
class World:
    """A random county, and the same told in plain sets."""

    top: Unit
    officer: Person
    courses: list[CourseVersion]
    units: list[Unit]
    places: dict[str, set[int]] = field(default_factory=dict)
    begun: dict[str, set[int]] = field(default_factory=dict)
    done: dict[str, set[int]] = field(default_factory=dict)

    def below(self, unit_id: int) -> set[int]:
        """The unit and everything below it, by walking up from each."""
        parents = {unit.id: unit.parent_id for unit in self.units}

        def way(one: int | None) -> Iterator[int]:
            while one is not None:
                yield one
                one = parents.get(one)

        return {unit.id for unit in self.units if unit_id in way(unit.id)}

    def states(self, unit_ids: set[int], course_id: int | None) -> States:
        """Who must stand in which list of these units."""
        everyone = {one for one, where in self.places.items() if where & unit_ids}
        done = {one for one in everyone if self._has(self.done[one], course_id)}
        begun = {one for one in everyone if self._has(self.begun[one], course_id)}
        return {
            "": everyone, "done": done, "unfinished": everyone - done, "learning": begun - done,
            "new": everyone - done - begun,
        }  # fmt: skip

    @staticmethod
    def _has(courses: set[int], course_id: int | None) -> bool:
        return course_id in courses if course_id else bool(courses)


def world(seed: int) -> World:
    """Grow units, people in one or two of them, learning, and then moves of people and units."""
    dice = random.Random(seed)
    place = factories.tree()
    officer = factories.person("13700000000", place.province, "省里的赵岚")
    federations.appoint(officer.id, Role.OFFICER, place.county, actor_id=None)
    made = World(place.county, officer, [], [place.county, place.town, place.village])
    made.courses = [factories.published(place.province, slug) for slug in ("small", "other")]
    for number in range(6):
        parent = dice.choice(made.units)
        made.units.append(
            federations.add_unit(parent, kind=UnitKind.TEAM, name=f"第{number}队", code=f"t{number}")
        )
    for number in range(33):
        _person(made, dice, number)
    _closed(made)
    for _ in range(4):
        _move(made, dice)
    db.session.commit()
    return made


def _person(made: World, dice: random.Random, number: int) -> None:
    home = dice.choice(made.units)
    name = "=1+1" if number == 3 else f"志愿者{number:03d}"
    person = factories.person(f"136{number:08d}", home, name)
    if dice.random() < 0.3:  # she moved: the old place counts no more
        home = dice.choice(made.units)
        federations.settle(person.id, home)
    made.places[person.public_id] = {home.id}
    if dice.random() < 0.4:  # she also belongs elsewhere
        second = dice.choice(made.units)
        db.session.add(Membership(person_id=person.id, unit_id=second.id, is_home=False, since=clock.now()))
        made.places[person.public_id].add(second.id)
    made.begun[person.public_id], made.done[person.public_id] = set(), set()
    for version in made.courses:
        _learn(made, dice.random(), person, version)


def _learn(made: World, luck: float, person: Person, version: CourseVersion) -> None:
    if luck < 0.3:
        facts.finish(person, version)
        made.done[person.public_id].add(version.course_id)
    elif luck < 0.6:
        facts.begin(person, version)
    if luck < 0.6:
        made.begun[person.public_id].add(version.course_id)


def _closed(made: World) -> None:
    gone = factories.person("13799999999", made.top, "注销的人")
    gone.state = PersonState.CLOSED


def _move(made: World, dice: random.Random) -> None:
    unit, parent = dice.sample(made.units[1:], 2)
    try:
        federations.move_unit(unit, parent, actor_id=None)
    except Conflict:
        return


def links(page: str) -> set[tuple[int, str]]:
    """Return (number, address) of every figure that opens to names."""
    found = re.findall(r'href="(/audit/u/[^"]+/people[^"]*)"[^>]*>([^<]*?)([\d,]+)(?: 人)?</a>', page)
    return {(int(number.replace(",", "")), where.replace("&amp;", "&")) for where, _, number in found}


def parts(address: str) -> tuple[str, dict[str, str]]:
    """Return the unit's code and the filters of a list's address."""
    path, _, query = address.partition("?")
    return path.split("/")[3], dict(pair.split("=") for pair in query.split("&") if pair)


def expected(made: World, address: str) -> set[str]:
    """Return who must stand behind a link, from the plain sets."""
    code, said = parts(address)
    unit = units.by_code(code)
    assert unit
    where = {unit.id} if said.get("direct") else made.below(unit.id)
    course = next((one.course_id for one in made.courses if one.course.slug == said.get("course")), None)
    return made.states(where, course)[said.get("state", "")]


@pytest.mark.parametrize("seed", (1,))
def test_every_figure_equals_its_list(app: Flask, as_person: SignIn, seed: int) -> None:
    made = world(seed)
    browser = as_person(made.officer)
    followed: dict[str, set[str]] = {}
    for unit in made.units:
        for course in ("", "?course=small"):
            page = facts.text(browser, f"/audit/u/{units.code_of(unit.id)}{course}")
            figures = links(page)
            assert len(figures) >= 4
            for number, address in figures:
                if address not in followed:
                    names = facts.listed(browser, address)
                    assert len(names.people) == len(set(names.people)) == names.total, address
                    followed[address] = set(names.people)
                    assert followed[address] == expected(made, address), address
                assert number == len(followed[address]), address
    assert len(followed) > 60


@pytest.mark.parametrize("seed", (3,))
def test_every_list_equals_its_excel_rows(app: Flask, as_person: SignIn, seed: int) -> None:
    made = world(seed)
    browser = as_person(made.officer)
    for code in [units.code_of(unit.id) for unit in made.units[:2]]:
        for said in ("", "state=unfinished", "state=done&course=small", "state=new&direct=1", "q=zyz"):
            names = facts.listed(browser, f"/audit/u/{code}/people?{said}")
            where = facts.export(browser, f"/audit/u/{code}/export?{said}")
            facts.work()
            page = facts.text(browser, where)
            assert f"做好了，{names.total} 人" in page
            rows = facts.sheets(facts.download(browser, where))["名单"][1:]
            assert [row[0] for row in rows] == names.names


def test_a_person_in_two_teams_counts_in_both_and_once_above(app: Flask, as_person: SignIn) -> None:
    place = factories.tree()
    her = factories.person("13600000001", place.village)
    db.session.add(Membership(person_id=her.id, unit_id=place.town.id, is_home=False, since=clock.now()))
    officer = factories.person("13600000002", place.other_county)
    federations.appoint(officer.id, Role.OFFICER, place.county, actor_id=None)
    db.session.commit()
    browser = as_person(officer)
    town = facts.text(browser, "/audit/u/990101100")
    assert (1, "/audit/u/990101100/people") in links(town)
    assert (1, "/audit/u/990101100201/people") in links(town)
    assert (1, "/audit/u/990101100/people?direct=1") in links(town)
    assert "各行相加比在册人数多 1" in town


def test_a_person_who_moved_counts_in_her_new_place_and_keeps_what_she_learned(
    app: Flask, as_person: SignIn
) -> None:
    place = factories.tree()
    version = factories.published(place.county)
    her = factories.person("13600000001", place.village)
    facts.finish(her, version)
    officer = factories.person("13600000002", place.province)
    federations.appoint(officer.id, Role.OFFICER, place.other_county, actor_id=None)
    db.session.commit()
    browser = as_person(officer)
    assert "这里还没有登记的人" in facts.text(browser, "/audit/u/990102")
    federations.settle(her.id, place.other_county)
    db.session.commit()
    page = facts.text(browser, "/audit/u/990102")
    assert (1, "/audit/u/990102/people?state=done") in links(page)
    assert "全部学完了" in page
