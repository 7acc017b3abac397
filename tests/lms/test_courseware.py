"""What makes a course worth opening: its cover, the page to print, local numbers, the table of gaps, the signature."""

import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from struct import pack

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from courses import local
from courses.formats import package_writer
from courses.model import Category, Course, LocalField, Review, TextBody, Tier
from lms.accounts.models import Person
from lms.authoring import exchange
from lms.catalogue import jobs as drawing
from lms.catalogue import reviews
from lms.catalogue.commands import publish
from lms.core import jobs
from lms.core.audit_log import AuditEntry
from lms.core.errors import Conflict
from lms.extensions import db
from lms.federations import commands as federations
from lms.federations.models import Unit
from lms.federations.permissions import Role
from tests.factories import Tree, document, page_token, person, post, tree

STARTER = Path(__file__).parents[2] / "courses" / "starter"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 360"><rect width="640" height="360" fill="#B3202C"/></svg>'
SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def place(app: Flask) -> Tree:
    return tree()


def course(**more: object) -> Course:
    """The small course cut down to its text, which names a telephone number."""
    small = document()
    text = replace(small.lessons()[0], body=TextBody("有事打电话：{{local:hotline}}。" + "正文。" * 50, 1))
    module = replace(small.modules[0], lessons=(text,))
    field = LocalField("hotline", "本县妇联电话")
    return replace(small, modules=(module,), local=(field,), **more)  # type: ignore[arg-type]


def put(content: Course, owner: Unit) -> None:
    publish(content, {}, unit_id=owner.id, actor_id=None)
    db.session.commit()


def staff(role: Role, unit: Unit, phone: str) -> Person:
    made = person(phone, unit, "陈芳")
    federations.appoint(made.id, role, unit, actor_id=None)
    db.session.commit()
    return made


def text_of(browser: FlaskClient, address: str) -> str:
    return browser.get(address).get_data(as_text=True)


def work() -> None:
    while jobs.run_one(jobs.Lane.QUICK):
        pass


def test_a_cover_is_drawn_once_published_and_shown_by_its_picture_never_as_markup(
    client: FlaskClient, place: Tree
) -> None:
    put(course(cover=SVG, cover_alt="一块红布"), place.province)
    assert "一块红布" not in text_of(client, "/courses")
    work()
    for address in ("/", "/courses", "/c/small"):
        page = text_of(client, address)
        found = re.search(
            r'<img class="cover" src="([^"]+)" alt="一块红布" width="640" height="360" loading="lazy"', page
        )
        assert found and "#B3202C" not in page, address
    answer = client.get(found.group(1))
    assert answer.mimetype == "image/webp" and "immutable" in answer.headers["Cache-Control"]
    assert Image.open(BytesIO(answer.data)).size == (640, 360)
    assert client.get("/pictures/0000-cover").status_code == 404


def test_a_course_without_a_cover_shows_its_category_in_a_calm_field(
    client: FlaskClient, place: Tree
) -> None:
    put(course(), place.province)
    assert re.search(r'class="cover cover-none" aria-hidden="true">通用<', text_of(client, "/courses"))


@pytest.mark.parametrize("path", sorted(STARTER.glob("*/cover.svg")), ids=lambda path: path.parent.name)
def test_the_cover_of_each_starter_course_is_a_small_picture(path: Path) -> None:
    picture = drawing.draw(path.read_text("utf-8"))
    assert len(picture) <= drawing.MOST_BYTES
    shown = Image.open(BytesIO(picture)).convert("RGB")
    assert shown.size == (640, 360)
    assert len(shown.getcolors(640 * 360) or ()) > 3


def test_a_drawing_fetches_nothing(tmp_path: Path) -> None:
    (tmp_path / "red.svg").write_text(SVG)
    outside = f'<image href="{(tmp_path / "red.svg").as_uri()}" width="640" height="360"/>'
    picture = drawing.draw(SVG.replace("</svg>", outside).replace("#B3202C", "#FFFFFF"))
    assert Image.open(BytesIO(picture)).convert("RGB").getpixel((300, 200)) == (255, 255, 255)


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"".join(b"\0" + b"\xb3\x20\x2c" * width for _ in range(height)))
    head = pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_a_picture_of_a_lesson_comes_from_our_own_address_with_its_words_and_size(
    client: FlaskClient, place: Tree, tmp_path: Path
) -> None:
    from_course = course()
    text = from_course.lessons()[0]
    shown = replace(text, body=TextBody("看图：\n\n![敲门的人](img/door.png)\n\n" + "正文。" * 50, 1))
    module = replace(from_course.modules[0], lessons=(shown,))
    whole = replace(from_course, modules=(module,), local=())
    package_writer.write(whole, tmp_path / "pack", pictures={"img/door.png": png(40, 30)})
    exchange.bring_in(tmp_path / "pack", unit_id=place.province.id, actor_id=None, while_processing=True)
    db.session.commit()
    page = text_of(client, "/c/small/1")
    found = re.search(r'<img[^>]*src="(/pictures/[0-9a-f]{40}-40x30)"[^>]*>', page)
    assert found, page
    for part in ('alt="敲门的人"', 'width="40"', 'height="30"', 'loading="lazy"'):
        assert part in found.group(0)
    assert client.get(found.group(1)).data == png(40, 30)


