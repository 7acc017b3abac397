"""A recording and a document on a phone, both really made: kept, gone on with elsewhere, through a cut, by plain links."""

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.federations.models import Unit
from lms.learning.models import LessonCompletion, LessonProgress
from tests.browser.by_keyboard import tab_to
from tests.browser.by_touch import too_small
from tests.browser.school import School, running
from tests.browser.test_film_outage import WAITS, until
from tests.browser.test_journeys import PHONE
from tests.factories import PASSWORD, person
from tests.lms import media_course
from tests.media import papers

pytestmark = pytest.mark.browser
SECOND = "document.querySelector('audio').currentTime"
BUFFERED = "(() => { var b = document.querySelector('audio').buffered; return b.length ? b.end(b.length - 1) : 0 })()"
FINGERS = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
VILLAGE = "河东村"
_numbers = count(1)


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory, migrated: Path, film: Path) -> Iterator[School]:
    """A school with one course: a recording ffmpeg made, a document of three pages drawn by the worker."""
    with running(tmp_path_factory.mktemp("hall"), migrated, film) as opened:
        media_course.brought_in(tmp_path_factory.mktemp("package"), opened.place.county.id)
        yield opened


class Her(NamedTuple):
    """A volunteer of the school."""

    phone: str
    id: int


@pytest.fixture
def her(hall: School) -> Her:
    """Somebody who has learned nothing yet."""
    number = f"1391234{next(_numbers):04d}"
    made = Her(number, person(number, db.session.scalars(select(Unit).where(Unit.name == VILLAGE)).one()).id)
    db.session.remove()
    return made


@pytest.fixture
def phone(chromium: Browser, hall: School, her: Her) -> Iterator[Page]:
    """Her phone, signed in."""
    context = chromium.new_context(**FINGERS)
    yield signed_in(context, hall, her)
    context.close()


def signed_in(context: BrowserContext, hall: School, her: Her) -> Page:
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{hall.url}/login")
    page.fill("[name=phone]", her.phone)
    page.fill("[name=password]", PASSWORD)
    page.locator("main button[type=submit]").click()
    expect(page).to_have_url(re.compile("/learn$"))
    return page


def with_worker(page: Page) -> None:
    """Wait until the service worker has taken over, which shows a page where there is no network."""
    until(page, "Number(navigator.serviceWorker.controller !== null)", 1)


def open_lesson(page: Page, hall: School, number: int) -> None:
    page.goto(f"{hall.url}/c/small/{number}")
    expect(page.locator("h1")).to_have_text("听一听" if number == 1 else "翻一翻")


def at_page(page: Page, n: int) -> None:
    """Wait until a page of the document stands and its scripts have run."""
    expect(page.get_by_text(f"第 {n} 页，共 3 页")).to_be_visible()
    page.wait_for_load_state("domcontentloaded")


def play(page: Page) -> None:
    page.get_by_role("button", name="播放", exact=True).tap()


def pause(page: Page) -> float:
    page.get_by_role("button", name="暂停", exact=True).tap()
    expect(page.get_by_role("button", name="播放", exact=True)).to_be_visible()
    return float(page.evaluate(SECOND))


def progress(her: Her, lesson: str) -> LessonProgress:
    """Return what the server knows of her lesson."""
    db.session.rollback()
    return db.session.scalars(
        select(LessonProgress)
        .join(Enrolment, Enrolment.id == LessonProgress.enrolment_id)
        .where(LessonProgress.lesson_id == lesson, Enrolment.person_id == her.id)
    ).one()


def how(her: Her) -> dict[str, str]:
    """Return lesson → the way she finished it."""
    db.session.rollback()
    rows = db.session.execute(
        select(LessonCompletion.lesson_id, LessonCompletion.how)
        .join(Enrolment, Enrolment.id == LessonCompletion.enrolment_id)
        .where(Enrolment.person_id == her.id)
    )
    return {lesson: way for lesson, way in rows}


def saved(page: Page) -> None:
    expect(page.locator(".saved")).to_contain_text(re.compile(r"已保存 \d\d:\d\d"))


def goes_on_at(page: Page, stopped: float) -> None:
    """She presses play and hears the second at which she stopped."""
    words = page.get_by_text(re.compile(r"上次听到 \d 秒")).inner_text()
    assert abs(int(words.split("上次听到 ")[1][0]) - stopped) <= 1
    play(page)
    until(page, SECOND, 0.1)
    assert stopped - 0.2 < page.evaluate(SECOND) < stopped + 2
    until(page, SECOND, stopped + 0.7)


