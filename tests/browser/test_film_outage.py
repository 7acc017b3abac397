"""The network goes in the middle of a film: what was played is on the phone, then on the server, once."""

import itertools
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from sqlalchemy import select

from courses.model import VideoBody
from lms.extensions import db
from lms.learning.models import LessonProgress, Visit
from tests.browser.school import FILM_SECONDS, School
from tests.browser.test_journeys import PHONE
from tests.browser.test_starter_journeys import Volunteer

pytestmark = pytest.mark.browser
SLUG = "my-records"
MEDIA = re.compile("/media/")
WAITS = "JSON.parse(localStorage.getItem('jg.outbox') || '[]')"
SECOND = "document.querySelector('video').currentTime"
BUFFERED = "(() => { var b = document.querySelector('video').buffered; return b.length ? b.end(b.length - 1) : 0 })()"
FIRST_PART = 0.6
"""Share of the film's bytes that come before the cut, where not all of it does."""


def film_address(school: School, slug: str = SLUG) -> str:
    """Publish a course; return the page of its film."""
    lessons = school.open(slug).lessons()
    number = next(n for n, one in enumerate(lessons, 1) if isinstance(one.body, VideoBody))
    return f"{school.url}/c/{slug}/{number}"


def at_the_film(context: BrowserContext, school: School, address: str) -> Page:
    page = context.new_page()
    Volunteer(page, school).sign_in()
    page.goto(address)
    return page


def play(page: Page) -> None:
    page.locator("video").evaluate("video => { video.muted = true; video.play().catch(() => null) }")


def pause(page: Page) -> float:
    page.locator("video").evaluate("video => video.pause()")
    return float(page.evaluate(SECOND))


def until(page: Page, script: str, least: float) -> None:
    """Wait by asking again and again: the page's policy forbids a waiting script of text."""
    for _ in range(300):
        if page.evaluate(script) >= least:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{script} stays at {page.evaluate(script)}, below {least}")


def believed() -> list[Any]:
    """Return the one row of progress: the seconds that count."""
    db.session.rollback()
    row = db.session.scalars(select(LessonProgress).where(LessonProgress.watched_seconds > 0)).all()
    return [stretch for one in row for stretch in one.stretches]


def whole(stretches: list[Any]) -> bool:
    """Say whether a film was seen from end to end, no second twice; a start is to a tenth of a second."""
    apart = all(before[1] <= after[0] for before, after in itertools.pairwise(stretches))
    return apart and sum(end - start for start, end in stretches) > FILM_SECONDS - 0.4


def test_what_was_played_from_the_buffer_is_kept_sent_once_and_gone_on_with_elsewhere(
    school: School, chromium: Browser
) -> None:
    address = film_address(school)
    context = chromium.new_context(viewport=PHONE)
    page = at_the_film(context, school, address)
    play(page)
    until(page, SECOND, 1.5)
    until(page, BUFFERED, FILM_SECONDS - 0.5)
    context.set_offline(True)
    until(page, SECOND, 4.5)
    stopped = pause(page)
    expect(page.locator(".saved")).to_contain_text("已保存在手机上")
    expect(page.locator("[data-offline]")).to_be_visible()
    kept = [box["entry"] for box in page.evaluate(WAITS)]
    played = sorted(stretch for entry in kept for stretch in entry["stretches"])
    assert {entry["kind"] for entry in kept} == {"watched"}
    assert played[0][0] <= 0.1 and played[-1][1] == pytest.approx(stopped, abs=0.1)
    assert believed() == [], "the server knows nothing of it yet"
    context.set_offline(False)
    expect(page.locator(".saved")).to_contain_text(re.compile(r"已保存 \d\d:\d\d"))
    assert page.evaluate(WAITS) == []
    assert believed() == [[pytest.approx(0, abs=0.1), pytest.approx(stopped, abs=0.1)]]
    share = 100 * stopped / FILM_SECONDS
    shown = re.search(r"已看 (\d+)%", page.locator("[data-watched]").inner_text())
    assert shown and float(shown[1]) == pytest.approx(share, abs=2)
    assert page.locator("[data-strip] rect").count() == 1
    expect(page.locator("[data-goal]")).to_have_text("看到 90% 就算学完。")
    goes_on(chromium, school, address, stopped)


