"""Confirmed hours change by appending; the volunteer asks, the recording unit answers."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person
from lms.extensions import db
from lms.service_records import proofs
from lms.service_records.models import Correction, CorrectionRequest, RequestState, ServiceRecord
from tests import house
from tests.factories import Tree, person, post
from tests.lms.service_records.conftest import SignIn

pytestmark = pytest.mark.both_databases


@pytest.fixture
def mine(place: Tree, her: Person) -> ServiceRecord:
    return house.service_record(place.county, who=her)


def test_a_correction_keeps_the_old_hours_who_when_and_why(
    organiser: FlaskClient, as_person: SignIn, her: Person, mine: ServiceRecord
) -> None:
    where = f"/activities/records/{mine.id}/correction"
    assert post(organiser, where, {"hours": "2", "reason": "早走了一小时"}).status_code == 302
    assert post(organiser, where, {"hours": "2.5", "reason": "再次核对"}).status_code == 302
    db.session.expire_all()
    assert (mine.quarters, mine.counted_quarters) == (10, 10)
    kept = db.session.scalars(select(Correction).order_by(Correction.id)).all()
    assert [(one.old, one.new, one.reason) for one in kept] == [
        ("3", "2", "早走了一小时"),
        ("2", "2.5", "再次核对"),
    ]
    assert all(one.by_id and one.at for one in kept)
    page = as_person(her).get("/me/records").get_data(as_text=True)
    assert "早走了一小时" in page
    assert "<b>2.5 小时</b>" in page


@pytest.mark.parametrize(
    ("hours", "reason", "sentence"),
    [
        ("25", "写错了", "一天只有 24 小时"),
        ("-1", "写错了", "不能是负数"),
        ("4", "写错了", "活动一共 3 小时"),
        ("3", "写错了", "没有要更正的"),
        ("2", " ", "请写明为什么更正"),
        ("2", "长" * 201, "最多写 200 个字"),
    ],
)
def test_a_wrong_correction_is_refused_and_kept_on_the_page(
    organiser: FlaskClient, mine: ServiceRecord, hours: str, reason: str, sentence: str
) -> None:
    answer = post(organiser, f"/activities/records/{mine.id}/correction", {"hours": hours, "reason": reason})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in page
    assert f'value="{hours}"' in page
    assert db.session.scalar(select(Correction)) is None


def test_hours_not_confirmed_yet_are_no_matter_for_a_correction(organiser: FlaskClient, place: Tree) -> None:
    pending = house.service_record(place.county, confirmed=False)
    answer = post(
        organiser, f"/activities/records/{pending.id}/correction", {"hours": "1", "reason": "写错了"}
    )
    assert answer.status_code == 409


def test_a_correction_makes_the_proofs_void_that_state_the_old_hours(
    organiser: FlaskClient, client: FlaskClient, her: Person, mine: ServiceRecord
) -> None:
    paper = proofs.issue(her, since=None, until=None, with_training=False, form_id="a")[0]
    db.session.commit()
    assert paper.number in organiser.get(f"/activities/records/{mine.id}/correction").get_data(as_text=True)
    post(organiser, f"/activities/records/{mine.id}/correction", {"hours": "2", "reason": "早走了"})
    page = client.get(f"/v/{paper.code}").get_data(as_text=True)
    assert "证明已作废" in page
    assert "服务记录已更正" in page


def test_an_activity_is_corrected_by_appending_once_hours_are_confirmed(
    organiser: FlaskClient, as_person: SignIn, her: Person, mine: ServiceRecord
) -> None:
    where = f"/activities/{mine.activity_id}/correction"
    form = {
        "name": "走访", "category": "care", "day": "2026-03-05", "start": "09:00", "end": "12:00", "place": "柳湾村",
        "content": "送文具，问需要。", "leader": "何静",
    }  # fmt: skip
    assert "请写明更正原因" in post(organiser, where, form).get_data(as_text=True)
    short = post(organiser, where, form | {"end": "10:00", "reason": "时间写错了"})
    assert short.status_code == 422
    assert "1 位记的时长比这还多" in short.get_data(as_text=True)
    assert post(organiser, where, form | {"reason": "地点写错了"}).status_code == 302
    fields = {one.field: (one.old, one.new) for one in db.session.scalars(select(Correction))}
    assert fields["place"] == ("河东村", "柳湾村")
    assert set(fields) == {"place", "starts_at", "ends_at"}
    db.session.expire_all()
    assert mine.late
    assert "地点写错了" in as_person(her).get("/me/records").get_data(as_text=True)


def test_she_asks_the_unit_answers_and_she_reads_the_answer(
    organiser: FlaskClient, as_person: SignIn, her: Person, mine: ServiceRecord
) -> None:
    browser, where = as_person(her), f"/me/records/{mine.id}/correction"
    assert post(browser, where, {"words": "", "hours": ""}).status_code == 422
    assert post(browser, where, {"words": "不对", "hours": "30"}).status_code == 422
    assert post(browser, where, {"words": "我早走了一小时", "hours": "2"}).status_code == 302
    again = post(browser, where, {"words": "我早走了一小时", "hours": "2"})
    assert again.status_code == 409
    assert "您已经申请过更正" in again.get_data(as_text=True)
    asked = db.session.scalars(select(CorrectionRequest)).one()
    assert "我早走了一小时" in organiser.get("/activities/requests").get_data(as_text=True)
    desk = f"/activities/requests/{asked.id}"
    for form in ({}, {"decision": "maybe", "answer": "好"}, {"decision": "accept", "hours": "2", "answer": ""},
                 {"decision": "accept", "hours": "25", "answer": "好"}, {"decision": "accept", "hours": "3", "answer": "好"}):  # fmt: skip
        assert post(organiser, desk, form).status_code == 422, form
    assert (
        post(organiser, desk, {"decision": "accept", "hours": "2", "answer": "签退表上是十一点"}).status_code
        == 302
    )
    assert post(organiser, desk, {"decision": "refuse", "answer": "不改"}).status_code == 409
    db.session.expire_all()
    assert (asked.state, mine.quarters) == (RequestState.ACCEPTED, 8)
    assert "签退表上是十一点" in browser.get("/me/records").get_data(as_text=True)


def test_a_refusal_leaves_the_hours_and_says_why(
    organiser: FlaskClient, as_person: SignIn, her: Person, mine: ServiceRecord
) -> None:
    browser = as_person(her)
    post(browser, f"/me/records/{mine.id}/correction", {"words": "少记了"})
    asked = db.session.scalars(select(CorrectionRequest)).one()
    post(
        organiser, f"/activities/requests/{asked.id}", {"decision": "refuse", "answer": "签到表上就是三小时"}
    )
    db.session.expire_all()
    assert mine.quarters == 12
    assert "签到表上就是三小时" in browser.get("/me/records").get_data(as_text=True)


def test_anothers_record_is_not_there(as_person: SignIn, place: Tree, mine: ServiceRecord) -> None:
    other = as_person(person("13900000002", place.village, "李桂兰"))
    assert other.get(f"/me/records/{mine.id}/correction").status_code == 404
    assert post(other, f"/me/records/{mine.id}/correction", {"words": "不对"}, page="/me").status_code == 404
    assert "走访" not in other.get("/me/records").get_data(as_text=True)
