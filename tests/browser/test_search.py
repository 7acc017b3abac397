"""The searcher's journey: words said in a film lead to the second at which they are said."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_journeys import PHONE, join

pytestmark = pytest.mark.browser


def test_a_searcher_lands_on_the_second_of_a_caption(site: str, chromium: Browser) -> None:
    page = chromium.new_page(viewport=PHONE)
    join(page, site, "13900000021")
    page.goto(f"{site}/courses")
    page.get_by_role("searchbox").fill("先敲三下门")
    page.get_by_role("button", name="搜索").click()
    expect(page.locator("mark")).to_have_text("先敲三下门")
    page.get_by_role("link", name=re.compile("看一看")).click()
    expect(page).to_have_url(re.compile(r"/c/journey/2\?t=5$"))
    expect(page.get_by_text("从 5 秒 放起")).to_be_visible()
    page.locator("video").evaluate("video => { video.muted = true; return video.play() }")
    page.wait_for_function("document.querySelector('video').currentTime >= 5")
    played = page.locator("video").evaluate("video => video.played.start(0)")
    assert played >= 4.9
    page.close()


def test_without_scripts_the_film_is_offered_from_the_second_too(site: str, chromium: Browser) -> None:
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    join(page, site, "13900000022")
    page.goto(f"{site}/search?q=先敲三下门")
    page.get_by_role("link", name=re.compile("看一看")).click()
    expect(page.get_by_text("从 5 秒 放起")).to_be_visible()
    assert (page.locator("video source").first.get_attribute("src") or "").endswith("#t=5.0")
    context.close()


def test_what_is_not_there_is_said_calmly(site: str, chromium: Browser) -> None:
    page = chromium.new_page(viewport=PHONE)
    page.goto(f"{site}/search?q=紫色大象")
    expect(page.get_by_text("没有找到“紫色大象”")).to_be_visible()
    page.close()
