"""The main job through the door: lesson, video, paper, certificate, public check."""

import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person
from lms.certificates import jobs
from lms.certificates.models import Certificate
from lms.core import clock
from lms.extensions import db
from lms.federations import commands as federations
from lms.federations.permissions import Role
from lms.learning import watching
from tests.factories import Tree, page_token, person, published, tree

pytestmark = pytest.mark.both_databases
SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def place(app: Flask) -> Tree:
    made = tree()
    published(made.county)
    return made


@pytest.fixture
def her(place: Tree) -> Person:
    return person("13900000001", place.village)


def send(browser: FlaskClient, *entries: dict[str, Any]) -> list[dict[str, Any]]:
    token = page_token(browser, "/c/small")
    answer = browser.post("/api/outbox", json={"entries": list(entries)}, headers={"X-CSRFToken": token})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    results: list[dict[str, Any]] = answer.get_json()["results"]
    return results


def watched(visit: str, *stretches: list[float], rate: float = 1, seq: int = 1) -> dict[str, Any]:
    entry_id = str(uuid.uuid4())
    return {
        "id": entry_id, "kind": "watched", "visit": visit, "seq": seq, "stretches": list(stretches), "rate": rate,
    }  # fmt: skip


def open_video(browser: FlaskClient, *, fetch: bool = True, slug: str = "small") -> str:
    page = browser.get(f"/c/{slug}/2").get_data(as_text=True)
    visit = re.search(r'data-visit="([^"]+)"', page)
    media = re.search(r'<source src="([^"]+)"', page)
    assert visit and media
    if fetch:
        browser.get(media.group(1)).close()
    return visit.group(1)


def read_first_lesson(browser: FlaskClient) -> None:
    browser.get("/c/small/1")
    token = page_token(browser, "/c/small/1")
    with clock.travel(seconds=31):
        assert browser.post("/c/small/1/read", data={"csrf_token": token}).status_code == 302


def take_paper(browser: FlaskClient, **answers: str) -> str:
    token = page_token(browser, "/c/small")
    address = browser.post("/c/small/3/try", data={"csrf_token": token}).headers["Location"]
    form = {f"item-{name}": value for name, value in answers.items()}
    browser.post(address, data={"csrf_token": token, **form})
    result = browser.post(f"{address}/submission", data={"csrf_token": token})
    return browser.get(result.headers["Location"]).get_data(as_text=True)


def finish(browser: FlaskClient) -> None:
    read_first_lesson(browser)
    visit = open_video(browser)
    with clock.travel(seconds=60):
        assert send(browser, watched(visit, [0, 60]))[0]["lesson_done"] is True
    take_paper(browser, q1="b", q2="b", q3="true")


def test_a_volunteer_goes_from_the_first_lesson_to_a_certificate_that_verifies(
    client: FlaskClient, as_person: SignIn, her: Person
) -> None:
    browser = as_person(her)
    finish(browser)
    certificate = db.session.scalars(select(Certificate)).one()
    jobs.render(certificate.id)
    db.session.commit()
    assert browser.get("/c/small/certificate").headers["Location"] == f"/me/certs/{certificate.number}"
    assert "王秀英" in browser.get(f"/me/certs/{certificate.number}").get_data(as_text=True)
    assert browser.get(f"/me/certs/{certificate.number}.pdf").data.startswith(b"%PDF")
    assert browser.get(f"/me/certs/{certificate.number}.png").data.startswith(b"\x89PNG")
    public = client.get(f"/v/{certificate.code}")
    assert public.status_code == 200
    assert "证书有效" in public.get_data(as_text=True)
    assert "王*英" in public.get_data(as_text=True)
    assert "王秀英" not in public.get_data(as_text=True)


