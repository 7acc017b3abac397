"""Excel files: a purpose, a worker, a signed address; another county's is not there."""

import hashlib
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person
from lms.audit import commands, jobs
from lms.audit.models import Export
from lms.core import clock
from lms.core.audit_log import AuditEntry
from lms.core.jobs import Job, JobState
from lms.extensions import db
from lms.federations import commands as federations
from lms.federations.permissions import Role
from tests import factories
from tests.lms.audit import facts

pytestmark = pytest.mark.both_databases
SignIn = Callable[[Person], FlaskClient]
PHONE = "13955550001"
ASK = "/audit/u/990101/export?state=new"


@pytest.fixture
def staff(app: Flask) -> list[Person]:
    """The officers of 白沙县 and 石桥县; one volunteer is named like a formula."""
    place = factories.tree()
    factories.person(PHONE, place.village, '=HYPERLINK("http://x","王")')
    factories.person("13955550002", place.village, "+86")
    made = [
        factories.person("13955550003", place.province, "赵岚"),
        factories.person("13955550004", place.province, "孙梅"),
    ]
    federations.appoint(made[0].id, Role.OFFICER, place.county, actor_id=None)
    federations.appoint(made[1].id, Role.OFFICER, place.other_county, actor_id=None)
    db.session.commit()
    return made


def row() -> Export:
    db.session.expire_all()
    return db.session.scalars(select(Export).order_by(Export.id.desc())).first()  # type: ignore[return-value]


def test_a_file_says_who_why_which_and_its_digest_is_the_one_on_the_page(
    as_person: SignIn, staff: list[Person]
) -> None:
    browser = as_person(staff[0])
    where = facts.export(browser, ASK)
    assert "正在生成" in facts.text(browser, where)
    assert browser.get(where).headers["Refresh"] == "2"
    facts.work()
    page = facts.text(browser, where)
    assert browser.get(where).headers["Refresh"].startswith("0; url=/audit/files/")
    assert "Refresh" not in browser.get(where.partition("?")[0]).headers
    content = facts.download(browser, where)
    assert hashlib.sha256(content).hexdigest() in page
    assert row().rows == 2 and row().size == len(content)
    about = dict(line[:2] for line in facts.sheets(content)["说明"])
    assert about["用途"] == facts.PURPOSE and about["导出人"] == "赵岚" and about["人数"] == "2"
    assert about["名单"] == "未开始"
    overview = facts.text(browser, "/audit/exports")
    assert facts.PURPOSE in overview and "赵岚" in overview and "做好了" in overview


def test_names_that_look_like_formulas_stay_text_and_phones_are_masked(
    as_person: SignIn, staff: list[Person]
) -> None:
    browser = as_person(staff[0])
    where = facts.export(browser, ASK)
    facts.work()
    content = facts.download(browser, where)
    lines = facts.sheets(content)["名单"]
    assert {line[0] for line in lines[1:]} == {'=HYPERLINK("http://x","王")', "+86"}
    assert {line[1] for line in lines[1:]} == {"139****0001", "139****0002"}
    assert b"<f>" not in _sheet_xml(content)


def _sheet_xml(content: bytes) -> bytes:
    return zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")


