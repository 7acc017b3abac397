"""Each starter course learned to its certificate through plain forms, by the course document's own key."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from courses.formats import package
from courses.items import Item, leaves
from courses.model import ClassroomBody, Course, Lesson, QuizBody, TextBody, VideoBody
from lms.accounts.models import Person
from lms.authoring import exchange
from lms.core import clock
from lms.extensions import db
from tests.factories import Tree, page_token, person, tree
from tests.lms.test_starter_papers import form_of

STARTER = Path(__file__).parents[2] / "courses" / "starter"
SLUGS = sorted(path.parent.name for path in STARTER.glob("*/course.json"))
IN_A_HALL = "first-aid"
EVERY_DAY = ("my-records", "about")
SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def place(app: Flask) -> Tree:
    return tree()


@dataclass
class Learner:
    """Somebody with a browser without scripts, who takes the time that each page asks for."""

    browser: FlaskClient
    owner: int
    seconds: float = 0
    learned: set[str] = field(default_factory=set)

    def learn(self, slug: str) -> Course:
        """Learn a course and whatever must come before it."""
        course = package.read(STARTER / slug).course
        for earlier in course.prerequisites:
            if earlier not in self.learned:
                self.learn(earlier)
        exchange.bring_in(STARTER / slug, unit_id=self.owner, actor_id=None, while_processing=True)
        db.session.commit()
        for number, lesson in enumerate(course.lessons(), start=1):
            self._lesson(f"/c/{slug}/{number}", lesson)
        self.learned.add(slug)
        return course

    def _lesson(self, address: str, lesson: Lesson) -> None:
        body = lesson.body
        with self._later(0):
            assert self.browser.get(address).status_code == 200, address
        if isinstance(body, TextBody):
            self._send(address, f"{address}/read", body.min_seconds, {})
        elif isinstance(body, VideoBody):
            self._pages(address, body)
        elif isinstance(body, QuizBody):
            self._paper(address, body)
        else:
            assert isinstance(body, ClassroomBody)

    def _pages(self, address: str, body: VideoBody) -> None:
        for number, page in enumerate(body.pages, start=1):
            self._send(f"{address}/text/{number}", f"{address}/text/{number}", page.min_seconds, {})
        last = f"{address}/text/{len(body.pages) + 1}"
        self._send(last, last, 0, answers(body.checks))

    def _paper(self, address: str, body: QuizBody) -> None:
        paper = self._send(address, f"{address}/try", 0, {})
        self._send(paper, paper, 60, answers(tuple(leaf.item for leaf in leaves(body.items))))
        self._send(paper, f"{paper}/submission", 0, {})

    def _send(self, page: str, address: str, stay: float, fields: dict[str, list[str]]) -> str:
        """Open a page, stay on it, send its form; return where that leads."""
        with self._later(0):
            token = page_token(self.browser, page)
        with self._later(stay + 1):
            answer = self.browser.post(address, data={"csrf_token": token, **fields})
        assert answer.status_code == 302, (address, answer.get_data(as_text=True))
        return str(answer.headers["Location"])

    @contextmanager
    def _later(self, seconds: float) -> Iterator[None]:
        self.seconds += seconds
        with clock.travel(seconds=self.seconds):
            yield


def answers(items: tuple[Item, ...]) -> dict[str, list[str]]:
    return {name: values for item in items for name, values in form_of(item).items()}


def soak_unless_every_day() -> list[object]:
    return [
        pytest.param(slug, marks=[] if slug in EVERY_DAY else pytest.mark.soak)
        for slug in SLUGS
        if slug != IN_A_HALL
    ]


@pytest.mark.parametrize("slug", soak_unless_every_day())
def test_a_starter_course_is_learned_to_its_certificate(
    app: Flask, as_person: SignIn, place: Tree, slug: str
) -> None:
    browser = as_person(person("13900000001", place.village))
    course = Learner(browser, place.province.id).learn(slug)
    page = browser.get(f"/c/{slug}/certificate", follow_redirects=True)
    assert page.status_code == 200
    assert course.title in page.get_data(as_text=True)
    assert "王秀英" in page.get_data(as_text=True)


@pytest.mark.soak
def test_the_course_with_a_hall_part_stops_at_the_attendance_it_names(
    app: Flask, as_person: SignIn, place: Tree
) -> None:
    browser = as_person(person("13900000001", place.village))
    course = Learner(browser, place.province.id).learn(IN_A_HALL)
    hall = next(n for n, one in enumerate(course.lessons(), 1) if isinstance(one.body, ClassroomBody))
    assert browser.get(f"/c/{IN_A_HALL}/certificate").status_code == 409
    page = browser.get(f"/c/{IN_A_HALL}/{hall}").get_data(as_text=True)
    assert "到场" in page
    overview = browser.get(f"/c/{IN_A_HALL}").get_data(as_text=True)
    assert len(re.findall("✓", overview)) == len(course.lessons()) - 1
    assert "恭喜" not in overview
