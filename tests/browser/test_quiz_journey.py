"""A paper in a real browser: the network goes in the middle and at the end, a second device goes on."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_journeys import PASSWORD, PHONE, join

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def begin(page: Page, site: str) -> None:
    page.goto(f"{site}/c/exam/1")
    page.get_by_role("button", name=re.compile("开始答题|接着答题")).click()
    expect(page.locator("form[data-behaviour=quiz]")).to_be_visible()


def onward(page: Page) -> None:
    page.locator("[data-quiz-next]:visible").click()


def test_a_network_cut_in_the_middle_and_at_the_end_loses_no_answer(site: str, chromium: Browser) -> None:
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    join(page, site, "13900000051")
    begin(page, site)
    expect(page.locator("[data-quiz-left]")).to_contain_text("分钟")
    page.locator("label.option:visible", has_text="乙").click()
    expect(page.locator(".saved")).to_contain_text("已保存")
    onward(page)
    context.set_offline(True)
    page.locator("input[name=item-q2]").fill("自愿")
    onward(page)
    expect(page.locator(".saved")).to_contain_text("已保存在手机上")
    context.set_offline(False)
    expect(page.locator(".saved")).to_contain_text(re.compile(r"已保存 \d\d:\d\d"))
    page.locator("select:visible").nth(0).select_option(label="乙")
    page.locator("select:visible").nth(1).select_option(label="甲")
    expect(page.locator(".saved")).to_contain_text(re.compile(r"已保存 \d\d:\d\d"))
    onward(page)
    context.set_offline(True)
    page.locator("[data-quiz-submit]:visible").click()
    expect(page.get_by_role("alert").filter(has_text="联网后再点一次交卷")).to_be_visible()
    context.set_offline(False)
    page.locator("[data-quiz-submit]:visible").click()
    page.get_by_role("button", name="确认交卷").click()
    expect(page.get_by_text("100 分")).to_be_visible()
    context.close()


def test_a_reload_without_a_network_in_between_shows_what_waits_on_the_phone(
    site: str, chromium: Browser
) -> None:
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    join(page, site, "13900000052")
    begin(page, site)
    page.route("**/api/outbox", lambda route: route.abort())
    page.locator("label.option:visible", has_text="乙").click()
    expect(page.locator(".saved")).to_contain_text("已保存在手机上")
    page.reload()
    expect(page.locator("input[name=item-q1][value=b]")).to_be_checked()
    page.unroute("**/api/outbox")
    page.reload()
    expect(page.locator(".saved")).to_contain_text(re.compile(r"已保存 \d\d:\d\d"))
    context.close()


def test_handing_in_waits_until_the_answers_are_on_the_server(site: str, chromium: Browser) -> None:
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    join(page, site, "13900000053")
    begin(page, site)
    blocked = {"on": True}
    page.route(
        "**/api/outbox", lambda route: route.fulfill(status=503) if blocked["on"] else route.continue_()
    )
    page.locator("label.option:visible", has_text="乙").click()
    for _ in range(3):
        onward(page)
    page.locator("[data-quiz-submit]:visible").click()
    expect(page.get_by_role("alert").filter(has_text="交卷")).to_be_visible()
    blocked["on"] = False
    expect(page.get_by_role("heading", name="交卷")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("还有 2 题没答")).to_be_visible()
    context.close()


def test_a_second_device_goes_on_with_the_same_paper(site: str, chromium: Browser) -> None:
    first = chromium.new_context(viewport=PHONE)
    page = first.new_page()
    join(page, site, "13900000054")
    begin(page, site)
    page.locator("label.option:visible", has_text="乙").click()
    expect(page.locator(".saved")).to_contain_text("已保存")
    second = chromium.new_context(viewport={"width": 1366, "height": 768})
    other = second.new_page()
    other.goto(f"{site}/login")
    other.fill("[name=phone]", "13900000054")
    other.fill("[name=password]", PASSWORD)
    other.locator("main button[type=submit]").click()
    begin(other, site)
    expect(other.locator("input[name=item-q1][value=b]")).to_be_checked()
    other.locator("input[name=item-q2]:visible").fill("自愿")
    onward(other)
    expect(other.locator(".saved")).to_contain_text("已保存")
    for _ in range(3):
        onward(page)
    page.locator("[data-quiz-submit]:visible").click()
    expect(page.get_by_text("还有 1 题没答")).to_be_visible()
    first.close()
    second.close()