def test_a_reader_sees_the_number_of_the_nearest_unit_and_a_sentence_where_there_is_none(
    client: FlaskClient, as_person: SignIn, place: Tree
) -> None:
    put(course(handout="# 一页\n\n电话 {{local:hotline}}"), place.province)
    reader = as_person(person("13900000001", place.village))
    for browser in (client, reader):
        assert f"有事打电话：{local.ASK}" in text_of(browser, "/c/small/1")
    trainer = as_person(staff(Role.TRAINER, place.county, "13900000002"))
    page = trainer.get("/teach/local", follow_redirects=True).get_data(as_text=True)
    assert "本县妇联电话" in page and "白沙县" in page
    address = "/teach/local/990101"
    post(trainer, address, {"hotline|本县妇联电话": "0871-*123*"})
    assert "有事打电话：0871-*123*。" in text_of(reader, "/c/small/1")
    assert "电话 0871-*123*" in text_of(reader, "/c/small/handout")
    assert local.ASK in text_of(client, "/c/small/1")  # a visitor stands at the top of the tree
    assert "不填就用白沙县的" in text_of(trainer, "/teach/local/990101100")
    assert trainer.get("/teach/local/990102").status_code == 404
    entry = db.session.scalars(db.select(AuditEntry).where(AuditEntry.action == "local_fields.changed")).one()
    assert "0871" not in str(entry.detail)
    post(trainer, address, {"hotline|本县妇联电话": ""})
    assert f"有事打电话：{local.ASK}" in text_of(reader, "/c/small/1")


def test_a_number_too_long_is_named_and_kept_in_its_field(as_person: SignIn, place: Tree) -> None:
    put(course(), place.province)
    trainer = as_person(staff(Role.TRAINER, place.county, "13900000002"))
    answer = post(trainer, "/teach/local/990101", {"hotline|本县妇联电话": "1" * 200})
    assert answer.status_code == 422
    assert "太长了" in answer.get_data(as_text=True) and "1" * 200 in answer.get_data(as_text=True)


def test_several_empty_fields_in_a_line_become_blanks_to_write_on() -> None:
    line = local.fill("电话 {{local:a}} · 门诊 {{local:b}}", {})
    assert line.count("＿") == 10 and line.count(local.ASK) == 1
    assert local.fill("| {{local:a}} | {{local:b}} |", {}).count(local.ASK) == 2


def test_a_handout_carries_its_words_and_a_code_to_the_course(client: FlaskClient, place: Tree) -> None:
    put(course(handout="# 一页\n\n先敲门，再说明来意。"), place.province)
    page = text_of(client, "/c/small/handout")
    assert "先敲门，再说明来意。" in page
    assert re.search(r"<svg[^>]*class=.?qr", page) and "/c/small</span>" in page
    assert "/c/small/handout" in text_of(client, "/c/small")
    assert client.get("/c/none/handout").status_code == 404


def test_a_course_without_a_handout_has_no_such_page(client: FlaskClient, place: Tree) -> None:
    put(course(), place.province)
    assert client.get("/c/small/handout").status_code == 404
    assert "/c/small/handout" not in text_of(client, "/c/small")


def test_the_matrix_shows_courses_in_their_cell_and_every_gap_as_a_gap(
    client: FlaskClient, place: Tree
) -> None:
    put(course(), place.province)
    page = text_of(client, "/courses/matrix")
    assert page.count("还没有课") == len(Tier) * len(Category) - 1
    assert 'href="/c/small"' in page
    assert "/courses/matrix" in text_of(client, "/courses")


def production(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = app.extensions["lms_settings"]
    monkeypatch.setitem(app.extensions, "lms_settings", replace(settings, env="production"))


def test_outside_a_demo_a_course_waits_for_the_signature_of_an_expert(
    app: Flask, client: FlaskClient, as_person: SignIn, place: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = course(review=Review.AWAITING_EXPERT)
    put(asked, place.county)  # as in a demo
    assert "待专家审定" in text_of(client, "/c/small")
    expert = as_person(staff(Role.REVIEWER, place.county, "13900000003"))
    assert "小课" in text_of(expert, "/teach/review")
    with monkeypatch.context() as patch:
        production(app, patch)
        with pytest.raises(Conflict, match="待专家审定"):
            put(asked, place.county)
        db.session.rollback()
    token = page_token(expert, "/teach/review/small")
    silent = expert.post("/teach/review/small", data={"csrf_token": token, "verdict": "returned"})
    assert silent.status_code == 422 and "退回要写明哪里不妥" in silent.get_data(as_text=True)
    expert.post(
        "/teach/review/small", data={"csrf_token": token, "verdict": "passed", "reason": "核对过条文"}
    )
    page = text_of(client, "/c/small")
    assert "审定：陈芳（白沙县妇女联合会）" in page and "待专家审定" not in page
    with monkeypatch.context() as patch:
        production(app, patch)
        put(asked, place.county)
        changed = replace(asked, summary="改了一句话。")
        assert reviews.waits(changed)
        with pytest.raises(Conflict, match="待专家审定"):
            put(changed, place.county)
    db.session.rollback()


def test_a_course_sent_back_waits_again(as_person: SignIn, client: FlaskClient, place: Tree) -> None:
    put(course(review=Review.AWAITING_EXPERT), place.county)
    expert = as_person(staff(Role.REVIEWER, place.county, "13900000003"))
    post(expert, "/teach/review/small", {"verdict": "passed"})
    post(expert, "/teach/review/small", {"verdict": "returned", "reason": "第三课的期限写错了"})
    assert "待专家审定" in text_of(client, "/c/small")
    assert "第三课的期限写错了" in text_of(expert, "/teach/review/small")


def test_an_expert_of_another_county_does_not_find_the_course(as_person: SignIn, place: Tree) -> None:
    put(course(review=Review.AWAITING_EXPERT), place.county)
    stranger = as_person(staff(Role.REVIEWER, place.other_county, "13900000004"))
    assert stranger.get("/teach/review/small").status_code == 404
    assert "小课" not in text_of(stranger, "/teach/review")