def goes_on(chromium: Browser, school: School, address: str, stopped: float) -> None:
    """Another phone begins at the second where the first one stopped, and plays to the end."""
    page = at_the_film(chromium.new_context(viewport=PHONE), school, address)
    words = page.get_by_text(re.compile(r"上次看到 \d 秒")).inner_text()
    assert abs(int(words.split("上次看到 ")[1][0]) - stopped) <= 1
    play(page)
    until(page, SECOND, stopped - 0.3)
    assert page.evaluate(SECOND) < stopped + 3, "it went on from there, not from somewhere behind it"
    expect(page.locator("[data-goal]")).to_have_text("✓ 这一课您学完了", timeout=30_000)
    assert whole(believed())
    page.context.close()


class Cable:
    """Lets the first part of a film through; what comes after waits until the cable is whole."""

    def __init__(self, context: BrowserContext) -> None:
        self.context, self.whole, self.cut_off = context, False, False
        self.held: list[Route] = []
        context.route(MEDIA, self.carry)

    def carry(self, route: Route) -> None:
        if self.whole:
            route.continue_()
        elif self.cut_off:
            route.abort()
        elif route.request.headers.get("range", "bytes=0-") == "bytes=0-":
            self.first_part(route)
        else:
            self.held.append(route)

    def first_part(self, route: Route) -> None:
        answer = route.fetch()
        film = answer.body()
        part = film[: int(len(film) * FIRST_PART)]
        known = {name: value for name, value in answer.headers.items() if name != "content-length"}
        reach = {"content-range": f"bytes 0-{len(part) - 1}/{len(film)}"}
        route.fulfill(status=206, headers={**known, **reach}, body=part)

    def cut(self) -> None:
        self.cut_off = True
        self.context.set_offline(True)
        for route in self.held:
            route.abort()

    def mend(self) -> None:
        self.cut_off, self.whole = False, True
        self.context.set_offline(False)


def test_a_film_that_stalls_at_a_cut_says_so_keeps_what_was_seen_and_goes_on_by_itself(
    school: School, chromium: Browser
) -> None:
    address = film_address(school)
    context = chromium.new_context(viewport=PHONE)
    page = at_the_film(context, school, address)
    cable = Cable(context)
    play(page)
    until(page, SECOND, 1)
    cable.cut()
    until(page, "Number(document.querySelector('video').readyState < 3)", 1)  # nothing more to show
    expect(page.locator("[data-offline]")).to_contain_text("网络断开了，已保存在手机上")
    stalled = float(page.evaluate(SECOND))
    kept = sorted(stretch for box in page.evaluate(WAITS) for stretch in box["entry"]["stretches"])
    assert kept[-1][1] == pytest.approx(stalled, abs=0.3), "a phone that dies now loses nothing"
    cable.mend()
    until(page, SECOND, FILM_SECONDS - 0.1)
    expect(page.locator("[data-goal]")).to_have_text("✓ 这一课您学完了")
    assert whole(believed())
    context.close()


@pytest.mark.soak
def test_a_cut_so_long_that_the_film_gives_up_is_told_as_a_cut_and_one_button_goes_on(
    school: School, chromium: Browser
) -> None:
    address = film_address(school)
    context = chromium.new_context(viewport=PHONE)
    page = at_the_film(context, school, address)
    cable = Cable(context)
    play(page)
    until(page, SECOND, 1)
    cable.cut()
    failed = page.locator("[data-video-failed]")
    expect(failed).to_be_visible(timeout=90_000)
    expect(failed).to_contain_text("网络断开了，视频停在这里")
    expect(failed).to_contain_text("看过的已保存在手机上")
    stopped = float(page.evaluate(SECOND))
    cable.mend()
    page.get_by_role("button", name="再试一次").click()
    expect(failed).to_be_hidden()
    until(page, SECOND, stopped)
    expect(page.locator("[data-goal]")).to_have_text("✓ 这一课您学完了", timeout=30_000)
    assert whole(believed())
    context.close()


