"""Journeys in a real browser at phone size, against a site that runs."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
PASSWORD = "long-enough-9"


def join(page: Page, site: str, phone: str) -> None:
    page.goto(f"{site}/join?unit=990101100201&next=/learn")
    page.fill("[name=name]", "王秀英")
    page.fill("[name=phone]", phone)
    page.fill("[name=password]", PASSWORD)
    page.check("[name=consent]")
    page.get_by_role("button", name="完成").click()
    expect(page).to_have_url(re.compile("/learn"))


def read_first(page: Page) -> None:
    page.wait_for_timeout(1300)
    page.get_by_role("button", name="我读完了").click()
    expect(page).to_have_url(re.compile("/c/journey/2"))


def hand_in(page: Page, site: str) -> None:
    page.goto(f"{site}/c/journey/3")
    page.get_by_role("button", name="开始答题").click()


def to_certificate(page: Page, site: str) -> None:
    expect(page.get_by_role("heading", name="100 分")).to_be_visible()
    page.get_by_role("link", name="看证书").click()
    expect(page.locator(".cert-name")).to_have_text("王秀英")
    number = page.url.rsplit("/", 1)[1]
    code = re.search(r"验证码：([A-Z0-9]{4})", page.content())
    assert code
    page.goto(f"{site}/verify")
    page.fill("[name=number]", number)
    page.fill("[name=code]", code.group(1))
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_role("heading", name="证书有效")).to_be_visible()


def test_from_the_landing_page_the_first_lesson_is_one_tap_away(site: str, chromium: Browser) -> None:
    page = chromium.new_page(viewport=PHONE)
    page.goto(site)
    page.get_by_role("link", name="开始学习").click()
    expect(page.get_by_role("heading", name="读一读")).to_be_visible()
    page.close()


def test_a_volunteer_watches_takes_the_paper_and_holds_a_certificate(site: str, chromium: Browser) -> None:
    page = chromium.new_page(viewport=PHONE)
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    join(page, site, "13900000011")
    page.goto(f"{site}/c/journey/1")
    read_first(page)
    page.locator("video").evaluate("video => { video.muted = true; return video.play() }")
    expect(page.locator("[data-watched]")).to_contain_text(re.compile("9[0-9]%|100%"), timeout=40_000)
    hand_in(page, site)
    for _ in range(2):
        page.locator("label.option:visible", has_text="乙").click()
        expect(page.locator(".saved")).to_contain_text("已保存")
        page.locator("[data-quiz-next]:visible").click()
    page.locator("[data-quiz-submit]:visible").click()
    page.get_by_role("button", name="确认交卷").click()
    to_certificate(page, site)
    assert not faults
    page.close()


def test_without_scripts_the_text_version_and_plain_forms_lead_to_the_same_certificate(
    site: str, chromium: Browser
) -> None:
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)
    page = context.new_page()
    join(page, site, "13900000012")
    page.goto(f"{site}/c/journey/1")
    read_first(page)
    page.get_by_role("link", name="看文字版").first.click()
    for words in ("读完了，下一页", "读完了，去答检查题"):
        page.wait_for_timeout(1300)
        page.get_by_role("button", name=words).click()
    for item in ("c1", "c2"):
        page.check(f"[name=item-{item}][value=b]")
    page.get_by_role("button", name="交上去").click()
    expect(page.get_by_text("用文字版学完了")).to_be_visible()
    hand_in(page, site)
    for item in ("q1", "q2"):
        page.check(f"[name=item-{item}][value=b]")
    page.get_by_role("button", name="交卷").click()
    page.get_by_role("button", name="确认交卷").click()
    to_certificate(page, site)
    context.close()
