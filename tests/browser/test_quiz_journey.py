"""A paper in a real browser: the network goes in the middle and at the end, a second device goes on."""

import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.test_journeys import PASSWORD, PHONE, join

pytestmark = pytest.mark.browser
CHECKED = 'value="b" checked'
"""How the page says that 乙 is her answer to the first question."""


def begin(page: Page, site: str) -> None:
    page.goto(f"{site}/c/exam/1")
    page.get_by_role("button", name=re.compile("开始答题|接着答题")).click()
    expect(page.locator("form.is-kept")).to_be_visible()


def onward(page: Page) -> None:
    page.locator("[data-quiz-next]:visible").click()


def put_first(page: Page, words: str) -> None:
    """Bring one of the two rows of the order to the top, or say that it stands there already."""
    up = page.locator(f".order [data-words='{words}'] [data-move='-1']:visible")
    (up if up.is_enabled() else page.locator("[data-order-sure]:visible")).click()


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
    put_first(page, "乙")
    expect(page.locator(".saved")).to_contain_text(re.compile(r"已保存 \d\d:\d\d"))
    onward(page)
    context.set_offline(True)
    page.locator("[data-quiz-submit]:visible").click()
    expect(page.get_by_role("alert").filter(has_text="联网后再点一次交卷")).to_be_visible()
    context.set_offline(False)
    page.locator("[data-quiz-submit]:visible").click()
    context.set_offline(True)
    page.get_by_role("button", name="确认交卷").click()
    expect(page.get_by_text("网络断开了，还没有交上去。")).to_be_visible()
    context.set_offline(False)
    page.get_by_role("button", name="确认交卷").click()
    expect(page.get_by_role("heading", name="100 分")).to_be_visible()
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


def test_saved_is_said_only_once_the_server_has_it(site: str, chromium: Browser) -> None:
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    join(page, site, "13900000055")
    begin(page, site)
    held: list[Route] = []
    page.route("**/api/outbox", lambda route: held.append(route))
    page.locator("label.option:visible", has_text="乙").click()
    expect(page.locator(".saved")).to_contain_text("正在保存")
    page.wait_for_timeout(1000)
    assert "已保存" not in page.locator(".saved").inner_text() and held
    assert CHECKED not in context.request.get(page.url).text()
    held[0].continue_()
    expect(page.locator(".saved")).to_contain_text(re.compile(r"已保存 \d\d:\d\d"))
    assert CHECKED in context.request.get(page.url).text()
    context.close()


def test_an_answer_whose_reply_was_lost_is_sent_again_and_counts_once(site: str, chromium: Browser) -> None:
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    join(page, site, "13900000056")
    begin(page, site)
    lost: list[int] = []

    def lose_the_first(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/api/outbox", lose_the_first)
    page.locator("label.option:visible", has_text="乙").click()
    expect(page.locator(".saved")).to_contain_text("已保存在手机上")
    assert lost == [200] and CHECKED in context.request.get(page.url).text()
    expect(page.locator(".saved")).to_contain_text(re.compile(r"已保存 \d\d:\d\d"))
    context.close()


def test_two_tabs_are_one_paper_and_the_older_one_takes_nothing_back(site: str, chromium: Browser) -> None:
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    join(page, site, "13900000057")
    begin(page, site)
    other = context.new_page()
    begin(other, site)
    assert other.url == page.url
    onward(other)
    other.locator("input[name=item-q2]").fill("自愿")
    onward(other)
    expect(other.locator(".saved")).to_contain_text(re.compile(r"已保存 \d\d:\d\d"))
    page.bring_to_front()
    page.locator("label.option:visible", has_text="乙").click()
    onward(page)
    onward(page)
    put_first(page, "乙")
    expect(page.locator(".saved")).to_contain_text(re.compile(r"已保存 \d\d:\d\d"))
    onward(page)
    page.locator("[data-quiz-submit]:visible").click()
    expect(page.get_by_text("3 题都答完了")).to_be_visible()
    page.get_by_role("button", name="确认交卷").click()
    expect(page.get_by_role("heading", name="100 分")).to_be_visible()
    other.reload()
    expect(other.get_by_role("heading", name="100 分")).to_be_visible()
    context.close()


def test_a_hand_in_whose_reply_was_lost_shows_the_result_and_uses_one_try(
    site: str, chromium: Browser
) -> None:
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    join(page, site, "13900000058")
    begin(page, site)
    page.locator("label.option:visible", has_text="乙").click()
    expect(page.locator(".saved")).to_contain_text(re.compile(r"已保存 \d\d:\d\d"))
    for _ in range(3):
        onward(page)
    page.locator("[data-quiz-submit]:visible").click()
    expect(page.get_by_text("还有 2 题没答")).to_be_visible()
    asked = page.url

    def lose(route: Route) -> None:
        route.fetch(max_redirects=0)
        route.abort()

    page.route("**/submission", lose)
    page.get_by_role("button", name="确认交卷").click()
    page.wait_for_timeout(1000)
    page.unroute("**/submission")
    page.goto(asked)
    expect(page.get_by_role("heading", name="33 分")).to_be_visible()
    page.goto(f"{site}/c/exam/1")
    expect(page.get_by_text("2 次")).to_be_visible()
    context.close()
