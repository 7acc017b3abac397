"""A recording and a document: from the package over the worker to her certificate, with scripts and by plain forms."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from courses.errors import CourseError
from courses.formats import package
from lms.accounts.models import Person
from lms.assets.models import AssetPage
from lms.authoring import exchange
from lms.certificates.models import Certificate
from lms.cli import course_files
from lms.core import clock
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.federations import commands as federations
from lms.federations.permissions import Role
from lms.learning.models import LessonCompletion, LessonProgress
from lms.search import passages
from tests.factories import PASSWORD, Tree, page_token, person, post, tree
from tests.lms import media_course
from tests.lms.test_journey import send, watched
from tests.media import papers, sounds

SignIn = Callable[[Person], FlaskClient]
HEAR, LEAF = "/c/small/1", "/c/small/2"


@pytest.fixture
def place(app: Flask, tmp_path: Path) -> Tree:
    return media_course.published(tmp_path / "package")


@pytest.fixture
def her(place: Tree) -> Person:
    return person("13900000001", place.village)


def words(browser: FlaskClient, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.get_data(as_text=True)


def found(pattern: str, page: str) -> str:
    match = re.search(pattern, page)
    assert match, pattern
    return match.group(1)


def open_recording(browser: FlaskClient) -> str:
    page = words(browser, HEAR)
    with browser.get(found(r'<source src="([^"]+)"', page)) as sent:
        assert (sent.status_code, sent.mimetype) == (200, "audio/mp4")
        assert sent.data[4:8] == b"ftyp"
    return found(r'data-visit="([^"]+)"', page)


def how() -> dict[str, str]:
    db.session.expire_all()
    rows = db.session.execute(select(LessonCompletion.lesson_id, LessonCompletion.how))
    return {lesson_id: how for lesson_id, how in rows}


def auditor(place: Tree, *, other: bool = False) -> Person:
    made = person("13900000022" if other else "13900000021", place.county, "赵岚")
    federations.appoint(made.id, Role.OFFICER, place.other_county if other else place.county, actor_id=None)
    db.session.commit()
    return made


def hear_all(browser: FlaskClient) -> None:
    visit = open_recording(browser)
    with clock.travel(seconds=12):
        assert send(browser, watched(visit, [0, 12]))[0]["lesson_done"] is True


def turn_all(browser: FlaskClient, *, kind: str = "page") -> None:
    browser.get(LEAF)
    for n in (1, 2, 3):
        with clock.travel(seconds=10 * n):
            words(browser, f"{LEAF}/{kind}/{n}")
    token = page_token(browser, "/c/small")
    with clock.travel(seconds=41):
        answer = browser.post(f"{LEAF}/read", data={"csrf_token": token})
    assert answer.status_code == 302, answer.get_data(as_text=True)


@pytest.mark.both_databases
def test_she_hears_and_turns_everything_and_has_her_certificate(
    as_person: SignIn, her: Person, place: Tree
) -> None:
    browser = as_person(her)
    hear_all(browser)
    turn_all(browser)
    assert how() == {"hear": "heard", "leaf": "read"}
    assert db.session.scalars(select(Certificate.person_id)).all() == [her.id]
    assert "听了 100%" in words(browser, HEAR)
    assert "3 页都看过了" in words(browser, LEAF)
    officer = as_person(auditor(place))
    page = words(officer, f"/audit/p/{her.public_id}")
    for said in ("听录音", "已听 100%", "放了录音", "3 页都看过了", "第 2 页"):
        assert said in page, said
    assert re.search("看过 3 页，一共 (4[1-9]|5[0-9]) 秒", page), "and what the machine took besides"
    assert as_person(auditor(place, other=True)).get(f"/audit/p/{her.public_id}").status_code == 404


@pytest.mark.both_databases
def test_without_scripts_the_text_versions_finish_both_and_the_record_says_so(
    as_person: SignIn, her: Person, place: Tree
) -> None:
    browser = as_person(her)
    words(browser, f"{HEAR}/text/1")
    token = page_token(browser, f"{HEAR}/text/1")
    assert browser.post(f"{HEAR}/text/1", data={"csrf_token": token}).status_code == 409
    with clock.travel(seconds=6):
        assert browser.post(f"{HEAR}/text/1", data={"csrf_token": token}).status_code == 302
    right = {"csrf_token": token, "item-c1": "b", "item-c2": "b"}
    assert browser.post(f"{HEAR}/text/2", data=right).status_code == 302
    browser.get(LEAF)  # the first page as a picture
    assert papers.SAID[1] in words(browser, f"{LEAF}/text/2")
    turn_all(browser, kind="text")
    assert how() == {"hear": "text_version", "leaf": "text_version"}
    assert "其中 1 页看的是文字版" in words(browser, LEAF)
    assert len(db.session.scalars(select(Certificate)).all()) == 1
    page = words(as_person(auditor(place)), f"/audit/p/{her.public_id}")
    assert "用文字版学完了" in page
    assert page.count("文字版") >= 4


def test_a_page_not_seen_or_a_stay_too_short_is_said_and_nothing_is_finished(
    as_person: SignIn, her: Person
) -> None:
    browser = as_person(her)
    browser.get(LEAF)
    words(browser, f"{LEAF}/page/3")
    answer = post(browser, f"{LEAF}/read", {}, page="/c/small")
    assert (answer.status_code, "第 2 页" in answer.get_data(as_text=True)) == (409, True)
    assert "还有 1 页没看" in words(browser, LEAF)
    words(browser, f"{LEAF}/page/2")
    answer = post(browser, f"{LEAF}/read", {}, page="/c/small")
    assert answer.status_code == 409
    assert re.search(r"再读 (19|20) 秒就够了", answer.get_data(as_text=True))
    assert how() == {}
    assert browser.get(f"{LEAF}/page/4").status_code == 404
    assert browser.get(f"{LEAF}/page/99999999999999999999").status_code == 404


def test_a_page_left_open_over_night_is_not_read_all_night(as_person: SignIn, her: Person) -> None:
    browser = as_person(her)
    browser.get(LEAF)
    with clock.travel(seconds=9 * 3600):
        words(browser, f"{LEAF}/page/2")
    read = db.session.scalars(
        select(LessonProgress.read_seconds).where(LessonProgress.lesson_id == "leaf")
    ).one()
    assert read == 300


def test_she_goes_on_where_she_stopped_on_any_device(as_person: SignIn, her: Person) -> None:
    browser = as_person(her)
    browser.get(LEAF)
    words(browser, f"{LEAF}/page/2")
    page = words(as_person(her), LEAF)
    assert "第 2 页，共 3 页" in page
    assert 'rel="prev"' in page and 'rel="next"' in page
    visit = open_recording(browser)
    with clock.travel(seconds=7):
        send(browser, watched(visit, [0, 5]))
    page = words(as_person(her), HEAR)
    assert 'data-resume="5.0"' in page
    assert "已听" in page and "还没听" in page and "请单位核实" in page


def test_pictures_and_original_come_by_signed_address_and_the_original_only_where_allowed(
    as_person: SignIn, her: Person, client: FlaskClient
) -> None:
    page = words(as_person(her), LEAF)
    picture, original = (
        found(r'<img class="sheet" src="([^"]+)"', page),
        found(r'href="(/media/[^"]+/original)"', page),
    )
    with client.get(picture) as sent:
        assert (sent.mimetype, sent.data[8:12]) == ("image/webp", b"WEBP")
    with client.get(original) as sent:
        assert sent.data.startswith(b"%PDF")
        assert sent.headers["Content-Disposition"].endswith("%E7%BF%BB%E4%B8%80%E7%BF%BB.pdf")
    token = picture.split("/")[2]
    assert client.get(f"/media/{token}/original").status_code == 404, "a token for pages is none for the file"
    assert client.get(f"/media/{token}/p9").status_code == 404
    assert client.get(f"/media/{token[:-2]}xx/p1").status_code == 404


def sign_in(browser: FlaskClient, her: Person) -> None:
    words = {"csrf_token": page_token(browser, "/login"), "phone": her.phone, "password": PASSWORD}
    assert browser.post("/login", data=words).status_code == 302


@pytest.mark.both_databases
def test_pages_turned_before_signing_in_are_joined_page_by_page_and_one_stays_open(
    app: Flask, as_person: SignIn, client: FlaskClient, tmp_path: Path
) -> None:
    made = media_course.published(tmp_path / "package", document_first=True)
    her, leaf = person("13900000001", made.village), "/c/small/1"
    browser = as_person(her)
    words(browser, leaf)
    with clock.travel(seconds=5):
        words(browser, f"{leaf}/text/2")
    with clock.travel(seconds=10):
        words(client, leaf)
    for n, at in ((2, 40), (3, 45)):
        with clock.travel(seconds=at):
            words(client, f"{leaf}/page/{n}")
    sign_in(client, her)
    hers = select(Enrolment.id).where(Enrolment.person_id == her.id).scalar_subquery()
    pages = db.session.scalars(select(LessonProgress.pages).where(LessonProgress.enrolment_id == hers)).one()
    told = {n: (one["read"], round(one["seconds"]), one["text"], "at" in one) for n, one in pages.items()}
    assert told == {"1": (True, 30, False, False), "2": (True, 5, False, True), "3": (True, 0, False, False)}


def test_a_page_of_the_text_version_read_before_signing_in_stays_read(
    as_person: SignIn, her: Person, client: FlaskClient
) -> None:
    browser = as_person(her)
    words(browser, f"{HEAR}/text/1")  # opened and left
    words(client, f"{HEAR}/text/1")
    with clock.travel(seconds=6):
        assert post(client, f"{HEAR}/text/1", {}, page=f"{HEAR}/text/1").status_code == 302
    sign_in(client, her)
    assert 'name="item-c1"' in words(browser, f"{HEAR}/text/2")


def test_a_page_is_shown_without_fetching_the_words_of_the_others(
    as_person: SignIn, her: Person, request: pytest.FixtureRequest
) -> None:
    browser, fetched = as_person(her), list[int]()

    def note(page: AssetPage, _: object) -> None:
        fetched.append(page.n)

    event.listen(AssetPage, "load", note)
    request.addfinalizer(lambda: event.remove(AssetPage, "load", note))
    assert "第 1 页，共 3 页" in words(browser, LEAF)
    assert "第 2 页，共 3 页" in words(browser, f"{LEAF}/text/2")
    assert fetched == [1, 2]


def test_no_original_is_offered_where_the_course_does_not_allow_it(
    app: Flask, as_person: SignIn, tmp_path: Path
) -> None:
    made = media_course.published(tmp_path / "package", download=False)
    page = words(as_person(person("13900000001", made.village)), LEAF)
    assert "/original" not in page


def test_a_stranger_finds_the_first_lesson_only(client: FlaskClient, place: Tree) -> None:
    assert "听一听" in words(client, HEAR)
    for address in (LEAF, f"{LEAF}/page/1", f"{LEAF}/text/1"):
        assert client.get(address).headers["Location"].startswith("/login?next="), address


def test_what_is_said_can_be_read_and_leads_back_to_its_second(as_person: SignIn, her: Person) -> None:
    browser = as_person(her)
    assert browser.get(f"{HEAR}/words/1").status_code == 302, "the lesson begins first"
    page = words(browser, HEAR)
    assert f'href="{HEAR}/words/1"' in page
    page = words(browser, f"{HEAR}/words/1")
    assert "进门以前先敲门。" in page and f"{HEAR}?t=7.0" in page
    assert 'data-start="7.0"' in words(browser, f"{HEAR}?t=7.0")
    assert browser.get(f"{HEAR}/words/2").status_code == 404
    assert browser.get(f"{LEAF}/words/1").status_code == 404


def test_a_recording_never_fetched_earns_nothing_and_a_jump_is_not_paid_in_order(
    app: Flask, as_person: SignIn, tmp_path: Path
) -> None:
    made = media_course.published(
        tmp_path / "package", watching={"no_skip_ahead": True, "presence_minutes": 5}
    )
    browser = as_person(person("13900000001", made.village))
    page = words(browser, HEAR)
    assert 'data-no-skip="true"' in page and 'data-presence="5"' in page
    visit = found(r'data-visit="([^"]+)"', page)
    with clock.travel(seconds=12):
        assert send(browser, watched(visit, [0, 12]))[0]["state"] == "refused"
    visit = open_recording(browser)
    with clock.travel(seconds=24):
        jumped = send(browser, watched(visit, [0, 2], [8, 12]))[0]
    assert (jumped["state"], jumped["credited"]) == ("partial", 2)


@pytest.mark.both_databases
def test_she_may_ask_for_a_recording_to_be_looked_at_and_her_officer_sees_the_strip(
    as_person: SignIn, her: Person, place: Tree
) -> None:
    browser = as_person(her)
    visit = open_recording(browser)
    with clock.travel(seconds=5):
        send(browser, watched(visit, [0, 4]))
    assert post(browser, f"{HEAR}/appeal", {"note": "在活动室听完的。"}).status_code == 302
    officer = as_person(auditor(place))
    page = words(officer, "/appeals/1")
    assert "已听" in page and "不能证明人一直在听" in page
    assert (
        post(
            officer, "/appeals/1/decision", {"decision": "accept", "answer": "核实过。"}, page="/appeals/1"
        ).status_code
        == 302
    )
    assert how() == {"hear": "decided"}


def test_words_of_pages_and_of_the_recording_are_found(place: Tree) -> None:
    (source,) = [one for one in passages.sources().values() if one.key.startswith("course:")]
    told = {(one.kind, one.place, one.n): one.text for one in passages.of(source)}
    assert "坐下以后先问好" in told["page", "leaf", 2]
    assert "先敲门，再问好" in told["page", "hear", 1]
    assert "进门以前先敲门" in told["caption", "hear", 0]


def test_the_course_goes_out_as_a_package_and_comes_in_again(place: Tree, tmp_path: Path) -> None:
    target = tmp_path / "out.zip"
    course_files.bring_out("small", str(target))
    again = package.read(target)
    hear, leaf = (lesson.body for lesson in again.course.lessons())
    assert (hear.heard_share, len(hear.pages), len(hear.checks)) == (0.9, 1, 2)
    assert (leaf.min_seconds, leaf.download) == (20, True)
    with zipfile.ZipFile(target) as packed:
        assert packed.read(again.videos["leaf"].main).startswith(b"%PDF")
        assert again.videos["hear"].captions in packed.namelist()
    version = exchange.bring_in(target, unit_id=place.county.id, actor_id=None, while_processing=True)
    db.session.commit()
    version_id, number = version.id, version.number
    media_course.work()
    assert (number, exchange.refusals(version_id), exchange.all_ready(version_id)) == (2, [], True)


@pytest.mark.parametrize(("name", "make", "word"), [*sounds.BAD, *papers.BAD])
def test_a_bad_file_in_a_package_is_named_and_nothing_is_kept(
    app: Flask, tmp_path: Path, name: str, make: Callable[[Path], Path], word: str
) -> None:
    made = tree()
    path = media_course.folder(tmp_path / "package")
    course = path / "course.json"
    is_sound = (name, make, word) in sounds.BAD
    here, named = ("audio", "audio/talk.mp3") if is_sound else ("files", "files/leaf.pdf")
    make(path / here / name)
    course.write_text(course.read_text("utf-8").replace(named, f"{here}/{name}"), "utf-8")
    with pytest.raises(CourseError) as refused:
        exchange.bring_in(path, unit_id=made.county.id, actor_id=None, while_processing=True)
    (problem,) = refused.value.problems
    assert problem.file == f"{here}/{name}"
    assert word in problem.message
    db.session.rollback()
    assert db.session.scalars(select(LessonProgress)).all() == []


def test_a_torn_recording_is_refused_by_the_worker_and_her_page_says_why(
    app: Flask, as_person: SignIn, tmp_path: Path
) -> None:
    made = tree()
    path = media_course.folder(tmp_path / "package")
    sounds.torn(path / "audio" / "talk.mp3")
    her = person("13900000001", made.village)
    version = exchange.bring_in(path, unit_id=made.county.id, actor_id=None, while_processing=True)
    db.session.commit()
    version_id, her_id = version.id, her.id
    media_course.work()
    assert "没有传完整" in exchange.refusals(version_id)[0]
    page = words(as_person(db.session.get_one(Person, her_id)), HEAR)
    assert "这个录音不能用" in page and "没有传完整" in page and "看文字版" in page