def test_a_film_that_fails_with_a_network_after_a_cut_is_not_told_as_a_cut(
    school: School, chromium: Browser
) -> None:
    context = chromium.new_context(viewport=PHONE)
    page = at_the_film(context, school, film_address(school))
    context.route(MEDIA, lambda route: route.abort())
    context.set_offline(True)
    page.locator("video").evaluate("video => video.load()")
    failed = page.locator("[data-video-failed]")
    expect(failed).to_contain_text("网络断开了，视频停在这里")
    context.set_offline(False)
    page.get_by_role("button", name="再试一次").click()
    expect(failed).to_contain_text("视频放不出来")
    expect(failed).to_contain_text("可以看文字版，或过一会儿再试。")
    expect(failed).not_to_contain_text("网络断开了")
    context.close()


def test_two_films_played_side_by_side_earn_the_time_of_one(school: School, chromium: Browser) -> None:
    one, two = film_address(school), film_address(school, "phone")
    context = chromium.new_context(viewport=PHONE)
    pages = [at_the_film(context, school, one), context.new_page()]
    pages[1].goto(two)
    for page in pages:
        play(page)
    for page in pages:
        until(page, SECOND, FILM_SECONDS - 0.1)
        expect(page.locator(".saved")).to_contain_text("已保存")
    seconds = sum(end - start for start, end in believed())
    first = min(db.session.scalars(select(Visit.fetched_at).where(Visit.fetched_at.is_not(None))))
    heard = max(db.session.scalars(select(Visit.heard_at).where(Visit.heard_at.is_not(None))))
    assert seconds <= (heard - first).total_seconds() + 2.01, "two seconds a day are lent"
    assert seconds < 2 * FILM_SECONDS - 2
    context.close()


def test_a_page_whose_film_never_came_earns_nothing_whatever_it_reports(
    school: School, chromium: Browser
) -> None:
    address = film_address(school)
    context = chromium.new_context(viewport=PHONE)
    context.route(MEDIA, lambda route: route.abort())
    page = at_the_film(context, school, address)
    visit = page.locator("video").get_attribute("data-visit")
    school.later(60)
    entry = {"kind": "watched", "visit": visit, "seq": 1, "stretches": [[0, FILM_SECONDS]], "rate": 1}
    page.evaluate("entry => window.JG.outbox.push(entry)", entry)
    expect(page.locator(".saved")).to_contain_text("已保存")
    assert page.evaluate(WAITS) == []
    assert believed() == []
    page.reload()
    expect(page.locator("[data-watched]")).to_have_text("已看 0%")
    context.close()


def test_a_page_whose_records_another_page_sent_says_they_are_saved(
    school: School, chromium: Browser
) -> None:
    address = film_address(school)
    context = chromium.new_context(viewport=PHONE)
    other, page = at_the_film(context, school, address), context.new_page()
    page.goto(address)
    page.route("**/api/outbox", lambda route: route.fulfill(status=503))
    push = (
        "JG.outbox.push({kind: 'present', visit: document.querySelector('video').getAttribute('data-visit')})"
    )
    page.evaluate(push)
    expect(page.locator(".saved")).to_contain_text("已保存在手机上，过一会儿自动提交")
    other.evaluate(push)
    expect(other.locator(".saved")).to_contain_text(re.compile(r"已保存 \d\d:\d\d"))
    expect(page.locator(".saved")).to_contain_text(re.compile(r"已保存 \d\d:\d\d"))
    assert page.evaluate(WAITS) == []
    context.close()
