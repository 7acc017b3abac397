"""Each kind of item on the real quiz page: answered by the keyboard alone and by touch, saved, and graded."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import by_keyboard, by_touch, kinds_course
from tests.browser.by_keyboard import tab_to
from tests.browser.conftest import ROOT
from tests.browser.test_journeys import PHONE, join

pytestmark = pytest.mark.browser


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


@pytest.fixture(scope="module")
def phone(kinds: str, site: str, chromium: Browser) -> Iterator[Page]:
    """Another woman's phone that knows nothing but fingers."""
    context = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    join(page, site, "13900000063")
    yield page
    context.close()


def begin(page: Page, kinds: str, kind: str) -> None:
    page.goto(f"{kinds}/{kinds_course.number_of(kind)}")
    page.get_by_role("button", name=re.compile("开始答题|接着答题")).click()
    expect(page.locator("form.is-kept")).to_be_visible()
    expect(page.locator("fieldset.question:visible")).to_have_count(1)
    page.locator("fieldset.question:visible").evaluate("(box) => { box.tabIndex = -1; box.focus(); }")


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
    by_keyboard.ANSWER[kind](page)
    hand_in(page)
    score = "等老师看" if kind == "essay" else "100 分"
    expect(page.get_by_role("heading", name=score)).to_be_visible()


@pytest.mark.parametrize("kind", kinds_course.KINDS)
def test_a_kind_is_answered_by_taps_alone_on_targets_large_enough(phone: Page, kinds: str, kind: str) -> None:
    phone.goto(f"{kinds}/{kinds_course.number_of(kind)}")
    phone.get_by_role("button", name=re.compile("开始答题|接着答题")).tap()
    expect(phone.locator("form.is-kept")).to_be_visible()
    assert by_touch.too_small(phone.locator("main form.is-kept")) == []
    by_touch.ANSWER[kind](phone)
    expect(phone.locator(".saved")).to_contain_text(re.compile(r"已保存 \d\d:\d\d"))
    phone.locator("[data-quiz-next]").tap()
    phone.locator("[data-quiz-submit]").tap()
    expect(phone.get_by_role("heading", name="交卷")).to_be_visible()
    assert by_touch.too_small(phone.locator("main form")) == []
    phone.get_by_role("button", name="确认交卷").tap()
    score = "等老师看" if kind == "essay" else "100 分"
    expect(phone.get_by_role("heading", name=score)).to_be_visible()


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
