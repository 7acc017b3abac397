"""今天要做: what waits for a trainer in her own units, each number as many as the page behind it lists."""

import re
from collections.abc import Callable, Iterator
from datetime import time

import pytest
from flask import Flask
from flask.testing import FlaskClient

from courses.model import AssignmentBody
from lms.accounts.models import Person
from lms.assets.models import AssetStatus, MediaAsset
from lms.catalogue import reviews
from lms.catalogue.models import Verdict
from lms.classes import corrections
from lms.core import clock, days, jobs
from lms.enrolment.commands import Learner, enrol
from lms.extensions import db
from lms.federations import commands as federations
from lms.federations.models import Unit
from lms.federations.permissions import Role
from lms.learning import assignments
from tests import house

pytestmark = pytest.mark.both_databases
SignIn = Callable[[Person], FlaskClient]
NOTHING = "今天没有等您做的事。"
HER_DAY = {
    "今天的面授课": 1,
    "等您看的作业": 2,
    "等您批改的问答题": 1,
    "没做成的视频和文件": 2,
    "学到一半、两周没来的学员": 1,
    "今天以后 7 天的面授课": 2,
}


@pytest.fixture
def place(app: Flask) -> Iterator[house.Tree]:
    """The units, at noon."""
    noon = days.at(days.day_of(clock.now()), time(12))
    with clock.travel(seconds=(noon - clock.now()).total_seconds()):
        yield house.tree()


def busy(unit: Unit) -> None:
    """Let everything of HER_DAY happen in a unit, and beside each thing one that asks for nothing."""
    for hours_ahead in (1, 24, 7 * 24):
        house.class_session(unit, hours_ahead=hours_ahead)
    for hours_ahead in (-3, -24, 8 * 24):
        house.class_session(unit, hours_ahead=hours_ahead)
    corrections.cancel(house.class_session(unit, hours_ahead=2), "停电了", actor_id=house.person(unit).id)
    house.work(unit), house.work(unit)
    returned(house.work(unit), by=house.person(unit))
    house.attempt(unit)
    unmade(unit)
    left_alone(unit)
    db.session.commit()


def returned(row: assignments.HandIn, by: Person) -> None:
    body = row.enrolment.version.content.lesson("task").body
    assert isinstance(body, AssignmentBody)
    assignments.mark(row, body, {}, accept=False, comment="写详细些。", actor_id=by.id)


def unmade(unit: Unit) -> None:
    """A film that was refused, one whose worker gave up, one that still waits its turn."""
    for status in (AssetStatus.REFUSED, AssetStatus.RECEIVED, AssetStatus.PROCESSING):
        row = house.lesson(unit, "video")
        reason = "视频没有传完整。" if status == AssetStatus.REFUSED else None
        row.asset = MediaAsset(
            kind="video", title="讲课", unit_id=unit.id, source_key="x", status=status, reason=reason,
            created_at=clock.now(),
        )  # fmt: skip
        row.draft.details = row.draft.details | {"title": f"讲课 {status}"}
        db.session.flush()
        if status == AssetStatus.PROCESSING:
            jobs.enqueue("assets.process", {}, key=f"asset:{row.asset.id}", lane=jobs.Lane.HEAVY)
        house.draft(unit).lessons.pop()  # the next one is a draft of its own
        db.session.commit()


def left_alone(unit: Unit) -> None:
    """She began two weeks ago; another began yesterday."""
    course = house.course(unit)
    for days_ago in (15, 1):
        with clock.travel(days=-days_ago):
            enrol(Learner(house.person(unit).id, None), course)


def today(browser: FlaskClient) -> dict[str, tuple[str, int]]:
    """Return what the studio says waits: words → where it leads, how many."""
    page = browser.get("/teach").get_data(as_text=True)
    section = page.split('id="today"')[1].split("</section>")[0]
    found = re.findall(r'href="([^"]+)"><span class="row-n">(\d+)</span><span>([^<]+)<', section)
    assert (NOTHING in section) == (not found)
    return {words: (url.replace("&amp;", "&"), int(count)) for url, count, words in found}


