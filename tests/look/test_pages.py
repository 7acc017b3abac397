"""Chromium at three widths and three text sizes: nothing leaves the screen, nothing is too small to tap."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.look import pages

pytestmark = pytest.mark.browser
WIDTHS = (320, 390, 1366)
SIZES = ("standard", "large", "huge")
BEYOND = """() => [...document.querySelectorAll('body *')].filter(e => {
  const box = e.getBoundingClientRect(), wrap = e.closest('.table-wrap');
  if (wrap && wrap !== e || e.closest('.visually-hidden, .skip')) return false;
  return box.width > 0 && box.right > innerWidth + 0.5;
}).map(e => e.tagName + '.' + e.getAttribute('class'))"""
SMALL = """(floor) => [...document.querySelectorAll('.btn, .tool, .tabs a, .option, .chips a, summary')].filter(e => {
  const box = e.getBoundingClientRect();
  return box.height > 0 && (box.height < floor - 0.5 || box.width < 43.5);
}).map(e => e.className + ' ' + e.textContent.trim())"""
TINY = """() => [...document.querySelectorAll('body *')].filter(e => e.getClientRects().length
  && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())
  && parseFloat(getComputedStyle(e).fontSize) < 15).map(e => e.tagName + ' ' + e.textContent.trim())"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        found = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield found
        found.close()


def opened(browser: Browser, tmp_path: Path, html: str, width: int = 390) -> Page:
    file = tmp_path / "page.html"
    file.write_text(html, "utf-8")
    page = browser.new_page(viewport={"width": width, "height": 844})
    page.goto(file.as_uri())
    return page


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_component_keeps_within_the_screen(
    browser: Browser, tmp_path: Path, width: int, size: str
) -> None:
    page = opened(browser, tmp_path, pages.guide_page(size), width)
    assert page.evaluate(BEYOND) == []
    page.close()


@pytest.mark.parametrize(("size", "floor"), [("standard", 44), ("large", 60), ("huge", 60)])
def test_everything_to_tap_is_large_enough(browser: Browser, tmp_path: Path, size: str, floor: int) -> None:
    page = opened(browser, tmp_path, pages.guide_page(size))
    assert page.evaluate(SMALL, floor) == []
    assert page.evaluate(TINY) == []
    page.close()


def test_a_paper_shows_one_question_and_asks_for_the_missing_ones_at_the_end(
    browser: Browser, tmp_path: Path
) -> None:
    page = opened(browser, tmp_path, pages.paper_page())
    assert page.locator("fieldset:visible").count() == 1
    page.get_by_text("说清楚我是谁、为什么来").click()
    for _ in range(3):
        page.locator("[data-quiz-next]").click()
    assert page.get_by_role("heading", name="还有 2 题没答").is_visible()
    assert page.locator("[data-quiz-submit]").is_visible()
    page.get_by_role("button", name="第 2 题").click()
    assert page.locator("fieldset[data-item=g2]").is_visible()
    page.close()


def test_an_answer_is_on_the_phone_before_it_is_sent(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, tmp_path, pages.paper_page())
    page.context.set_offline(True)
    page.get_by_text("说清楚我是谁、为什么来").click()
    kept = page.evaluate("JSON.parse(localStorage.getItem('jg.outbox'))")
    assert [(box["entry"]["item"], box["entry"]["response"]) for box in kept] == [("g1", ["b"])]
    assert "已保存在手机上" in page.locator("[data-behaviour=saved]").inner_text()
    page.reload()
    assert page.locator("input[value=b]").first.is_checked()
    page.close()


def test_without_scripts_a_paper_is_one_long_form(browser: Browser, tmp_path: Path) -> None:
    html = pages.paper_page().replace("<script", "<template").replace("</script>", "</template>")
    page = opened(browser, tmp_path, html)
    assert page.locator("fieldset:visible").count() == 3
    assert page.get_by_role("button", name="交卷").is_visible()
    assert not page.locator("[data-quiz-next]").is_visible()
    page.close()