def test_a_recording_survives_a_cut_a_reload_and_another_phone_until_it_is_heard(
    hall: School, chromium: Browser, phone: Page, her: Her
) -> None:
    open_lesson(phone, hall, 1)
    assert too_small(phone.locator(".player-buttons")) == too_small(phone.locator(".bar")) == []
    play(phone)
    until(phone, SECOND, 1)
    until(phone, BUFFERED, media_course.SECONDS - 0.5)
    phone.context.set_offline(True)
    until(phone, SECOND, 2.5)
    stopped = pause(phone)
    expect(phone.locator(".saved")).to_contain_text("已保存在手机上")
    assert [box["entry"]["kind"] for box in phone.evaluate(WAITS)][:1] == ["watched"]
    assert progress(her, "hear").stretches == [], "the server knows nothing of it yet"
    phone.context.set_offline(False)
    saved(phone)
    assert phone.evaluate(WAITS) == []
    assert progress(her, "hear").stretches == [[pytest.approx(0, abs=0.1), pytest.approx(stopped, abs=0.1)]]
    expect(phone.locator("[data-watched]")).to_contain_text(re.compile(r"已听 2\d% · 还有 1 段没听"))
    phone.reload()
    goes_on_at(phone, stopped)
    further = pause(phone)
    saved(phone)
    elsewhere(chromium, hall, her, further)


def elsewhere(chromium: Browser, hall: School, her: Her, stopped: float) -> None:
    """Another phone goes on at that second, twice as fast, to the end; the lesson is done by its rule."""
    page = signed_in(chromium.new_context(**FINGERS), hall, her)
    open_lesson(page, hall, 1)
    for _ in range(3):  # 1.25, 1.5, 2 times
        page.locator("[data-do=rate]").tap()
    goes_on_at(page, stopped)
    expect(page.locator("[data-goal]")).to_have_text("✓ 这一课您学完了")
    row = progress(her, "hear")
    assert row.watched_seconds == pytest.approx(media_course.SECONDS, abs=0.6)
    assert how(her) == {"hear": "heard"}
    page.get_by_role("link", name="下一课").tap()
    expect(page.locator("h1")).to_have_text("翻一翻")
    page.context.close()


def test_a_recording_that_cannot_begin_without_a_network_says_so_and_one_button_goes_on(
    hall: School, phone: Page, her: Her
) -> None:
    open_lesson(phone, hall, 1)
    phone.context.set_offline(True)
    play(phone)
    told = phone.locator("[data-video-failed]")
    expect(told).to_contain_text("网络断开了，录音停在这里")
    expect(told).to_contain_text("听过的已保存在手机上")
    expect(phone.get_by_role("button", name="播放", exact=True)).to_be_visible()
    phone.context.set_offline(False)
    told.get_by_role("button", name="再试一次").tap()
    until(phone, SECOND, 1)
    expect(told).to_be_hidden()
    heard = pause(phone)
    saved(phone)
    assert progress(her, "hear").watched_seconds == pytest.approx(heard, abs=0.3)


def test_a_document_survives_a_cut_and_another_phone_until_every_page_was_seen(
    hall: School, chromium: Browser, phone: Page, her: Her
) -> None:
    open_lesson(phone, hall, 2)
    with_worker(phone)
    assert too_small(phone.locator(".bar")) == too_small(phone.locator(".plain-list")) == []
    phone.get_by_role("link", name="下一页").tap()
    at_page(phone, 2)
    assert phone.locator("img.sheet").evaluate("(one) => one.decode().then(() => one.naturalWidth)") == 1080
    phone.context.set_offline(True)
    phone.get_by_role("link", name="下一页").tap()
    expect(phone.get_by_role("heading", name="网络断开了")).to_be_visible()
    assert set(progress(her, "leaf").pages) == {"1", "2"}
    phone.context.set_offline(False)
    page = signed_in(chromium.new_context(**FINGERS), hall, her)
    open_lesson(page, hall, 2)
    at_page(page, 2)
    page.get_by_role("link", name="下一页").tap()
    at_page(page, 3)
    finishes(page, hall, her)
    page.context.close()


