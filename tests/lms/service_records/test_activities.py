"""The organiser records an activity, takes people onto its list and confirms their hours."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms.accounts.models import Person
from lms.core import clock
from lms.core.audit_log import AuditEntry
from lms.extensions import db
from lms.federations.queries import code_of
from lms.service_records.models import Activity, RecordState, ServiceRecord
from tests import house
from tests.factories import Tree, page_token, person, post
from tests.lms.service_records.conftest import SignIn

pytestmark = pytest.mark.both_databases
FILLED = {
    "form_id": "f1", "name": "走访困境儿童", "category": "care", "day": "2026-03-05", "start": "09:00", "end": "11:30",
    "place": "白沙镇河东村", "content": "走访 12 户，送文具。", "leader": "何静",
}  # fmt: skip


def filled(tree: Tree, /, **other: str) -> dict[str, str]:
    return {**FILLED, "unit": code_of(tree.county.id), **other}


def record(organiser: FlaskClient, tree: Tree, /, **other: str) -> Activity:
    answer = post(organiser, "/activities", filled(tree, **other), page="/activities/new")
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return db.session.get_one(Activity, int(answer.headers["Location"].rsplit("/", 1)[1]))


def rows(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_an_organiser_records_an_activity_its_people_and_their_hours(
    organiser: FlaskClient, as_person: SignIn, place: Tree, her: Person
) -> None:
    activity = record(organiser, place)
    where = f"/activities/{activity.id}"
    found = organiser.get(f"{where}?q=wangxiuying").get_data(as_text=True)
    assert her.public_id in found
    assert her.phone not in found
    two = [her.public_id, person("13900000002", place.town, "李桂兰").public_id]
    assert (
        post(organiser, f"{where}/participants", {"person": two, "hours": "2.5"}, page=where).status_code
        == 302
    )
    assert "待确认" in as_person(her).get("/me/records").get_data(as_text=True)
    one, other = db.session.scalars(select(ServiceRecord).order_by(ServiceRecord.id))
    form = {f"hours-{one.id}": "2.5", f"hours-{other.id}": "1.75", "record": [one.id], "action": "confirm"}
    assert post(organiser, f"{where}/hours", form, page=where).status_code == 302
    db.session.expire_all()
    assert [(row.state, row.quarters, row.counted_quarters) for row in (one, other)] == [
        (RecordState.CONFIRMED, 10, 10),
        (RecordState.PENDING, 7, 0),
    ]
    page = as_person(her).get("/me/records").get_data(as_text=True)
    for words in (
        "走访困境儿童",
        "2.5 小时",
        "已确认",
        "白沙镇河东村",
        "走访 12 户，送文具。",
        "白沙县妇女联合会",
        "何静",
        "09:00–11:30",
    ):
        assert words in page


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", "  ", "请填写活动名称"),
        ("name", "长" * 61, "最多写 60 个字"),
        ("category", "fun", "请从列表里选一个服务类别"),
        ("day", "", "请填写日期"),
        ("day", "2026-02-30", "没有这一天"),
        ("day", "明天", "日期请写成"),
        ("day", "1026-03-05", "年份好像写错了"),
        ("day", "2099-03-05", "活动还没有结束"),
        ("start", "9点", "时间请写成"),
        ("start", "25:00", "时间请写成"),
        ("end", "", "请填写时间"),
        ("end", "08:00", "结束要晚于开始"),
        ("place", "", "请填写地点"),
        ("content", "", "做了什么"),
        ("leader", "", "请填写活动负责人的姓名"),
        ("unit", "nothing", "没有找到这个单位"),
        ("unit", "990102", "没有找到这个单位"),
    ],
)
def test_each_field_wrong_in_turn_gets_a_sentence_and_keeps_what_was_typed(
    organiser: FlaskClient, place: Tree, field: str, typed: str, sentence: str
) -> None:
    answer = post(organiser, "/activities", filled(place, **{field: typed}), page="/activities/new")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in page
    assert all(f'value="{FILLED[kept]}"' in page for kept in ("place", "leader", "name") if kept != field)
    assert rows(Activity) == 0


def test_the_same_form_sent_twice_is_one_activity(organiser: FlaskClient, place: Tree) -> None:
    assert record(organiser, place).id == record(organiser, place).id
    assert rows(Activity) == 1


def test_formulas_and_markup_in_names_stay_text(organiser: FlaskClient, place: Tree) -> None:
    activity = record(organiser, place, name="=HYPERLINK(1)<b>", place="a\0b\x07")
    page = organiser.get(f"/activities/{activity.id}").get_data(as_text=True)
    assert "=HYPERLINK(1)&lt;b&gt;" in page
    assert activity.place == "ab"


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [("25", "一天只有 24 小时"), ("-2", "不能是负数"), ("3", "活动一共 2.5 小时"), ("", "请填写时长"), ("2.3", "按一刻钟记")],
)  # fmt: skip
def test_impossible_hours_are_refused_with_a_sentence_and_nothing_is_written(
    organiser: FlaskClient, place: Tree, her: Person, hours: str, sentence: str
) -> None:
    where = f"/activities/{record(organiser, place).id}"
    form = {"person": her.public_id, "hours": hours, "q": "王秀英"}
    answer = post(organiser, f"{where}/participants", form, page=where)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in page
    assert f'value="{her.public_id}" checked' in page
    assert rows(ServiceRecord) == 0
    post(organiser, f"{where}/participants", form | {"hours": "2"}, page=where)
    row = db.session.scalars(select(ServiceRecord)).one()
    bad = {f"hours-{row.id}": hours, "record": row.id, "action": "confirm"}
    answer = post(organiser, f"{where}/hours", bad, page=where)
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    db.session.expire_all()
    assert (row.quarters, row.state) == (8, RecordState.PENDING)


def test_nobody_ticked_is_said_and_a_list_that_changed_is_a_conflict(
    organiser: FlaskClient, place: Tree, her: Person
) -> None:
    activity = record(organiser, place)
    where = f"/activities/{activity.id}"
    assert post(organiser, f"{where}/participants", {"hours": "1"}, page=where).status_code == 422
    post(organiser, f"{where}/participants", {"person": her.public_id, "hours": "1"}, page=where)
    mine = db.session.scalars(select(ServiceRecord)).one()
    form = {f"hours-{mine.id}": "1", "action": "confirm"}
    assert post(organiser, f"{where}/hours", form, page=where).status_code == 422
    assert post(organiser, f"{where}/hours", form | {"record": mine.id}, page=where).status_code == 302
    again = post(organiser, f"{where}/hours", form | {"record": mine.id}, page=where)
    assert again.status_code == 409
    assert "名单刚刚变过" in again.get_data(as_text=True)


def test_a_person_can_be_taken_off_the_list_until_her_hours_are_confirmed(
    organiser: FlaskClient, place: Tree, her: Person
) -> None:
    where = f"/activities/{record(organiser, place).id}"
    post(organiser, f"{where}/participants", {"person": her.public_id, "hours": "1"}, page=where)
    mine = db.session.scalars(select(ServiceRecord)).one()
    form = {f"hours-{mine.id}": "", "record": mine.id, "action": "remove"}
    assert post(organiser, f"{where}/hours", form, page=where).status_code == 302
    assert rows(ServiceRecord) == 0
    assert "service.removed" in set(db.session.scalars(select(AuditEntry.action)))


def test_people_are_found_by_name_letters_or_a_whole_phone_number_inside_her_units_only(
    organiser: FlaskClient, place: Tree, her: Person
) -> None:
    stranger = person("13900000099", place.other_county, "王秀英")
    where = f"/activities/{record(organiser, place).id}"
    for typed in ("王秀", "秀英", "wxy", "Wang Xiuying", "139 0000 0001"):
        page = organiser.get(where, query_string={"q": typed}).get_data(as_text=True)
        assert her.public_id in page, typed
        assert stranger.public_id not in page
    for typed, sentence in (
        ("1390000", "应该是 11 位"),
        ("13900000099", "没有找到"),
        ("%", "没有找到"),
        ("赵", "没有找到"),
    ):
        page = organiser.get(where, query_string={"q": typed}).get_data(as_text=True)
        assert sentence in page, typed
        assert stranger.public_id not in page
    answer = post(
        organiser, f"{where}/participants", {"person": stranger.public_id, "hours": "1"}, page=where
    )
    assert answer.status_code == 422
    assert rows(ServiceRecord) == 0
    assert not any("139000" in str(one.detail) for one in db.session.scalars(select(AuditEntry)))


def test_another_countys_activity_is_not_there_and_a_volunteer_or_auditor_may_not_enter(
    organiser: FlaskClient, as_person: SignIn, place: Tree, her: Person
) -> None:
    theirs = house.activity(place.other_county)
    for tail in ("", "/correction"):
        assert organiser.get(f"/activities/{theirs.id}{tail}").status_code == 404
    token = page_token(organiser, "/activities/new")
    for tail in ("participants", "hours", "correction"):
        assert (
            organiser.post(f"/activities/{theirs.id}/{tail}", data={"csrf_token": token}).status_code == 404
        )
    assert "走访" not in organiser.get("/activities").get_data(as_text=True)
    auditor = house.staff(house.Role.OFFICER, place.county)
    for browser in (as_person(her), as_person(auditor)):
        assert browser.get("/activities").status_code == 403


def test_service_recorded_after_ten_working_days_is_accepted_and_marked_late(
    place: Tree, her: Person
) -> None:
    early = house.service_record(place.county, of=house.activity(place.county, days_ago=1), who=her)
    late = house.service_record(place.county, of=house.activity(place.county, days_ago=40), who=her)
    assert (early.late, late.late) == (False, True)
    assert (late.state, late.counted_quarters) == (RecordState.CONFIRMED, 12)


def test_a_year_whose_holidays_nobody_knows_is_said(organiser: FlaskClient, place: Tree) -> None:
    years = 365 * 30
    with clock.travel(days=years):
        far = house.activity(place.county)
        house.service_record(place.county, of=far)
    with clock.travel(days=0):
        assert "放假安排还没有公布" in organiser.get(f"/activities/{far.id}").get_data(as_text=True)


def test_two_services_at_the_same_time_are_flagged_and_count_once(
    organiser: FlaskClient, as_person: SignIn, place: Tree, her: Person
) -> None:
    first, second = (
        house.activity(place.county, name="上午走访"),
        house.activity(place.county, name="上午清扫"),
    )
    abroad = house.activity(place.other_county, name="邻县的活动")
    for one in (first, second, abroad):
        house.service_record(place.county, of=one, who=her)
    page = organiser.get(f"/activities/{second.id}").get_data(as_text=True)
    assert "同一时间还有" in page
    assert "邻县的活动" not in page
    counted = list(db.session.scalars(select(ServiceRecord.counted_quarters).order_by(ServiceRecord.id)))
    assert counted == [12, 0, 0]
    hers = as_person(her).get("/me/records").get_data(as_text=True)
    assert "<b>3 小时</b>" in hers
    assert "时间重叠" in hers
