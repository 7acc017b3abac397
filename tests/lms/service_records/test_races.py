"""Fifty at once: one activity, one record, one proof, no number twice, no moment counted twice."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.certificates.models import Certificate
from lms.core.errors import Conflict
from lms.extensions import db
from lms.federations.models import Unit
from lms.service_records import commands, proofs
from lms.service_records import requests as asking
from lms.service_records.models import Activity, CorrectionRequest, ServiceRecord
from tests import house
from tests.factories import Tree
from tests.lms.test_races import at_once

pytestmark = pytest.mark.both_databases


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_fifty_times_the_same_form_is_one_activity_and_one_record_for_a_person(
    app: Flask, place: Tree, her: Person
) -> None:
    noon = house.activity(place.town)
    facts = commands.Facts("走访", "care", "河东村", "送文具。", "何静", noon.starts_at, noon.ends_at)
    unit_id, person_id = place.county.id, her.id

    def record() -> None:
        activity = commands.record_activity(
            facts, db.session.get_one(Unit, unit_id), form_id="same", actor_id=None
        )
        commands.add_people(activity, [db.session.get_one(Person, person_id)], quarters=4, actor_id=None)

    assert at_once(app, 50, record) == []
    assert count(Activity) == 2
    assert count(ServiceRecord) == 1


def test_fifty_confirmations_are_one_and_overlapping_ones_count_once(
    app: Flask, place: Tree, her: Person
) -> None:
    pairs = [(one.activity_id, one.id) for one in
             (house.service_record(place.county, who=her, confirmed=False) for _ in range(5))]  # fmt: skip
    turns = iter(pairs * 10)

    def confirm() -> None:
        activity_id, record_id = next(turns)
        commands.confirm(db.session.get_one(Activity, activity_id), [record_id], actor_id=None)

    faults = at_once(app, 50, confirm)
    assert len(faults) == 45
    assert {type(one) for one in faults} == {Conflict}
    db.session.expire_all()
    assert db.session.scalar(select(func.sum(ServiceRecord.counted_quarters))) == 12


def test_fifty_times_the_same_proof_is_one_and_fifty_proofs_have_fifty_numbers(
    app: Flask, place: Tree, her: Person
) -> None:
    house.service_record(place.county, who=her)
    person_id = her.id

    def prove() -> None:
        proofs.issue(
            db.session.get_one(Person, person_id), since=None, until=None, with_training=False, form_id="one"
        )

    assert at_once(app, 50, prove) == []
    assert count(Certificate) == 1
    others = iter([house.service_record(place.county).person_id for _ in range(20)])

    def prove_others() -> None:
        person = db.session.get_one(Person, next(others))
        proofs.issue(person, since=None, until=None, with_training=False, form_id="one")

    assert at_once(app, 20, prove_others) == []
    numbers = sorted(db.session.scalars(select(Certificate.number)))
    assert [int(number.rsplit("-", 1)[1]) for number in numbers] == list(range(1, 22))


def test_fifty_requests_for_one_record_are_one(app: Flask, place: Tree, her: Person) -> None:
    record_id = house.service_record(place.county, who=her).id

    def ask() -> None:
        asking.ask(db.session.get_one(ServiceRecord, record_id), wanted=None, words="不对")

    faults = at_once(app, 50, ask)
    assert len(faults) == 49
    assert {type(one) for one in faults} == {Conflict}
    assert count(CorrectionRequest) == 1