def finishes(page: Page, hall: School, her: Her) -> None:
    """Without a network the page stays and says so; too early the rule is said; then it is done."""
    page.context.set_offline(True)
    page.get_by_role("button", name="我读完了").tap()
    expect(page.locator("[data-offline]")).to_contain_text("联网后再点一次")
    expect(page.locator("[data-offline]")).to_be_in_viewport()
    page.context.set_offline(False)
    page.get_by_role("button", name="我读完了").tap()
    expect(page.locator(".notice")).to_contain_text(re.compile(r"再读 \d+ 秒就够了"))
    hall.later(21)
    page.get_by_role("button", name="我读完了").tap()
    expect(page).to_have_url(re.compile("/c/small$"))
    assert how(her) == {"leaf": "read"}
    assert set(progress(her, "leaf").pages) == {"1", "2", "3"}


def test_without_scripts_links_and_forms_finish_both_and_lead_to_the_certificate(
    hall: School, chromium: Browser, her: Her
) -> None:
    page = signed_in(chromium.new_context(**FINGERS, java_script_enabled=False), hall, her)
    open_lesson(page, hall, 1)
    expect(page.locator("audio")).to_have_attribute("controls", "")
    page.get_by_role("link", name="看文字版").tap()
    expect(page.get_by_text("文字版 第 1 页，共 1 页")).to_be_visible()
    hall.later(6)
    page.get_by_role("button", name="读完了，去答检查题").tap()
    for item in ("c1", "c2"):
        page.locator(f"label.option:has([name=item-{item}][value=b])").tap()
    page.get_by_role("button", name="交上去").tap()
    expect(page.get_by_text("用文字版学完了")).to_be_visible()
    page.get_by_role("link", name="下一课").tap()
    for n in (1, 2):
        at_page(page, n)
        page.get_by_role("link", name="下一页").tap()
    page.get_by_role("link", name="看文字版").tap()
    expect(page.locator("article.prose")).to_contain_text(papers.SAID[2])
    hall.later(21)
    page.get_by_role("button", name="我读完了").tap()
    page.get_by_role("link", name="看证书").tap()
    expect(page.locator(".cert-name")).to_have_text("王秀英")
    assert how(her) == {"hear": "text_version", "leaf": "read"}
    page.context.close()


def test_the_keyboard_alone_reaches_and_works_every_control_of_both(
    hall: School, chromium: Browser, her: Her
) -> None:
    page = signed_in(chromium.new_context(viewport=PHONE), hall, her)
    open_lesson(page, hall, 1)
    reached_all(page)
    press(page, "[data-do=play]")
    until(page, SECOND, 1)
    press(page, "[data-do=play]")
    saved(page)
    press(page, "[data-seek]")
    expect(page.get_by_role("button", name="暂停", exact=True)).to_be_visible()
    press(page, "[data-do=rate]")
    expect(page.locator("[data-do=rate]")).to_have_text("语速 1.25 倍")
    press(page, "[data-do=play]")
    open_lesson(page, hall, 2)
    reached_all(page)
    for n, key in ((2, "ArrowRight"), (3, "ArrowRight"), (2, "ArrowLeft")):
        page.keyboard.press(key)
        at_page(page, n)
    press(page, "[rel=next]")
    at_page(page, 3)
    hall.later(21)
    press(page, ".bar button")
    expect(page).to_have_url(re.compile("/c/small$"))
    assert how(her) == {"leaf": "read"}
    page.context.close()


def press(page: Page, query: str) -> None:
    """From the top of the page tab to a control and press it."""
    page.locator("main").focus()
    tab_to(page, query)
    page.keyboard.press("Enter")


def reached_all(page: Page) -> None:
    """Tab through the whole page: every control has its turn, in sight and not under the bar at the foot."""
    wanted: set[Any] = set(page.locator("main, .bar").evaluate_all(NAMES))
    page.locator("main").focus()
    for _ in range(60):
        page.keyboard.press("Tab")
        name, in_sight = page.evaluate(AT)
        wanted.discard(name)
        assert in_sight, f"{name} has the focus and cannot be seen"
        if not wanted:
            return
    raise AssertionError(f"the tab key never reached {wanted}")


NAMES = """(boxes) => boxes.flatMap((box) => [...box.querySelectorAll('a, button, audio')])
    .filter((one) => one.getClientRects().length).map((one) => one.outerHTML)"""
AT = """() => {
    const one = document.activeElement, place = one.getBoundingClientRect(), bar = document.querySelector('.bar');
    const foot = bar && !bar.contains(one) ? bar.getBoundingClientRect().top : innerHeight;
    return [one.outerHTML, place.bottom > 0 && place.top < foot];
}"""