def test_whole_numbers_come_only_when_asked_for_and_that_is_recorded(
    as_person: SignIn, staff: list[Person], caplog: pytest.LogCaptureFixture
) -> None:
    browser = as_person(staff[0])
    with caplog.at_level("DEBUG"):
        where = facts.export(browser, ASK, full_phones="y")
        facts.work()
        lines = facts.sheets(facts.download(browser, where))["名单"]
    assert PHONE in {line[1] for line in lines}
    assert PHONE not in caplog.text
    asked = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "export.asked")).one()
    fetched = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "export.downloaded")).one()
    assert asked.detail["full_phones"] is True and asked.detail["purpose"] == facts.PURPOSE
    assert fetched.detail["purpose"] == facts.PURPOSE
    assert PHONE not in facts.text(browser, where) + str(asked.detail)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"purpose": ""}, "请写一句用途"),
        ({"purpose": "查 13955550001"}, "不要写手机号"),
        ({"purpose": "长" * 201}, "现在有 201 个"),
    ],
)
def test_without_a_good_purpose_nothing_is_made_and_the_input_stays(
    as_person: SignIn, staff: list[Person], fields: dict[str, Any], said: str
) -> None:
    answer = factories.post(as_person(staff[0]), ASK, {**fields, "full_phones": "y", "state": "new"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and said in page
    assert f'value="{fields["purpose"]}"' in page and "checked" in page and "未开始" in page
    assert db.session.scalar(select(Export)) is None
    assert db.session.scalar(select(Job).where(Job.name == "audit.export")) is None


def test_another_countys_export_and_file_are_not_there(
    app: Flask, as_person: SignIn, staff: list[Person]
) -> None:
    browser, stranger = as_person(staff[0]), as_person(staff[1])
    where = facts.export(browser, ASK)
    facts.work()
    link = re.search(r'href="(/audit/files/[^"]+)"', facts.text(browser, where))
    assert link
    token = factories.page_token(stranger, "/audit/exports")
    assert stranger.get(where).status_code == 404
    assert stranger.post(f"{where.partition('?')[0]}/retry", data={"csrf_token": token}).status_code == 404
    assert facts.PURPOSE not in facts.text(stranger, "/audit/exports")
    for one in (stranger, app.test_client()):
        assert one.get(link.group(1)).status_code == 404
    assert browser.get(link.group(1) + "x").status_code == 404
    with clock.travel(minutes=16):
        answer = browser.get(link.group(1))
        assert answer.status_code == 404 and "这个地址过期了" in answer.get_data(as_text=True)


def test_a_colleague_sees_the_record_but_only_the_one_who_asked_may_fetch(
    as_person: SignIn, staff: list[Person]
) -> None:
    browser = as_person(staff[0])
    where = facts.export(browser, ASK)
    facts.work()
    federations.appoint(staff[1].id, Role.OFFICER, row().unit, actor_id=None)
    db.session.commit()
    colleague = as_person(staff[1])
    page = facts.text(colleague, where)
    assert "只有申请的人能下载" in page and "/audit/files/" not in page
    link = re.search(r'href="(/audit/files/[^"]+)"', facts.text(browser, where))
    assert link and colleague.get(link.group(1)).status_code == 404


def test_when_her_role_ends_the_address_ends(as_person: SignIn, staff: list[Person]) -> None:
    browser = as_person(staff[0])
    where = facts.export(browser, ASK)
    facts.work()
    link = re.search(r'href="(/audit/files/[^"]+)"', facts.text(browser, where))
    assert link
    for given in db.session.scalars(select(federations.RoleAssignment)):
        given.until = clock.now()
    db.session.commit()
    assert browser.get(link.group(1)).status_code == 404


def test_a_job_that_fails_can_be_tried_again(
    as_person: SignIn, staff: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = as_person(staff[0])
    where = facts.export(browser, ASK)
    token = factories.page_token(browser, where)
    retry = f"{where.partition('?')[0]}/retry"
    assert browser.post(retry, data={"csrf_token": token}).status_code == 409
    with monkeypatch.context() as broken:
        broken.setattr(jobs, "_write", _fails)
        for minutes in range(6):
            with clock.travel(minutes=minutes * 20):
                facts.work()
    page = facts.text(browser, where)
    assert "没有做成" in page and "重试" in page
    assert "没有做成" in facts.text(browser, "/audit/exports")
    assert browser.post(retry, data={"csrf_token": token}).status_code == 302
    facts.work()
    assert len(facts.sheets(facts.download(browser, where))["名单"]) == 3
    assert browser.post(retry, data={"csrf_token": token}).status_code == 409


def _fails(*_: object) -> int:
    raise OSError("no room")


def test_the_same_job_twice_leaves_one_file(app: Flask, as_person: SignIn, staff: list[Person]) -> None:
    facts.export(as_person(staff[0]), ASK)
    facts.work()
    before, export_id = row().digest, row().id
    jobs.export(export_id)
    db.session.commit()
    assert row().digest == before
    kept = Path(app.extensions["lms_settings"].data) / "storage" / "exports"
    assert len(list(kept.rglob("*.xlsx"))) == 1


def test_after_three_days_the_file_is_gone_and_the_row_stays(
    app: Flask, as_person: SignIn, staff: list[Person]
) -> None:
    browser = as_person(staff[0])
    where = facts.export(browser, ASK)
    facts.work()
    with clock.travel(days=3, minutes=1):
        assert "过期了" in facts.text(browser, where) and "/audit/files/" not in facts.text(browser, where)
        assert commands.forget_expired() == 1
        db.session.commit()
        assert "已过期" in facts.text(browser, "/audit/exports")
    assert row().digest and row().storage_key is None
    kept = Path(app.extensions["lms_settings"].data) / "storage" / "exports"
    assert list(kept.rglob("*.xlsx")) == []


def test_long_lists_go_to_the_heavy_lane(
    as_person: SignIn, staff: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "QUICK_ROWS", 1)
    facts.export(as_person(staff[0]), ASK)
    job = db.session.scalars(select(Job).where(Job.name == "audit.export")).one()
    assert (job.lane, job.state) == ("heavy", JobState.WAITING)
