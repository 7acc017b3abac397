"""Each kind of item on the real quiz page: answered by the keyboard alone and by touch, saved, and graded."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import kinds_course
from tests.browser.conftest import ROOT
from tests.browser.test_journeys import PHONE, join

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def kinds(site: str, site_env: dict[str, str]) -> str:
    """The address of the course, once it is on the site."""
    package = kinds_course.write(Path(site_env["LMS_DATA"]) / "kinds")
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    subprocess.run(
        [*flask, "courses", "import", str(package), "--publish"], cwd=ROOT, env=site_env, check=True
    )
    return f"{site}/c/kinds"


@pytest.fixture(scope="module")
def page(kinds: str, site: str, chromium: Browser) -> Iterator[Page]:
    """Her phone, signed in; every kind is answered on it."""
    context = chromium.new_context(viewport=PHONE, has_touch=True)
    page = context.new_page()
    join(page, site, "13900000061")
    yield page
    context.close()


def begin(page: Page, kinds: str, kind: str) -> None:
    page.goto(f"{kinds}/{kinds_course.number_of(kind)}")
    page.get_by_role("button", name=re.compile("开始答题|接着答题")).click()
    expect(page.locator("fieldset.question:visible")).to_have_count(1)
    page.locator("fieldset.question:visible").evaluate("(box) => { box.tabIndex = -1; box.focus(); }")


def tab_to(page: Page, query: str) -> None:
    """Press the tab key until the focus is on what `query` finds, as she would."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("(query) => document.activeElement.matches(query)", query):
            return
    raise AssertionError(f"the tab key never reached {query}")


def choose(page: Page, value: str) -> None:
    """Choose in the focused list: by arrow keys where it is a list to open, as headless Chromium does."""
    page.evaluate("() => document.activeElement.focus()")
    wanted = page.evaluate(
        "(value) => [...document.activeElement.options].findIndex((one) => one.textContent === value)", value
    )
    for _ in range(wanted):
        page.keyboard.press("ArrowDown")


def single(page: Page) -> None:
    expect(page.get_by_role("img", name="一间有灶台的厨房")).to_be_visible()
    assert page.evaluate("document.querySelector('.question-stem img').naturalWidth") == 640
    tab_to(page, "[name=item-i-single]")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")


def multiple(page: Page) -> None:
    expect(page.get_by_role("img", name="一扇窗")).to_be_visible()
    tab_to(page, "[value=a]")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")


def truefalse(page: Page) -> None:
    tab_to(page, "[name=item-i-truefalse]")
    page.keyboard.press("Space")


def text(page: Page) -> None:
    tab_to(page, "[name=item-i-text]")
    page.keyboard.insert_text("自愿")
    page.keyboard.press("Tab")


def number(page: Page) -> None:
    tab_to(page, "[name=item-i-number]")
    page.keyboard.type("72")
    page.keyboard.press("Tab")


def cloze(page: Page) -> None:
    tab_to(page, "select")
    choose(page, "自愿")
    page.keyboard.press("Tab")
    page.keyboard.type("15")
    page.keyboard.press("Tab")


def order(page: Page) -> None:
    assert page.locator("select:visible").count() == 0
    for place, wanted in enumerate(("最后道别", "先敲门", "再说明来意")):
        words = page.locator(".order [data-words]").evaluate_all(
            "(rows) => rows.map((row) => row.dataset.words)"
        )
        up = f"[data-words='{wanted}'] [data-move='-1']"
        for _ in range(words.index(wanted) - place):
            page.locator("fieldset.question").evaluate("(box) => box.focus()")
            tab_to(page, up)
            page.keyboard.press("Enter")
            expect(page.locator("[data-told]")).to_contain_text(f"“{wanted}”现在是第")
    if page.locator("[data-order-sure]").is_visible():
        tab_to(page, "[data-order-sure]")
        page.keyboard.press("Enter")


def match(page: Page) -> None:
    tab_to(page, "[data-left=l1]")
    choose(page, "119")
    page.keyboard.press("Tab")
    choose(page, "120")
    page.keyboard.press("Tab")


def hotspot(page: Page) -> None:
    expect(page.get_by_role("img", name="一间厨房，左边灶台，右上方是窗")).to_be_visible()
    tab_to(page, "[data-spot]")
    for _ in range(14):
        page.keyboard.press("ArrowLeft")
    for _ in range(8):
        page.keyboard.press("ArrowDown")
    expect(page.locator("[data-told]")).to_contain_text("在“灶台”上")
    page.keyboard.press("Space")
    expect(page.get_by_label("灶台")).to_be_checked()


