"""The officer's room through the door: she herself, her auditor, a stranger from the next county."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person
from lms.core.audit_log import AuditEntry
from lms.extensions import db
from lms.federations import commands as federations
from lms.federations.permissions import Role
from lms.learning import commands as learning
from tests import factories
from tests.factories import Tree
from tests.lms.audit import facts
from tests.lms.test_journey import open_video, send, watched

pytestmark = pytest.mark.both_databases
SignIn = Callable[[Person], FlaskClient]
PHONE = "13955550001"


@dataclass
class Three:
    """She, her auditor, a stranger from 石桥县, and the one who may look only after saying why."""

    place: Tree
    her: Person
    auditor: Person
    stranger: Person
    province: Person


@pytest.fixture
def three(app: Flask) -> Three:
    place = factories.tree()
    factories.published(place.county)
    people = [
        factories.person(f"1395555000{n}", unit, name)
        for n, unit, name in (
            (1, place.village, "王秀英"),
            (2, place.county, "赵岚"),
            (3, place.other_county, "孙梅"),
            (4, place.province, "周静"),
        )
    ]
    for person, unit in zip(people[1:], (place.county, place.other_county, place.province), strict=True):
        federations.appoint(person.id, Role.OFFICER, unit, actor_id=None)
    db.session.commit()
    return Three(place, *people)


def page_of(person: Person) -> str:
    return f"/audit/p/{person.public_id}"


def entries(action: str) -> list[AuditEntry]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.action == action)))


def test_signing_in_an_officer_lands_at_her_county_and_a_volunteer_at_her_courses(
    app: Flask, three: Three
) -> None:
    for person, where in ((three.auditor, "/audit"), (three.her, "/learn")):
        browser = app.test_client()
        words = {"phone": person.phone, "password": factories.PASSWORD}
        assert factories.post(browser, "/login", words).headers["Location"] == where
        answer = factories.post(browser, "/login", {**words, "next": "/courses"})
        assert answer.headers["Location"] == "/courses"


def test_her_own_unit_opens_first(as_person: SignIn, three: Three) -> None:
    browser = as_person(three.auditor)
    assert browser.get("/audit").headers["Location"] == "/audit/u/990101"
    page = facts.text(browser, "/audit/u/990101")
    assert "白沙县 · 学习完成情况" in page
    assert "云溪省" not in page


def test_someone_with_two_units_chooses(as_person: SignIn, three: Three) -> None:
    federations.appoint(three.auditor.id, Role.OFFICER, three.place.other_county, actor_id=None)
    db.session.commit()
    page = facts.text(as_person(three.auditor), "/audit")
    assert "/audit/u/990101" in page and "/audit/u/990102" in page


def test_a_neighbouring_county_does_not_see_her(as_person: SignIn, three: Three) -> None:
    browser = as_person(three.stranger)
    for where in (
        page_of(three.her),
        "/audit/u/990101",
        "/audit/u/990101/people",
        "/audit/u/990101100201/export",
    ):
        assert browser.get(where).status_code == 404
    assert "王秀英" not in facts.text(browser, "/audit/u/990102/people")
    assert as_person(three.her).get(page_of(three.her)).status_code == 403


def test_an_old_code_of_a_unit_still_leads_there(as_person: SignIn, three: Three) -> None:
    federations.recode(
        three.place.county, "990199", since=three.place.county.created_at.date(), actor_id=None
    )
    db.session.commit()
    browser = as_person(three.auditor)
    assert "白沙县" in facts.text(browser, "/audit/u/990101")
    assert browser.get("/audit").headers["Location"] == "/audit/u/990199"


@pytest.mark.parametrize("typed", ("王秀", "wangxiuying", "Wang Xiu", "wxy", "wangxy"))
def test_she_is_found_by_name_pinyin_and_initials(as_person: SignIn, three: Three, typed: str) -> None:
    found = facts.listed(as_person(three.auditor), f"/audit/u/990101/people?q={typed}")
    assert found.names == ["王秀英"]


@pytest.mark.parametrize("typed", ("%", "_", "'", "zzz", PHONE, "王*英"))
def test_other_words_find_nobody_and_say_so(as_person: SignIn, three: Three, typed: str) -> None:
    page = facts.text(as_person(three.auditor), f"/audit/u/990101/people?q={typed.replace('%', '%25')}")
    assert "没有找到" in page and "0 人" in page


def test_a_list_is_paged_by_25_in_the_order_of_pinyin(as_person: SignIn, three: Three) -> None:
    for number, name in enumerate("张李王陈" * 13):
        factories.person(f"134{number:08d}", three.place.village, f"{name}小红")
    browser = as_person(three.auditor)
    assert len(re.findall("/audit/p/", facts.text(browser, "/audit/u/990101100201/people"))) == 25
    names = facts.listed(browser, "/audit/u/990101100201/people").names
    assert [name[0] for name in names] == ["陈"] * 13 + ["李"] * 13 + ["王"] * 14 + ["张"] * 13
    assert "第 3 页，共 3 页" in facts.text(browser, "/audit/u/990101100201/people?page=99")
    assert "第 1 页，共 3 页" in facts.text(browser, "/audit/u/990101100201/people?page=abc")


@pytest.mark.parametrize("said", ("state=odd", "course=nothing"))
def test_an_unknown_filter_is_a_page_that_says_so(as_person: SignIn, three: Three, said: str) -> None:
    answer = as_person(three.auditor).get(f"/audit/u/990101/people?{said}")
    assert answer.status_code == 404
    assert "重新选" in answer.get_data(as_text=True)


def test_the_province_says_why_before_it_sees_names(as_person: SignIn, three: Three) -> None:
    browser = as_person(three.province)
    assert "在册人数 3" not in facts.text(browser, "/audit/u/990101/people?state=new")
    for where in ("/audit/u/990101/people?state=new", page_of(three.her)):
        page = facts.text(browser, where)
        assert "请写一句用途" in page and "王秀英" not in page
    where = "/audit/u/990101/people?state=new"
    answer = factories.post(browser, where, {"purpose": " ", "state": "new"})
    assert answer.status_code == 422 and "请写一句用途" in answer.get_data(as_text=True)
    answer = factories.post(browser, where, {"purpose": "查 13955550001", "state": "new"})
    assert answer.status_code == 422 and "不要写手机号" in answer.get_data(as_text=True)
    answer = factories.post(browser, where, {"purpose": "长" * 201, "state": "new"})
    assert answer.status_code == 422 and "现在有 201 个" in answer.get_data(as_text=True)
    answer = factories.post(browser, where, {"purpose": facts.PURPOSE, "state": "new"})
    assert answer.headers["Location"] == where
    assert "王秀英" in facts.text(browser, where)
    assert "王秀英" in facts.text(browser, page_of(three.her))
    assert [one.detail["purpose"] for one in entries("purpose.said")] == [facts.PURPOSE]
    assert [one.detail["purpose"] for one in entries("person.viewed")] == [facts.PURPOSE]


def test_every_reading_of_names_is_recorded_and_she_sees_who(as_person: SignIn, three: Three) -> None:
    browser = as_person(three.auditor)
    facts.text(browser, "/audit/u/990101100/people")
    facts.text(browser, page_of(three.her))
    assert [one.detail["people"] for one in entries("people.listed")] == [[three.her.id]]
    assert [one.object_id for one in entries("person.viewed")] == [str(three.her.id)]
    hers = facts.text(as_person(three.her), "/me/seen")
    assert "赵岚（白沙县）" in hers and "看了您的学习情况" in hers and "打开了名单" in hers
    assert "赵岚" not in facts.text(as_person(three.stranger), "/me/seen")
    assert "谁看过我的资料" in facts.text(as_person(three.her), "/me")


def test_her_evidence_shows_every_rule_the_gaps_the_answers_and_the_text_version(
    as_person: SignIn, three: Three
) -> None:
    hers = as_person(three.her)
    hers.get("/c/small/1")
    visit = open_video(hers)
    send(hers, watched(visit, [0, 1]))
    page = facts.text(as_person(three.auditor), page_of(three.her))
    assert "再读 30 秒就够了" in page or "再读 29 秒就够了" in page
    assert "到1分00秒" in page and "放了视频" in page
    assert "还差 2 课没学完" in page
    assert "测验还没考，60 分算通过" in page


def test_a_lesson_finished_by_its_text_version_says_so(as_person: SignIn, three: Three) -> None:
    version = factories.published(three.place.county, "other")
    enrolment = facts.begin(three.her, version)
    lesson = version.content.lesson("watch")
    row = learning.progress_row(enrolment.id, "watch")
    row.pages, row.checks_right = {"1": {"read": True}, "2": {"read": True}}, True
    learning.check_lesson(enrolment, lesson)
    db.session.commit()
    page = facts.text(as_person(three.auditor), page_of(three.her))
    assert "用文字版学完了" in page and "已学完 · 文字版" in page


def test_her_attempts_are_shown_item_by_item_with_the_certificate(as_person: SignIn, three: Three) -> None:
    version = factories.published(three.place.county, "other")
    enrolment = facts.begin(three.her, version)
    for lesson_id, how in (("read", "read"), ("watch", "watched")):
        _record(enrolment.id, lesson_id, how)
    db.session.commit()
    hers = as_person(three.her)
    take_paper_of(hers, "other", **{"item-q1": "a"})
    take_paper_of(hers, "other", **{"item-q1": "b", "item-q2": "b", "item-q3": "true"})
    page = facts.text(as_person(three.auditor), page_of(three.her))
    assert page.index("第 1 次测验") < page.index("没通过") < page.index("第 2 次测验")
    assert page.count("答错") == 3 and page.count("答对") == 3
    assert re.search(r'href="/v/[^"]+">JG-2026-990101-000001', page)


def _record(enrolment_id: int, lesson_id: str, how: str) -> None:
    row = learning.insert(learning.LessonCompletion).values(
        enrolment_id=enrolment_id, lesson_id=lesson_id, how=how, at=learning.clock.now(), evidence={}
    )
    db.session.execute(row)


def take_paper_of(browser: FlaskClient, slug: str, **answers: str) -> None:
    token = factories.page_token(browser, f"/c/{slug}")
    address = browser.post(f"/c/{slug}/3/try", data={"csrf_token": token}).headers["Location"]
    browser.post(address, data={"csrf_token": token, **answers})
    assert browser.post(f"{address}/submission", data={"csrf_token": token}).status_code == 302


def test_a_slip_lets_her_choose_a_new_password_and_she_sees_who_made_it(
    app: Flask, as_person: SignIn, three: Three
) -> None:
    browser = as_person(three.auditor)
    assert "24 小时内用一次" in facts.text(browser, f"{page_of(three.her)}/slip")
    page = factories.post(browser, f"{page_of(three.her)}/slip", {}).get_data(as_text=True)
    code = re.search(r'class="slip-code">([^<]+)<', page)
    assert code
    words = {"phone": three.her.phone, "code": code.group(1), "password": "quite-new-8"}
    hers = app.test_client()
    assert factories.post(hers, "/reset", words).headers["Location"] == "/learn"
    seen = facts.text(hers, "/me/seen")
    assert "给您开了重设密码的单子" in seen and "用重设单换了密码" in seen and "赵岚" in seen
    assert [one.actor_id for one in entries("slip.issued")] == [three.auditor.id]
    assert code.group(1).replace(" ", "") not in str([one.detail for one in entries("slip.issued")])


def test_no_slip_for_staff_nor_for_people_of_another_county(as_person: SignIn, three: Three) -> None:
    browser = as_person(three.auditor)
    answer = factories.post(browser, f"{page_of(three.auditor)}/slip", {})
    assert answer.status_code == 409 and "请平台管理员重设" in answer.get_data(as_text=True)
    stranger = as_person(three.stranger)
    token = factories.page_token(stranger, "/audit/exports")
    for said in ("", "?unit=990102"):
        where = f"{page_of(three.her)}/slip{said}"
        assert stranger.get(where).status_code == 404
        assert stranger.post(where, data={"csrf_token": token}).status_code == 404
    assert entries("slip.issued") == []


def test_whole_phone_numbers_stand_on_no_page(as_person: SignIn, three: Three) -> None:
    browser = as_person(three.auditor)
    for where in (
        "/audit/u/990101",
        "/audit/u/990101/people",
        page_of(three.her),
        f"{page_of(three.her)}/slip",
    ):
        page = facts.text(browser, where)
        assert PHONE not in page
    assert "139****0001" in facts.text(browser, "/audit/u/990101/people")


def test_the_way_back_goes_to_the_same_page_of_the_same_list(as_person: SignIn, three: Three) -> None:
    browser = as_person(three.auditor)
    said = "unit=990101&page=2&course=small&state=new&q=%E7%8E%8B"
    page = facts.text(browser, f"{page_of(three.her)}?{said}").replace("&amp;", "&")
    back = "/audit/u/990101/people?page=2&course=small&state=new&q=%E7%8E%8B"
    assert f'href="{back}">‹ 返回名单' in page
