"""Journey J4: an officer signs in, opens her county down to one volunteer's evidence, and takes the Excel file."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import OFFICER
from tests.browser.test_journeys import PHONE, join, read_first
from tests.factories import PASSWORD
from tests.lms.audit.facts import sheets

pytestmark = pytest.mark.browser
DESK = {"width": 1366, "height": 768}
EVIDENCE_CLICKS, EXCEL_CLICKS = 4, 3


def clicker() -> tuple[Callable[[Locator], None], Callable[[], int]]:
    """Return a click that counts itself, and the count."""
    made = []

    def click(target: Locator) -> None:
        made.append(target)
        target.click()

    return click, lambda: len(made)


def a_volunteer_began(site: str, chromium: Browser, phone: str) -> None:
    page = chromium.new_context(viewport=PHONE).new_page()
    join(page, site, phone)
    page.goto(f"{site}/c/journey/1")
    read_first(page)
    page.context.close()


def signed_in(page: Page, site: str) -> None:
    page.goto(f"{site}/login")
    page.fill("[name=phone]", OFFICER)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page.get_by_role("heading", name="白沙县 · 学习完成情况")).to_be_visible()


@pytest.mark.parametrize("scripts", (True, False), ids=("with scripts", "without scripts"))
def test_from_the_county_to_the_evidence_in_4_clicks_and_to_the_excel_file_in_3_more(
    site: str, chromium: Browser, tmp_path: Path, scripts: bool
) -> None:
    a_volunteer_began(site, chromium, f"1390000003{int(scripts)}")
    context = chromium.new_context(viewport=DESK, java_script_enabled=scripts)
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    signed_in(page, site)
    click, clicks = clicker()
    click(page.get_by_role("link", name="白沙镇", exact=True))
    click(page.locator(".sum a"))
    click(page.get_by_role("link", name="王秀英").first)
    expect(page.get_by_text("读够了时间")).to_be_visible()
    expect(page.get_by_text("视频还没看").first).to_be_visible()
    assert clicks() <= EVIDENCE_CLICKS
    before = clicks()
    click(page.get_by_role("link", name="返回名单"))
    click(page.get_by_role("link", name="导出 Excel"))
    page.fill("[name=purpose]", "核对三月培训名单")
    with page.expect_download(timeout=60_000) as fetched:
        click(page.get_by_role("button", name="开始导出"))
    assert clicks() - before <= EXCEL_CLICKS
    fetched.value.save_as(tmp_path / "names.xlsx")
    rows = sheets((tmp_path / "names.xlsx").read_bytes())["名单"]
    assert rows[1][0] == "王秀英" and rows[1][3] == "学习中"
    assert re.fullmatch(r"白沙镇-名单-\d{8}-\d{4}\.xlsx", fetched.value.suggested_filename)
    assert not faults
    context.close()


def test_the_page_of_a_phone_is_not_wider_than_the_phone(site: str, chromium: Browser) -> None:
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    signed_in(page, site)
    for where in ("/audit/u/990101", "/audit/u/990101/people", "/audit/exports", "/audit/u/990101/export"):
        page.goto(site + where)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= PHONE["width"], where
    context.close()