def essay(page: Page) -> None:
    tab_to(page, "textarea")
    page.keyboard.insert_text("先尊重她，改天再来。")
    page.keyboard.press("Tab")


def case(page: Page) -> None:
    tab_to(page, "[name=item-case-a]")
    page.keyboard.press("Space")
    tab_to(page, "[data-quiz-next]")
    page.keyboard.press("Enter")
    tab_to(page, "[name=item-case-b]")
    page.keyboard.type("72")
    page.keyboard.press("Tab")


BY_KEYBOARD = {
    "single": single, "multiple": multiple, "truefalse": truefalse, "text": text, "number": number, "cloze": cloze,
    "order": order, "match": match, "hotspot": hotspot, "essay": essay, "case": case,
}  # fmt: skip


def hand_in(page: Page) -> None:
    """Go on and hand in by the keyboard, once everything is saved."""
    expect(page.locator(".saved")).to_contain_text(re.compile(r"已保存 \d\d:\d\d"))
    page.locator("fieldset.question:visible").evaluate("(box) => { box.tabIndex = -1; box.focus(); }")
    tab_to(page, "[data-quiz-next]")
    page.keyboard.press("Enter")
    tab_to(page, "[data-quiz-submit]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="交卷")).to_be_visible()
    tab_to(page, "main .btn-main")
    page.keyboard.press("Enter")


@pytest.mark.parametrize("kind", kinds_course.KINDS)
def test_a_kind_is_answered_by_the_keyboard_alone(page: Page, kinds: str, kind: str) -> None:
    begin(page, kinds, kind)
    BY_KEYBOARD[kind](page)
    hand_in(page)
    score = "等老师看" if kind == "essay" else "100 分"
    expect(page.get_by_role("heading", name=score)).to_be_visible()


def test_a_tap_on_the_picture_chooses_the_area_and_the_result_shows_it(page: Page, kinds: str) -> None:
    begin(page, kinds, "hotspot")
    box = page.locator("[data-spot]").bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.1)
    expect(page.locator("[data-told]")).to_contain_text("没有可以选的地方")
    page.touchscreen.tap(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.25)
    expect(page.get_by_label("窗台")).to_be_checked()
    expect(page.locator(".saved")).to_contain_text(re.compile(r"已保存 \d\d:\d\d"))
    page.reload()
    expect(page.locator("g.chosen")).to_have_attribute("data-words", "窗台")
    hand_in(page)
    expect(page.get_by_text("您选的：2 窗台")).to_be_visible()
    expect(page.locator(".spot g.chosen")).to_have_attribute("data-words", "窗台")


def test_a_third_place_takes_the_first_one_back_where_two_are_asked_for(page: Page, kinds: str) -> None:
    begin(page, kinds, "two")
    for words in ("窗台", "灶台", "门口"):
        page.get_by_label(words).check()
    assert [page.get_by_label(words).is_checked() for words in ("窗台", "灶台", "门口")] == [
        False,
        True,
        True,
    ]
    hand_in(page)
    expect(page.get_by_role("heading", name="100 分")).to_be_visible()


def test_an_order_is_moved_by_taps_on_targets_large_enough(page: Page, kinds: str) -> None:
    begin(page, kinds, "order")
    for button in page.locator(".order [data-move]").all():
        box = button.bounding_box()
        assert box and box["width"] >= 44 and box["height"] >= 44
    first = page.locator(".order [data-words]").first
    words = first.get_attribute("data-words")
    first.locator("[data-move='1']").tap()
    expect(page.locator(".order [data-words]").nth(1)).to_have_attribute("data-words", words or "")
    expect(page.locator(".saved")).to_contain_text(re.compile(r"已保存 \d\d:\d\d"))
    page.reload()
    expect(page.locator(".order [data-words]").nth(1)).to_have_attribute("data-words", words or "")


@pytest.mark.parametrize("size", ["standard", "huge"])
def test_no_kind_is_wider_than_the_phone_or_hides_its_words(page: Page, kinds: str, size: str) -> None:
    page.context.add_cookies([{"name": "size", "value": size, "url": kinds}])
    for kind in kinds_course.KINDS:
        begin(page, kinds, kind)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        unlabelled = page.locator("fieldset.question:visible").evaluate(
            "(box) => [...box.querySelectorAll('input:not([type=hidden]),select,textarea')]"
            ".filter((one) => !one.labels.length).map((one) => one.name)"
        )
        assert (kind, wide, unlabelled) == (kind, 0, [])
