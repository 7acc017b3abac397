"""A proof: asked for by her, given by the unit that recorded, checked by anyone."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.accounts.models import Person
from lms.certificates import jobs
from lms.certificates.models import Certificate, PaperKind
from lms.core import clock
from lms.extensions import db
from lms.service_records import proofs
from tests import house
from tests.factories import Tree, person, post
from tests.lms.service_records.conftest import SignIn, organiser_of

pytestmark = pytest.mark.both_databases


def ask(browser: FlaskClient, **words: str) -> None:
    answer = post(browser, "/me/records/proof", {"form_id": "one", **words})
    assert answer.status_code == 302, answer.get_data(as_text=True)


def papers() -> list[Certificate]:
    return list(db.session.scalars(select(Certificate).order_by(Certificate.id)))


def test_her_proof_has_a_number_a_picture_and_a_public_check_that_tells_little(
    client: FlaskClient, as_person: SignIn, place: Tree, her: Person
) -> None:
    house.service_record(place.county, who=her)
    browser = as_person(her)
    ask(browser)
    (paper,) = papers()
    jobs.render(paper.id)
    db.session.commit()
    assert paper.number == f"FW-{clock.now().year}-990101-000001"
    assert browser.get(f"/me/certs/{paper.number}.pdf").data.startswith(b"%PDF")
    assert browser.get(f"/me/certs/{paper.number}.png").data.startswith(b"\x89PNG")
    assert paper.number in browser.get("/me/records").get_data(as_text=True)
    for where in (f"/v/{paper.code}", f"/verify?number={paper.number}&code={paper.check_code}"):
        page = client.get(where).get_data(as_text=True)
        for words in ("证明有效", "王*英", "白沙县妇女联合会", "3 小时", paper.number):
            assert words in page
        assert "王秀英" not in page
        assert "河东村" not in page


def test_each_unit_proves_what_it_recorded_itself(as_person: SignIn, place: Tree, her: Person) -> None:
    house.service_record(place.county, who=her, of=house.activity(place.county, days_ago=9))
    house.service_record(place.county, who=her, of=house.activity(place.county, days_ago=8))
    house.service_record(place.town, who=her, of=house.activity(place.town, days_ago=7))
    browser = as_person(her)
    assert "谁记录谁证明" in browser.get("/me/records/proof").get_data(as_text=True)
    ask(browser)
    assert [(one.content["issuer"], one.content["hours"], len(one.content["rows"])) for one in papers()] == [
        ("白沙县妇女联合会", "6", 2),
        ("白沙镇妇女联合会", "3", 1),
    ]
    total = sum(float(one.content["hours"]) for one in papers())
    assert f"<b>{total:g} 小时</b>" in browser.get("/me/records").get_data(as_text=True)
    for one in papers():
        assert sum(float(row["hours"]) for row in one.content["rows"]) == float(one.content["hours"])


def test_unconfirmed_hours_and_other_days_are_not_proved(as_person: SignIn, place: Tree, her: Person) -> None:
    house.service_record(place.county, who=her, confirmed=False)
    browser = as_person(her)
    answer = post(browser, "/me/records/proof", {"form_id": "one"})
    assert answer.status_code == 422
    house.service_record(place.county, who=her, of=house.activity(place.county, days_ago=30))
    day = (clock.now()).date().isoformat()
    assert post(browser, "/me/records/proof", {"form_id": "one", "since": day}).status_code == 422
    assert papers() == []


@pytest.mark.parametrize(
    ("since", "until", "sentence"),
    [
        ("x", "", "日期请写成"),
        ("", "2026-13-01", "没有这一天"),
        ("2026-05-01", "2026-04-01", "比开始的还早"),
    ],
)
def test_wrong_days_get_a_sentence_and_stay_on_the_page(
    as_person: SignIn, place: Tree, her: Person, since: str, until: str, sentence: str
) -> None:
    house.service_record(place.county, who=her)
    form = {"form_id": "one", "since": since, "until": until}
    answer = post(as_person(her), "/me/records/proof", form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in page
    assert all(f'value="{typed}"' in page for typed in (since, until) if typed)


def test_the_same_form_sent_twice_gives_the_same_proof(as_person: SignIn, place: Tree, her: Person) -> None:
    house.service_record(place.county, who=her)
    browser = as_person(her)
    ask(browser)
    ask(browser)
    assert len(papers()) == 1


def test_a_proof_is_frozen_and_signed(
    client: FlaskClient, as_person: SignIn, place: Tree, her: Person
) -> None:
    row = house.service_record(place.county, who=her)
    ask(as_person(her))
    (paper,) = papers()
    row.activity.name = "改了名字"
    db.session.commit()
    assert paper.content["rows"][0]["name"] == "走访"
    paper.content = {**paper.content, "hours": "300"}
    db.session.commit()
    assert client.get(f"/v/{paper.code}").status_code == 404
    assert client.get(f"/verify?number={paper.number}&code={paper.check_code}").status_code == 404


def test_the_recording_unit_makes_a_proof_void_with_a_reason(
    client: FlaskClient, organiser: FlaskClient, as_person: SignIn, place: Tree, her: Person
) -> None:
    house.service_record(place.county, who=her)
    ask(as_person(her))
    (paper,) = papers()
    where = f"/activities/proofs/{paper.id}/revocation"
    stranger = as_person(organiser_of(place, "other_county", "13900000017"))
    assert stranger.get(where).status_code == 404
    assert post(stranger, where, {"reason": "x"}, page="/me").status_code == 404
    assert paper.number not in stranger.get("/activities/proofs").get_data(as_text=True)
    assert post(organiser, where, {"reason": " "}).status_code == 422
    assert post(organiser, where, {"reason": "同名的人弄混了"}).status_code == 302
    assert post(organiser, where, {"reason": "再来一次"}).status_code == 409
    page = client.get(f"/v/{paper.code}").get_data(as_text=True)
    assert "证明已作废" in page
    assert "同名的人弄混了" in page
    assert "同名的人弄混了" in organiser.get(f"/activities/proofs?number={paper.number}").get_data(
        as_text=True
    )


def test_a_course_certificate_is_no_proof_to_be_made_void_there(organiser: FlaskClient, place: Tree) -> None:
    course = house.certificate(place.county)
    assert organiser.get(f"/activities/proofs/{course.id}/revocation").status_code == 404
    assert course.kind == PaperKind.COURSE


def test_anothers_proof_is_not_there(as_person: SignIn, place: Tree, her: Person) -> None:
    house.service_record(place.county, who=her)
    ask(as_person(her))
    (paper,) = papers()
    other = as_person(person("13900000002", place.village, "李桂兰"))
    for tail in ("", ".pdf", ".png"):
        assert other.get(f"/me/certs/{paper.number}{tail}").status_code == 404


def test_thirty_proofs_a_day_are_enough(place: Tree, her: Person, as_person: SignIn) -> None:
    house.service_record(place.county, who=her)
    for n in range(proofs.A_DAY):
        proofs.issue(her, since=None, until=None, with_training=False, form_id=str(n))
    db.session.commit()
    assert post(as_person(her), "/me/records/proof", {"form_id": "more"}).status_code == 429


def test_a_long_list_and_a_rare_name_are_drawn_whole_on_several_pages(place: Tree, as_person: SignIn) -> None:
    rare = person("13900000003", place.village, "王𰻝英")
    for day in range(2, 42):
        house.service_record(
            place.county, who=rare, of=house.activity(place.county, days_ago=day, name=f"第 {day} 天")
        )
    browser = as_person(rare)
    ask(browser)
    (paper,) = papers()
    jobs.render(paper.id)
    db.session.commit()
    assert paper.pdf_key
    assert paper.png_key is None  # a picture of the first page would leave the rest out
    assert browser.get(f"/me/certs/{paper.number}.png").status_code == 409
    assert paper.content["hours"] == "120"