def test_the_text_version_finishes_the_video_lesson_by_plain_forms(as_person: SignIn, her: Person) -> None:
    browser = as_person(her)
    for page in (1, 2):
        browser.get(f"/c/small/2/text/{page}")
        token = page_token(browser, f"/c/small/2/text/{page}")
        assert browser.post(f"/c/small/2/text/{page}", data={"csrf_token": token}).status_code == 409
        with clock.travel(seconds=11):
            assert browser.post(f"/c/small/2/text/{page}", data={"csrf_token": token}).status_code == 302
    wrong = browser.post("/c/small/2/text/3", data={"csrf_token": token, "item-c1": "a", "item-c2": "b"})
    assert wrong.status_code == 422
    assert "自动保存" not in wrong.get_data(as_text=True), (
        "nothing keeps these answers before they are handed in"
    )
    right = browser.post("/c/small/2/text/3", data={"csrf_token": token, "item-c1": "b", "item-c2": "b"})
    assert right.status_code == 302
    assert "用文字版学完了" in browser.get("/c/small/2").get_data(as_text=True)


def test_a_visit_that_never_fetched_its_media_earns_nothing(as_person: SignIn, her: Person) -> None:
    browser = as_person(her)
    visit = open_video(browser, fetch=False)
    with clock.travel(seconds=60):
        result = send(browser, watched(visit, [0, 60]))[0]
    assert (result["state"], result["credited"]) == ("refused", 0)


def test_sixteen_times_speed_earns_only_the_time_that_passed(as_person: SignIn, her: Person) -> None:
    browser = as_person(her)
    begun = time.monotonic()
    visit = open_video(browser)
    with clock.travel(seconds=3):
        result = send(browser, watched(visit, [0, 48]))[0]
    passed = 3 + time.monotonic() - begun
    assert result["state"] == "partial"
    assert 3 <= result["credited"] <= passed + watching.TOLERANCE_SECONDS


def test_the_same_entry_again_gets_the_same_answer_and_counts_once(as_person: SignIn, her: Person) -> None:
    browser = as_person(her)
    visit = open_video(browser)
    entry = watched(visit, [0, 10])
    with clock.travel(seconds=30):
        first, again = send(browser, entry)[0], send(browser, entry)[0]
    assert first == again
    assert first["credited"] == 10


def test_two_visits_played_side_by_side_share_one_clock(as_person: SignIn, her: Person) -> None:
    browser = as_person(her)
    one, two = open_video(browser), open_video(browser)
    with clock.travel(seconds=20):
        results = send(browser, watched(one, [0, 20]), watched(two, [20, 40]))
    assert sum(result["credited"] for result in results) <= 23


def test_many_tiny_stretches_never_earn_more_than_they_cost(as_person: SignIn, her: Person) -> None:
    browser = as_person(her)
    visit = open_video(browser)
    entries = [watched(visit, [n * 0.26, n * 0.26 + 0.011], seq=n) for n in range(150)]
    with clock.travel(seconds=30):
        results = send(browser, *entries)
    assert sum(result["credited"] for result in results) <= 150 * 0.011 + 1.6


@pytest.mark.parametrize(
    "stretches", [[[5, 3]], [[-1, 4]], [[0, 500]], [[0]], [], [["a", 1]], [[0, 1]] * 10_000]
)
def test_broken_stretches_are_refused_with_a_sentence(
    as_person: SignIn, her: Person, stretches: list[Any]
) -> None:
    browser = as_person(her)
    visit = open_video(browser)
    with clock.travel(seconds=60):
        result = send(browser, watched(visit) | {"stretches": stretches})[0]
    assert result["state"] == "refused"
    assert result["reason"]


def test_what_a_visitor_learned_is_hers_after_joining(app: Flask, client: FlaskClient, place: Tree) -> None:
    read_first_lesson(client)
    token = page_token(client, "/join")
    words = {
        "csrf_token": token, "name": "李桂兰", "phone": "13900000077", "password": "long-enough-9",
        "unit": "990101100201", "consent": "y",
    }  # fmt: skip
    assert client.post("/join", data=words).status_code == 302
    assert "已学 1 课" in client.get("/learn").get_data(as_text=True)


def test_a_paper_below_the_mark_names_the_lesson_behind_each_miss(as_person: SignIn, her: Person) -> None:
    browser = as_person(her)
    read_first_lesson(browser)
    visit = open_video(browser)
    with clock.travel(seconds=60):
        send(browser, watched(visit, [0, 60]))
    page = take_paper(browser, q1="a", q2="a", q3="true")
    assert "33 分" in page
    assert "读一读" in page
    assert "看一看" in page
    assert db.session.scalar(select(Certificate)) is None


