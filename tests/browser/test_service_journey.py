"""Organiser → volunteer's proof → public check, in a real browser; the organiser's part without scripts too."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ORGANISER
from tests.browser.test_journeys import PHONE, join
from tests.factories import PASSWORD

pytestmark = pytest.mark.browser
DESK = {"width": 1366, "height": 768}


def sign_in(page: Page, site: str) -> None:
    page.goto(f"{site}/login?next=/me")
    page.fill("[name=phone]", ORGANISER)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("link", name="活动和服务时间").click()


def record_activity(page: Page) -> None:
    page.get_by_role("link", name="记一次活动").click()
    for name, typed in (("name", "走访困境儿童"), ("day", "2026-03-05"), ("start", "09:00"), ("end", "11:30"),
                        ("place", "白沙镇河东村"), ("content", "走访 12 户，送文具。")):  # fmt: skip
        page.fill(f"[name={name}]", typed)
    page.select_option("[name=category]", "care")
    page.get_by_role("button", name="下一步").click()


def add_and_confirm(page: Page, phone: str) -> None:
    page.fill("[name=q]", phone)
    page.get_by_role("button", name="查找").click()
    page.get_by_role("button", name="添加打勾的人").click()
    expect(page.get_by_role("heading", name="待确认 1 人")).to_be_visible()
    page.get_by_role("button", name="确认打勾的时长").click()
    expect(page.get_by_role("heading", name="已确认 1 人")).to_be_visible()


def proof(page: Page, site: str) -> tuple[str, str]:
    page.goto(f"{site}/me")
    page.get_by_role("link", name="我的记录").click()
    expect(page.get_by_text("2.5 小时").first).to_be_visible()
    page.get_by_role("link", name="开志愿服务记录证明").click()
    page.get_by_role("button", name="开证明").click()
    expect(page.get_by_role("heading", name="志愿服务记录证明")).to_be_visible()
    for _ in range(30):
        if page.get_by_role("link", name="打开证明").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(page.get_by_role("link", name="打开证明")).to_be_visible()
    code = re.search(r"验证码</dt><dd>([A-Z0-9]{4})<", page.content())
    assert code
    return page.url.rsplit("/", 1)[1], code.group(1)


@pytest.mark.parametrize(("scripts", "phone"), [(True, "13900000021"), (False, "13900000022")])
def test_an_organiser_records_a_volunteer_has_her_proof_and_anyone_checks_it(
    site: str, chromium: Browser, scripts: bool, phone: str
) -> None:
    hers = chromium.new_context(viewport=PHONE, java_script_enabled=scripts).new_page()
    join(hers, site, phone)
    desk = chromium.new_context(viewport=DESK, java_script_enabled=scripts).new_page()
    sign_in(desk, site)
    record_activity(desk)
    add_and_confirm(desk, phone)
    number, code = proof(hers, site)
    assert hers.request.get(f"{site}/me/certs/{number}.pdf").body().startswith(b"%PDF")
    anyone = chromium.new_context(viewport=PHONE).new_page()
    anyone.goto(f"{site}/verify")
    anyone.fill("[name=number]", number)
    anyone.fill("[name=code]", code)
    anyone.get_by_role("button", name="查询").click()
    expect(anyone.get_by_role("heading", name="证明有效")).to_be_visible()
    expect(anyone.get_by_text("王*英")).to_be_visible()
    for page in (hers, desk, anyone):
        page.context.close()
