"""Each starter course learned on a phone to its certificate: lessons read, films played, the paper answered."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from courses.items import Item, ItemKind, kinds, leaves
from courses.model import ClassroomBody, Course, Lesson, QuizBody, TextBody, VideoBody
from tests.browser.school import HER_NAME, HER_PHONE, School
from tests.browser.test_journeys import PHONE
from tests.factories import PASSWORD
from tests.lms.test_starter_learned import IN_A_HALL, answers, soak_unless_every_day

pytestmark = pytest.mark.browser


@dataclass
class Volunteer:
    """She follows what the pages offer: links, buttons, nothing typed into the address."""

    page: Page
    school: School

    def sign_in(self) -> None:
        self.page.goto(f"{self.school.url}/login")
        self.page.fill("[name=phone]", HER_PHONE)
        self.page.fill("[name=password]", PASSWORD)
        self.page.locator("main button[type=submit]").click()
        expect(self.page).to_have_url(re.compile("/learn$"))

    def learn(self, course: Course) -> None:
        """Find the course, open its first lesson, and go on to the last."""
        self.page.get_by_role("link", name="找课", exact=True).click()
        self.page.get_by_role("link", name=course.title).click()
        self.page.get_by_role("link", name="开始学习").click()
        for lesson in course.lessons():
            expect(self.page.locator("h1")).to_have_text(lesson.title)
            self._lesson(lesson)
            if isinstance(lesson.body, QuizBody) and lesson != course.lessons()[-1]:
                self.page.get_by_role("link", name="接着学").click()

    def _lesson(self, lesson: Lesson) -> None:
        body = lesson.body
        if isinstance(body, TextBody):
            self.school.later(body.min_seconds)
            self.page.get_by_role("button", name="我读完了").click()
        elif isinstance(body, VideoBody):
            self._film()
        elif isinstance(body, QuizBody):
            self._paper(body)
        else:
            assert isinstance(body, ClassroomBody)

    def _film(self) -> None:
        for _ in range(3):  # 1.25, 1.5, 2 times
            self.page.locator("[data-do=rate]").click()
        self.page.locator("video").evaluate("video => { video.muted = true; return video.play() }")
        expect(self.page.locator("[data-watched]")).to_contain_text(re.compile("9[0-9]%|100%"))
        self.page.locator("a.btn-main", has_text="下一课").click()

    def _paper(self, body: QuizBody) -> None:
        self.page.get_by_role("button", name="开始答题").click()
        expect(self.page.locator("form.is-kept")).to_be_visible()  # one question at a time from here on
        asked = questions(body)
        for _ in asked:
            shown = self.page.locator("fieldset[data-item]:visible")
            fill(shown, asked[str(shown.get_attribute("data-item"))])
            self.page.locator("[data-quiz-next]").click()
        expect(self.page.locator(".saved")).to_contain_text(re.compile(r"已保存 \d\d:\d\d"))
        self.page.locator("[data-quiz-submit]").click()
        self.page.get_by_role("button", name="确认交卷").click()
        expect(self.page.get_by_text("100 分")).to_be_visible()


def questions(body: QuizBody) -> dict[str, Item]:
    """Return the questions of a paper by their ids."""
    return {leaf.item.id: leaf.item for leaf in leaves(body.items)}


def fill(shown: Locator, item: Item) -> None:
    """Answer the question on the screen as its key says."""
    rows = shown.locator("[data-order] li[data-id]")
    if item.kind == ItemKind.ORDER and rows.first.is_visible():
        arrange(shown, rows, [str(one) for one in kinds.best(item)])
        return
    for name, values in answers((item,)).items():
        fields = shown.locator(f"[name={name}]")
        if item.kind in (ItemKind.SINGLE, ItemKind.MULTIPLE, ItemKind.TRUEFALSE):
            for value in values:
                shown.locator(f"label.option:has([value={value}])").click()
            continue
        for n, value in enumerate(values):
            put(fields.nth(n), value)


def arrange(shown: Locator, rows: Locator, wanted: list[str]) -> None:
    """Move the rows up by their buttons until they stand as wanted."""
    for place, one in enumerate(wanted):
        now = [str(row.get_attribute("data-id")) for row in rows.all()]
        for _ in range(now.index(one) - place):
            shown.locator(f"li[data-id='{one}'] [data-move='-1']").click()
    if shown.locator("[data-order-sure]").is_visible():
        shown.locator("[data-order-sure]").click()


def put(field: Locator, value: str) -> None:
    """Choose in a list, or type."""
    if field.evaluate("field => field.tagName") == "SELECT":
        field.select_option(value)
    else:
        field.fill(value)


@pytest.fixture
def volunteer(school: School, chromium: Browser) -> Volunteer:
    page = chromium.new_page(viewport=PHONE)
    page.set_default_timeout(20_000)
    return Volunteer(page, school)


@pytest.mark.parametrize("slug", soak_unless_every_day())
def test_a_starter_course_is_learned_on_a_phone_to_its_certificate(
    school: School, volunteer: Volunteer, slug: str
) -> None:
    course, page = school.open(slug), volunteer.page
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    volunteer.sign_in()
    volunteer.learn(course)
    page.get_by_role("link", name="看证书").click()
    expect(page.locator(".cert-name")).to_have_text(HER_NAME)
    expect(page.locator(".cert")).to_contain_text(course.title)
    assert not faults


@pytest.mark.soak
def test_the_course_with_a_hall_part_names_the_attendance_it_waits_for(
    school: School, volunteer: Volunteer
) -> None:
    course, page = school.open(IN_A_HALL), volunteer.page
    volunteer.sign_in()
    volunteer.learn(course)
    expect(page.locator(".notice")).to_contain_text("老师记下签到就算学完")
    page.get_by_role("link", name="回课程目录").click()
    expect(page.locator("main .list li", has_text="✓")).to_have_count(len(course.lessons()) - 1)
    expect(page.get_by_role("link", name="看证书")).to_have_count(0)
    page.get_by_role("link", name="继续学习").click()
    expect(page.locator("h1")).to_have_text(course.lessons()[-1].title)
    assert page.goto(f"{school.url}/c/{IN_A_HALL}/certificate").status == 409
