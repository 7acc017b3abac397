"""Screenshots of the pages into docs/screens/, taken by Debian's Chromium from a demo site.

Usage: python -m scripts.shots [NAME…]. `JG_SITE_URL` takes them from a site that runs already.
"""

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from scripts.started import ROOT, demo_site

SCREENS = ROOT / "docs" / "screens"
PASSWORD = "demo-2026-jinguo"
PHONE, SMALL, DESK = (390, 844), (320, 640), (1366, 768)
LEARNER, TRAINER, OFFICER, REGISTRAR = "13800000001", "13800000002", "13800000004", "13800000008"
ORGANISER, ADMINISTRATOR = "13800000007", "13800000009"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
ARGUMENTS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


@dataclass(frozen=True)
class Shot:
    """One picture: what, for whom, how large, in which text size and language."""

    name: str
    path: str
    who: str | None = None
    screen: tuple[int, int] = PHONE
    size: str = "standard"
    lang: str = "zh"
    act: Callable[[Page], None] | None = None


def _newest_certificate(page: Page) -> None:
    page.locator("main a[href*='/me/certs/']").first.click()


def _unknown_number(page: Page) -> None:
    page.fill("[name=number]", "JG-0000-000000")
    page.fill("[name=code]", "0000")
    page.locator("main form button").first.click()


def _first_name(page: Page) -> None:
    page.locator("tbody a").first.click()


def _first_course(page: Page) -> None:
    page.locator("main .list a, main .courses a").first.click()


SHOTS = (
    Shot("landing", "/"),
    Shot("courses", "/courses"),
    Shot("course", "/c/about"),
    Shot("lesson-text", "/c/about/1"),
    Shot("login", "/login"),
    Shot("join", "/join"),
    Shot("learn", "/learn", LEARNER),
    Shot("learn-large", "/learn", LEARNER, size="large"),
    Shot("learn-huge", "/learn", LEARNER, SMALL, "huge"),
    Shot("lesson-video", "/c/about/4", LEARNER),
    Shot("me", "/me", LEARNER),
    Shot("certificate", "/me/certs", LEARNER, act=_newest_certificate),
    Shot("records", "/me/records", LEARNER),
    Shot("activities", "/activities", ORGANISER, DESK),
    Shot("verify", "/verify"),
    Shot("verify-unknown", "/verify", act=_unknown_number),
    Shot("landing-desktop", "/", screen=DESK),
    Shot("courses-english", "/courses", screen=DESK, lang="en"),
    Shot("styleguide", "/styleguide", screen=DESK),
    Shot("officer-county", "/audit/u/991121", OFFICER, DESK),
    Shot("officer-people", "/audit/u/991121/people?state=unfinished", OFFICER, DESK),
    Shot("officer-volunteer", "/audit/u/991121/people?q=wangxiuying", OFFICER, DESK, act=_first_name),
    Shot("officer-phone", "/audit/u/991121", OFFICER),
    Shot("seen", "/me/seen", LEARNER),
    Shot("search", "/search?q=隐私"),
    Shot("quiz", "/c/phone", LEARNER),
    Shot("studio", "/teach", TRAINER, DESK, act=_first_course),
    Shot("jobs", "/operations/jobs", ADMINISTRATOR, DESK),
    Shot("officer-english", "/audit/u/991121", OFFICER, DESK, lang="en"),
)


def main() -> int:
    """Take the pictures asked for, or all; exit code 1 when a page did not answer with 200."""
    wanted = [shot for shot in SHOTS if not sys.argv[1:] or shot.name in sys.argv[1:]]
    SCREENS.mkdir(parents=True, exist_ok=True)
    with demo_site() as (url, _), sync_playwright() as playwright:
        browser = _browser(playwright)
        failed = [shot.name for shot in wanted if not _take(browser, url, shot)]
        browser.close()
    print(f"{len(wanted) - len(failed)} 张图片在 docs/screens/")
    if failed:
        print("没有拍成 not taken: " + ", ".join(failed), file=sys.stderr)
    return 1 if failed else 0


def _browser(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)


def _take(browser: Browser, url: str, shot: Shot) -> bool:
    width, height = shot.screen
    context = browser.new_context(viewport={"width": width, "height": height}, base_url=url, locale="zh-CN")
    context.add_cookies(
        [{"name": "size", "value": shot.size, "url": url}, {"name": "lang", "value": shot.lang, "url": url}]
    )
    try:
        return _picture(context.new_page(), shot)
    finally:
        context.close()


def _picture(page: Page, shot: Shot) -> bool:
    if shot.who:
        _sign_in(page, shot.who)
    answer = page.goto(shot.path)
    if answer is None or answer.status != 200:
        return False
    if shot.act:
        shot.act(page)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=SCREENS / f"{shot.name}.png")
    return True


def _sign_in(page: Page, phone: str) -> None:
    page.goto("/login")
    page.fill("[name=phone]", phone)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda address: "/login" not in address)


if __name__ == "__main__":
    raise SystemExit(main())