def test_the_paper_stays_shut_until_the_lessons_before_it_are_done(as_person: SignIn, her: Person) -> None:
    browser = as_person(her)
    browser.get("/c/small/1")
    token = page_token(browser, "/c/small")
    assert browser.post("/c/small/3/try", data={"csrf_token": token}).status_code == 409


def test_her_registrar_revokes_with_a_reason_and_the_check_says_so(
    client: FlaskClient, as_person: SignIn, her: Person, place: Tree
) -> None:
    finish(as_person(her))
    certificate = db.session.scalars(select(Certificate)).one()
    registrar = person("13900000008", place.county, "林岚")
    federations.appoint(registrar.id, Role.REGISTRAR, place.county, actor_id=None)
    db.session.commit()
    staff = as_person(registrar)
    address = f"/certificates/{certificate.id}/revocation"
    token = page_token(staff, address)
    assert staff.post(address, data={"csrf_token": token, "reason": " "}).status_code == 422
    assert staff.post(address, data={"csrf_token": token, "reason": "姓名更正后重发"}).status_code == 302
    assert staff.post(address, data={"csrf_token": token, "reason": "又一次"}).status_code == 409
    page = client.get(f"/v/{certificate.code}").get_data(as_text=True)
    assert "证书已作废" in page
    assert "姓名更正后重发" in page


def test_the_registrar_of_another_county_finds_nothing_and_a_volunteer_may_not(
    as_person: SignIn, her: Person, place: Tree
) -> None:
    browser = as_person(her)
    finish(browser)
    certificate = db.session.scalars(select(Certificate)).one()
    stranger = person("13900000009", place.other_county, "孙梅")
    federations.appoint(stranger.id, Role.REGISTRAR, place.other_county, actor_id=None)
    db.session.commit()
    address = f"/certificates/{certificate.id}/revocation"
    assert as_person(stranger).get(address).status_code == 404
    assert browser.get(address).status_code == 403


def test_a_forged_or_changed_certificate_is_not_found(
    client: FlaskClient, as_person: SignIn, her: Person
) -> None:
    finish(as_person(her))
    certificate = db.session.scalars(select(Certificate)).one()
    assert client.get("/v/made-up").status_code == 404
    assert client.get(f"/verify?number={certificate.number}&code=0000").status_code == 404
    assert client.get(f"/verify?number={certificate.number}&code={certificate.check_code}").status_code == 200
    certificate.content = certificate.content | {"name": "别人"}
    db.session.commit()
    assert client.get(f"/v/{certificate.code}").status_code == 404


def test_submitting_twice_gives_the_first_result_and_one_certificate(as_person: SignIn, her: Person) -> None:
    browser = as_person(her)
    finish(browser)
    token = page_token(browser, "/c/small")
    again = browser.post("/c/small/3/try", data={"csrf_token": token}).headers["Location"]
    for _ in range(3):
        browser.post(f"{again}/submission", data={"csrf_token": token})
    assert len(db.session.scalars(select(Certificate)).all()) == 1


def test_another_persons_attempt_is_not_there(as_person: SignIn, her: Person, place: Tree) -> None:
    browser = as_person(her)
    read_first_lesson(browser)
    visit = open_video(browser)
    with clock.travel(seconds=60):
        send(browser, watched(visit, [0, 60]))
    token = page_token(browser, "/c/small")
    address = browser.post("/c/small/3/try", data={"csrf_token": token}).headers["Location"]
    other = as_person(person("13900000002", place.village, "刘玉梅"))
    assert other.get(address).status_code == 404
    answer = {
        "id": str(uuid.uuid4()),
        "kind": "answer",
        "attempt": address.rsplit("/", 1)[1],
        "item": "q1",
        "response": ["b"],
    }
    assert send(other, answer)[0]["state"] == "refused"
    assert send(browser, answer | {"id": str(uuid.uuid4())})[0]["state"] == "kept"
    assert send(browser, answer | {"id": str(uuid.uuid4()), "item": "q9"})[0]["state"] == "refused"
    assert send(browser, answer | {"id": str(uuid.uuid4()), "response": ["z"]})[0]["state"] == "refused"
