"""Search through the door: a visitor, a volunteer on an older version, and what is gone."""

import json
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from courses.model import TextBody
from lms.accounts.models import Person
from lms.assets.models import MediaAsset
from lms.catalogue import commands as catalogue
from lms.catalogue.models import Course
from lms.extensions import db
from lms.search import commands, jobs
from tests import factories
from tests.lms.search.conftest import asset, work


def look(browser: FlaskClient, typed: str) -> str:
    answer = browser.get("/search", query_string={"q": typed})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def links(page: str) -> list[str]:
    return re.findall(r'<a class="row" href="([^"]+)"', page)


def finds(page: str) -> bool:
    return "没有找到" not in page


@pytest.mark.parametrize(
    ("typed", "where"),
    [
        ("急救", "/c/rescue"),
        ("清水", "/c/rescue/1"),
        ("冲别抹牙膏", "/c/rescue/1"),
        ("“流动的清水”", "/c/rescue/1"),
        ("wechat 120", "/c/rescue/1"),
        ("ＷＥＣＨＡＴ群里", "/c/rescue/1"),
        ("烧", "/c/rescue/1"),
        ("先敲门问一声", "/c/rescue/2?t=31"),
        ("“A&B”", "/c/rescue/2?t=35"),
        ("告别", "/c/rescue/2/text/2"),
        ("jujia", "/c/rescue"),
        ("jjjj", "/c/rescue"),
        ("jijiu", "/c/rescue"),
    ],
)
def test_it_is_found_and_the_hit_leads_to_the_place(
    client: FlaskClient, course: Course, typed: str, where: str
) -> None:
    assert links(look(client, typed))[0] == where


@pytest.mark.parametrize("typed", ["“清水牙膏”", "救居", "题 q1", "紫色大象飞行", "jiuji"])
def test_what_does_not_stand_there_is_not_found(client: FlaskClient, course: Course, typed: str) -> None:
    page = look(client, typed)
    assert not finds(page)
    assert "走访" in page


def test_the_words_looked_for_are_marked(client: FlaskClient, course: Course) -> None:
    page = look(client, "敲门")
    assert "<mark>敲门</mark>" in page
    assert "从 31 秒 放起" in page


def test_a_withdrawn_course_is_gone_before_the_index_knows(client: FlaskClient, course: Course) -> None:
    assert finds(look(client, "清水"))
    catalogue.withdraw(course, actor_id=None)
    db.session.commit()
    assert not finds(look(client, "清水"))
    work()
    assert not finds(look(client, "清水"))


def test_a_new_version_is_searched_and_the_old_words_are_gone(
    client: FlaskClient, course: Course, tree: factories.Tree
) -> None:
    assert course.version
    content = course.version.content
    module, first = content.modules[0], content.lessons()[0]
    changed = replace(first, body=TextBody("请用凉水。", 10))
    modules = (replace(module, lessons=(changed, *module.lessons[1:])),)
    catalogue.publish(
        replace(content, modules=modules), {"watch": asset()}, unit_id=tree.county.id, actor_id=None
    )
    db.session.commit()
    assert not finds(look(client, "清水"))
    work()
    assert not finds(look(client, "清水"))
    assert finds(look(client, "凉水"))


def test_who_learns_an_older_version_lands_in_her_own_lesson(
    course: Course, tree: factories.Tree, as_person: Callable[[Person], FlaskClient]
) -> None:
    browser = as_person(factories.person("13900000001", tree.village))
    browser.get("/c/rescue/1")
    assert course.version
    content = course.version.content
    module, lessons = content.modules[0], content.lessons()
    swapped = (replace(module, lessons=(lessons[1], lessons[0], lessons[2])),)
    catalogue.publish(
        replace(content, modules=swapped), {"watch": asset()}, unit_id=tree.county.id, actor_id=None
    )
    db.session.commit()
    work()
    assert links(look(browser, "清水")) == ["/c/rescue/1"]
    assert links(look(browser.application.test_client(), "清水")) == ["/c/rescue/2"]


def test_captions_are_found_as_soon_as_the_film_is_ready(
    client: FlaskClient, tree: factories.Tree, course: Course
) -> None:
    film = db.session.scalars(select(MediaAsset)).one()
    film.status = "processing"
    db.session.commit()
    commands.update()
    assert not finds(look(client, "敲门，问一声"))
    film.status = "ready"
    db.session.commit()
    commands.update()
    assert finds(look(client, "敲门，问一声"))