def listed(browser: FlaskClient, url: str) -> int:
    """Count the rows of a page."""
    answer = browser.get(url)
    assert answer.status_code == 200, url
    page = answer.get_data(as_text=True).split("<main")[1].split("</main>")[0]
    return page.count('<a class="row"') + page.split("<tbody>")[-1].count("<tr>") * page.count("<tbody>")


def counts(browser: FlaskClient) -> dict[str, int]:
    """Return words → number, each opened and found to list so many."""
    found = today(browser)
    assert {words: listed(browser, url) for words, (url, _) in found.items()} == {
        words: count for words, (_, count) in found.items()
    }
    return {words: count for words, (_, count) in found.items()}


def test_each_number_is_what_waits_in_her_units_and_opens_to_just_so_many_rows(
    as_person: SignIn, place: house.Tree
) -> None:
    busy(place.town)
    trainer = as_person(house.staff(Role.TRAINER, place.county))
    assert counts(trainer) == HER_DAY
    assert counts(as_person(house.staff(Role.TRAINER, place.sibling))) == {}
    busy(place.sibling)
    assert counts(trainer) == HER_DAY
    assert counts(as_person(house.staff(Role.TRAINER, place.city))) == {
        words: 2 * count for words, count in HER_DAY.items()
    }


def test_her_own_work_does_not_wait_for_her(as_person: SignIn, place: house.Tree) -> None:
    row = house.work(place.town)
    her = row.enrolment.person
    federations.appoint(her.id, Role.TRAINER, place.town, actor_id=None)
    db.session.commit()
    browser = as_person(her)
    assert counts(browser) == {}
    assert "没有等您看的作业" in browser.get("/teach/hand-ins?state=waiting").get_data(as_text=True)
    assert counts(as_person(house.staff(Role.TRAINER, place.town))) == {"等您看的作业": 1}


def test_courses_wait_for_a_reviewer_where_she_reviews_until_she_said_something_of_these_words(
    as_person: SignIn, place: house.Tree
) -> None:
    draft = house.awaiting_expert(place.sibling)
    expert = house.staff(Role.TRAINER, place.county)
    federations.appoint(expert.id, Role.REVIEWER, place.sibling, actor_id=None)
    db.session.commit()
    browser, slug = as_person(expert), draft.slug
    assert counts(browser) == {"等您审定的课": 1}
    answer = house.post(browser, f"/teach/review/{slug}", verdict=Verdict.RETURNED, reason="期限写错了")
    assert answer.status_code == 302
    assert counts(browser) == {}
    draft = db.session.merge(draft)
    draft.details = draft.details | {"summary": "期限改对了。"}
    db.session.commit()
    assert counts(browser) == {"等您审定的课": 1}
    assert house.post(browser, f"/teach/review/{slug}", verdict=Verdict.PASSED).status_code == 302
    assert counts(browser) == {}
    assert len(reviews.history(slug)) == 2
    assert counts(as_person(house.staff(Role.TRAINER, place.sibling))) == {}, "she may not review"


def test_who_stays_away_is_named_with_her_course_and_the_look_is_recorded(
    as_person: SignIn, place: house.Tree
) -> None:
    left_alone(place.town)
    db.session.commit()
    trainer = as_person(house.staff(Role.TRAINER, place.county))
    page = trainer.get("/teach/people?away=1").get_data(as_text=True)
    assert page.count("王秀英") == 1 and "《读一读》" in page
    assert "两周没来的 1 人次" in trainer.get("/teach/people").get_data(as_text=True)
    stranger = as_person(house.staff(Role.TRAINER, place.sibling))
    assert "王秀英" not in stranger.get("/teach/people?away=1").get_data(as_text=True)
