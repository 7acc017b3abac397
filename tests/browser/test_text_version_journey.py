"""A whole starter course with scripts off and no film let through: links and forms only, and the record says so."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from courses.model import Course, Lesson, QuizBody, TextBody, VideoBody
from lms.federations.commands import appoint
from lms.federations.permissions import Role
from tests.browser.conftest import OFFICER
from tests.browser.school import HER_NAME, HER_PHONE, School
from tests.browser.test_journeys import PHONE
from tests.browser.test_starter_journeys import fill, questions
from tests.factories import PASSWORD, person

pytestmark = pytest.mark.browser
SLUG = "my-records"
MEDIA = re.compile(r"/media/|\.(mp4|m3u8|vtt)")


def plain_page(school: School, chromium: Browser, phone: str) -> Page:
    """Sign in on a phone without scripts to which no film comes."""
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False)
    context.route(MEDIA, lambda route: route.abort())
    page = context.new_page()
    page.goto(school.url)
    page.get_by_role("link", name="登录", exact=True).click()
    page.fill("[name=phone]", phone)
    page.fill("[name=password]", PASSWORD)
    page.locator("main button[type=submit]").click()
    expect(page).not_to_have_url(re.compile("/login"))
    return page


def learn(page: Page, school: School, course: Course) -> None:
    page.get_by_role("link", name="找课", exact=True).click()
    page.get_by_role("link", name=course.title).click()
    page.get_by_role("link", name="开始学习").click()
    for lesson in course.lessons():
        expect(page.locator("h1")).to_have_text(lesson.title)
        learn_lesson(page, school, lesson)


def learn_lesson(page: Page, school: School, lesson: Lesson) -> None:
    body = lesson.body
    if isinstance(body, TextBody):
        school.later(body.min_seconds)
        page.get_by_role("button", name="我读完了").click()
    elif isinstance(body, VideoBody):
        read_instead(page, school, body)
    else:
        assert isinstance(body, QuizBody)
        page.get_by_role("button", name="开始答题").click()
        hand_in(page, body)


def read_instead(page: Page, school: School, body: VideoBody) -> None:
    """Turn the pages of the text version, answer its check questions, go on."""
    page.get_by_role("link", name="看文字版").first.click()
    for one in body.pages:
        school.later(one.min_seconds)
        page.get_by_role("button", name=re.compile("^读完了")).click()
    page.get_by_role("link", name="上一页").click()
    expect(page.get_by_text(f"文字版 第 {len(body.pages)} 页")).to_be_visible()
    page.get_by_role("button", name="读完了，去答检查题").click()
    for item in body.checks:
        fill(page.locator(f"fieldset[data-item={item.id}]"), item)
    page.get_by_role("button", name="交上去").click()
    expect(page.get_by_text("用文字版学完了")).to_be_visible()
    page.get_by_role("link", name="下一课").click()


def hand_in(page: Page, body: QuizBody) -> None:
    for item in questions(body).values():
        fill(page.locator(f"fieldset[data-item={item.id}]"), item)
    page.get_by_role("button", name="交卷").click()
    page.get_by_role("button", name="确认交卷").click()
    expect(page.get_by_text("100 分")).to_be_visible()


def test_a_course_is_learned_by_links_and_forms_and_every_page_says_which_lesson_was_read(
    school: School, chromium: Browser
) -> None:
    course = school.open(SLUG)
    film = next(lesson for lesson in course.lessons() if isinstance(lesson.body, VideoBody))
    officer = person(OFFICER, school.place.county, "赵岚")
    appoint(officer.id, Role.OFFICER, school.place.county, actor_id=None)
    school.keep()
    page = plain_page(school, chromium, HER_PHONE)
    learn(page, school, course)
    page.get_by_role("link", name="看证书").click()
    expect(page.locator(".cert-name")).to_have_text(HER_NAME)
    hers_says(page, course, film)
    officers_says(plain_page(school, chromium, OFFICER), course, film)


def hers_says(page: Page, course: Course, film: Lesson) -> None:
    """Her own record leads to how each lesson was finished."""
    page.get_by_role("link", name="我的", exact=True).click()
    page.get_by_role("link", name=re.compile("^我的记录")).click()
    page.get_by_text("详细情况").click()
    page.get_by_role("link", name="每一课是怎样学完的").click()
    expect(page.locator("main .list li", has_text=film.title)).to_contain_text("用文字版学完了")
    expect(page.locator("main .list li", has_text="文字版")).to_have_count(1)
    expect(page.locator("main .list li", has_text="结课小测")).to_contain_text("测验 100 分，通过了")


def officers_says(page: Page, course: Course, film: Lesson) -> None:
    """The officer of her county reads the same sentence, and that no film was played."""
    page.get_by_role("link", name="白沙镇", exact=True).click()
    page.locator(".figures a[href*='state=done']").click()
    page.get_by_role("link", name=HER_NAME).click()
    proof = page.locator(".evidence", has_text=course.title).locator("li.lesson-proof", has_text=film.title)
    expect(proof.locator(".tag")).to_have_text("已学完 · 文字版")
    expect(proof).to_contain_text("用文字版学完了")
    expect(proof).to_contain_text(f"文字版读了 {pages_of(film)} 页，检查题全答对了")
    proof.locator("summary", has_text="打开过").click()
    expect(proof).to_contain_text("没有放视频")
    expect(proof).not_to_contain_text("· 放了视频")


def pages_of(film: Lesson) -> int:
    assert isinstance(film.body, VideoBody)
    return len(film.body.pages)