@pytest.mark.parametrize(
    "typed",
    ["字" * 10_000, "***", "\"'\"'“”「", "一 二 三 四 五 六 七 八 九", "% _ \\ ?", "\x00\x01\x02", "。"],
)
def test_a_query_that_cannot_be_asked_gets_a_sentence_at_once(
    client: FlaskClient, course: Course, typed: str
) -> None:
    begun = time.perf_counter()
    answer = client.get("/search", query_string={"q": typed})
    assert answer.status_code == 422
    assert re.search("太长了|没有可以找的字|词太多了", answer.get_data(as_text=True))
    assert time.perf_counter() - begun < 2


@pytest.mark.parametrize(
    "typed", ["", "   ", "急", "a", "“急", "急救*", "<b>急救</b>", "急\x00救", "OR", "急救 AND NOT"]
)
def test_odd_queries_are_answered(client: FlaskClient, course: Course, typed: str) -> None:
    page = look(client, typed)
    assert "<b>急救</b>" not in page
    assert 'name="q"' in page


def test_a_missing_index_says_so_and_a_worker_builds_it_anew(
    app: Flask, client: FlaskClient, course: Course
) -> None:
    folder = Path(app.extensions["lms_settings"].data) / "index"
    shutil.rmtree(folder)
    answer = client.get("/search?q=急救")
    assert answer.status_code == 503
    assert "搜索正在准备" in answer.get_data(as_text=True)
    assert answer.headers["Retry-After"]
    jobs.update()
    assert finds(look(client, "急救"))


def run(app: Flask, *words: str) -> dict[str, object]:
    result = app.test_cli_runner().invoke(args=[*words, "--json"])
    answer: dict[str, object] = json.loads(result.stdout.strip().splitlines()[-1])
    assert (result.exit_code == 0) == answer["ok"]
    return answer


def test_the_command_answers_in_the_agreed_shape(app: Flask, course: Course) -> None:
    answer = run(app, "search", "先敲门")
    assert (answer["query"], answer["total"]) == ("先敲门", 1)
    assert isinstance(answer["hits"], list)
    (hit,) = answer["hits"]
    assert hit | {"snippet": ""} == {
        "kind": "caption", "title": "看一看", "url": "/c/rescue/2?t=31", "snippet": "", "second": 31.2, "page": None,
    }  # fmt: skip
    assert "先敲门" in hit["snippet"]


def test_the_command_refuses_what_cannot_be_asked(app: Flask, course: Course) -> None:
    assert run(app, "search", "字" * 200)["ok"] is False
    assert run(app, "search", "急救", "--as", "13999999999")["ok"] is False


def test_the_index_can_be_deleted_and_rebuilt(app: Flask, course: Course) -> None:
    shutil.rmtree(Path(app.extensions["lms_settings"].data) / "index")
    assert run(app, "reindex")["ok"] is True
    assert run(app, "search", "清水")["total"] == 1


def test_the_index_holds_no_phone(app: Flask, course: Course, tree: factories.Tree) -> None:
    factories.person("13911112222", tree.village, "朱砂痣")
    run(app, "reindex")
    folder = Path(app.extensions["lms_settings"].data) / "index"
    kept = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    assert b"13911112222" not in kept
    assert "朱砂痣".encode() not in kept


def test_the_player_begins_at_the_second_of_the_address(
    course: Course, tree: factories.Tree, as_person: Callable[[Person], FlaskClient]
) -> None:
    browser = as_person(factories.person("13900000001", tree.village))
    page = browser.get("/c/rescue/2?t=31").get_data(as_text=True)
    assert 'data-start="31.0"' in page
    assert "#t=31.0" in page
    assert "从 31 秒 放起" in page
    for odd in ("t=-1", "t=9999", "t=x", "t=nan", "t=inf", "t="):
        answer = browser.get(f"/c/rescue/2?{odd}")
        assert answer.status_code == 200
        assert "data-start" not in answer.get_data(as_text=True)


def test_whoever_signs_in_on_the_way_still_lands_on_the_second(client: FlaskClient, course: Course) -> None:
    answer = client.get("/c/rescue/2?t=31")
    assert answer.status_code == 302
    assert "t%3D31" in answer.headers["Location"]


def test_the_search_box_stands_where_courses_are_looked_for(client: FlaskClient) -> None:
    assert 'action="/search"' in client.get("/courses").get_data(as_text=True)
