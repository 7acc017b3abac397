"""What a phone still shows when the network is gone."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_journeys import PHONE, join

pytestmark = pytest.mark.browser


def with_worker(page: Page) -> None:
    """Wait until the service worker has taken over."""
    page.wait_for_function("navigator.serviceWorker.controller !== null")


def test_an_opened_lesson_can_be_read_again_without_a_network(site: str, chromium: Browser) -> None:
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    join(page, site, "13900000041")
    with_worker(page)
    page.goto(f"{site}/c/journey/1")
    expect(page.locator(".prose")).to_contain_text("先读一读")
    context.set_offline(True)
    page.goto(f"{site}/c/journey/1")
    expect(page.locator(".prose")).to_contain_text("先读一读")
    expect(page.get_by_role("button", name="我读完了")).to_have_css("background-color", "rgb(179, 32, 44)")
    page.goto(f"{site}/c/journey/3")
    expect(page.get_by_role("heading", name="网络断开了")).to_be_visible()
    context.close()


def test_whoever_uses_the_phone_after_her_finds_none_of_her_pages(site: str, chromium: Browser) -> None:
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    join(page, site, "13900000042")
    with_worker(page)
    page.goto(f"{site}/c/journey/1")
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_load_state()
    context.set_offline(True)
    page.goto(f"{site}/c/journey/1")
    expect(page.get_by_role("heading", name="网络断开了")).to_be_visible()
    context.close()
