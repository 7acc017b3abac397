"""Her file: training and service on one line of time, each with its totals, never added together."""

import re

import pytest
from sqlalchemy import select

from lms.accounts.models import Person
from lms.certificates import jobs
from lms.certificates.models import Certificate, PaperKind
from lms.extensions import db
from lms.learning.models import Completion
from tests import house
from tests.factories import Tree, post, published
from tests.lms.service_records.conftest import SignIn
from tests.lms.test_journey import finish

pytestmark = pytest.mark.both_databases


def titles(page: str) -> list[str]:
    return re.findall(r"<h3>([^<]+)</h3>", page)


def test_without_anything_each_view_says_what_will_stand_there(as_person: SignIn, her: Person) -> None:
    browser = as_person(her)
    for show, words in (
        ("", "学完一门课，或者参加一次活动"),
        ("training", "学完一门课，就会记在这里"),
        ("service", "由组织活动的单位把时长记在这里"),
    ):
        page = browser.get(f"/me/records?show={show}").get_data(as_text=True)
        assert words in page
        assert "0 学时" in page
        assert "0 小时" in page
    assert browser.get("/me/records?show=x&page=-3").status_code == 200
    assert "您还没有已经确认的服务时间" in browser.get("/me/records/proof").get_data(as_text=True)


def test_training_and_service_stand_on_one_line_and_are_counted_apart(
    as_person: SignIn, place: Tree, her: Person
) -> None:
    published(place.county)
    browser = as_person(her)
    finish(browser)
    house.service_record(place.county, who=her, of=house.activity(place.county, days_ago=30, name="先走访"))
    house.service_record(place.town, who=her, of=house.activity(place.town, days_ago=20, name="再清扫"))
    done = db.session.scalars(select(Completion)).one()
    page = browser.get("/me/records").get_data(as_text=True)
    assert titles(page) == ["小课", "再清扫", "先走访"]
    assert f"<b>{done.hours:g} 学时</b>" in page
    assert "<b>6 小时</b>" in page
    for words in ("一门小课。", "白沙县妇女联合会", "分钟，按", "服务时间和培训学时是两回事"):
        assert words in page
    assert titles(browser.get("/me/records?show=training").get_data(as_text=True)) == ["小课"]
    assert titles(browser.get("/me/records?show=service").get_data(as_text=True)) == ["再清扫", "先走访"]


def test_a_proof_may_carry_her_training_in_hours_of_its_own(
    as_person: SignIn, place: Tree, her: Person
) -> None:
    published(place.county)
    browser = as_person(her)
    finish(browser)
    house.service_record(place.county, who=her)
    assert post(browser, "/me/records/proof", {"form_id": "one", "training": "y"}).status_code == 302
    paper = db.session.scalars(select(Certificate).where(Certificate.kind == PaperKind.SERVICE)).one()
    (row,) = paper.content["training"]
    assert set(row) == {"day", "title", "content", "hours", "minutes", "host"}
    assert (row["title"], row["content"], row["host"]) == ("小课", "一门小课。", "白沙县妇女联合会")
    assert paper.content["hours"] == "3"
    jobs.render(paper.id)
    db.session.commit()
    assert browser.get(f"/me/certs/{paper.number}.pdf").data.startswith(b"%PDF")
    page = browser.get(f"/me/certs/{paper.number}").get_data(as_text=True)
    assert "不算进服务时间" in page
    course = browser.get("/me/certs").get_data(as_text=True)
    assert course.index("JG-") < course.index("志愿服务记录证明") < course.index("FW-")


def test_a_long_file_is_paged_and_its_totals_stay_whole(as_person: SignIn, place: Tree, her: Person) -> None:
    for day in range(2, 37):
        house.service_record(
            place.county, who=her, of=house.activity(place.county, days_ago=day, name=f"第{day}")
        )
    browser = as_person(her)
    first, second = (browser.get(f"/me/records?page={n}").get_data(as_text=True) for n in (1, 2))
    assert titles(first) + titles(second) == [f"第{day}" for day in range(2, 37)]
    assert all("<b>105 小时</b>" in page for page in (first, second))
