"""Assignment: hand in, returned, again, accepted; classroom: a seat, the code on the wall, signed in. Real browser."""

import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import TRAINER
from tests.browser.test_journeys import PHONE, join
from tests.factories import PASSWORD

pytestmark = pytest.mark.browser
DESK = {"width": 1366, "height": 768}


def sign_in(page: Page, site: str) -> None:
    page.goto(f"{site}/login?next=/me")
    page.fill("[name=phone]", TRAINER)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("link", name="看作业")).to_be_visible()


def photo() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (400, 300), "green").save(made, "JPEG")
    return made.getvalue()


def form(words: str) -> bytes:
    """A table of the visit as she fills it in."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        book.add_worksheet().write(0, 0, words)
    return made.getvalue()


def hand_in(page: Page, site: str, words: str) -> None:
    page.goto(f"{site}/c/hands-on/1")
    page.fill("[name=words]", words)
    page.set_input_files("[name=photo]", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    page.set_input_files("[name=file]", {"name": "走访表.docx", "mimeType": "", "buffer": form(words)})
    page.get_by_role("button", name="交作业").click()
    expect(page.get_by_text("文件名是 .docx，内容却是 XLSX")).to_be_visible()
    expect(page.locator("[name=words]")).to_have_value(words)
    page.set_input_files("[name=photo]", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    page.set_input_files("[name=file]", {"name": "走访表.xlsx", "mimeType": "", "buffer": form(words)})
    page.get_by_role("button", name="交作业").click()
    expect(page.get_by_text("作业交上去了")).to_be_visible()


def saved(page: Page) -> tuple[str, bytes]:
    """Save the first file on the page; return its name and what it holds."""
    with page.expect_download() as fetched:
        page.get_by_role("link", name="走访表.xlsx").first.click()
    return fetched.value.suggested_filename, fetched.value.path().read_bytes()


def mark(page: Page, site: str, button: str, **typed: str) -> None:
    page.goto(f"{site}/teach/hand-ins")
    page.locator(".list").get_by_role("link", name="等您看").first.click()
    name, content = saved(page)
    assert (name, content[:4]) == ("走访表.xlsx", b"PK\x03\x04")
    for name, words in typed.items():
        page.fill(f"[name={name.replace('_', '-')}]", words)
    page.get_by_role("button", name=button).click()
    expect(page.get_by_text("记下了，她在课程页上看得到")).to_be_visible()


@pytest.mark.parametrize(("scripts", "phone"), [(True, "13900000061"), (False, "13900000062")])
def test_work_comes_back_and_is_accepted_the_second_time_and_she_signs_in_at_the_venue(
    site: str, chromium: Browser, scripts: bool, phone: str
) -> None:
    hers = chromium.new_context(viewport=PHONE, java_script_enabled=scripts).new_page()
    join(hers, site, phone)
    desk = chromium.new_context(viewport=DESK, java_script_enabled=scripts).new_page()
    sign_in(desk, site)
    hand_in(hers, site, "去了一户。")
    mark(desk, site, "退回", comment="写清楚看到了什么。")
    hers.goto(f"{site}/c/hands-on/1")
    assert saved(hers)[0] == "走访表.xlsx"
    expect(hers.get_by_text("写清楚看到了什么")).to_be_visible()
    hand_in(hers, site, "李奶奶一个人住，缺一个扶手。")
    mark(desk, site, "通过", points_c="4")
    hers.goto(f"{site}/c/hands-on/1")
    expect(hers.get_by_text("作业老师看过了，通过")).to_be_visible()
    _attend(hers, desk, site)
    for page in (hers, desk):
        page.context.close()


def _attend(hers: Page, desk: Page, site: str) -> None:
    start = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")) + timedelta(minutes=2)
    if start.hour == 23:
        pytest.skip("a class ends on the day it begins")
    desk.goto(f"{site}/teach/sessions/new")
    typed = {
        "day": f"{start:%Y-%m-%d}",
        "start": f"{start:%H:%M}",
        "end": "23:59",
        "place": "文化站",
        "seats": "9",
    }
    for name, words in typed.items():
        desk.fill(f"[name={name}]", words)
    desk.get_by_role("button", name="开这场课").click()
    hers.goto(f"{site}/c/hands-on/2")
    hers.get_by_role("button", name="我要报名").first.click()
    expect(hers.get_by_text("您报上名了").first).to_be_visible()
    desk.get_by_role("link", name="显示签到码").click()
    code = desk.locator("[data-code]").get_attribute("data-code")
    hers.goto(f"{site}{code}")
    hers.get_by_role("button", name="签到").click()
    expect(hers.get_by_text("✓ 签到好了")).to_be_visible()
    desk.get_by_role("navigation", name="您在这里").get_by_role("link").last.click()
    expect(desk.get_by_role("heading", name="到场 1 人")).to_be_visible()
