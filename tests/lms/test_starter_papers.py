"""The papers of the starter courses through the door: they open empty, keep what was typed, and their key scores full."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from courses.formats import package
from courses.items import Item, ItemKind, kinds, leaves
from courses.model import Course, Module, QuizBody
from lms.accounts.models import Person
from lms.catalogue.commands import publish
from lms.extensions import db
from tests.factories import Tree, page_token, person, tree

STARTER = Path(__file__).parents[2] / "courses" / "starter"
SLUGS = sorted(path.parent.name for path in STARTER.glob("*/course.json"))
SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def place(app: Flask) -> Tree:
    return tree()


def only_the_paper(slug: str, place: Tree) -> list[Item]:
    """Publish a starter course cut down to its paper; return the questions as she is asked them."""
    course = package.read(STARTER / slug).course
    paper = next(lesson for lesson in course.lessons() if isinstance(lesson.body, QuizBody))
    short = replace(course, modules=(Module("m", "卷子", (replace(paper, requires=()),)),), prerequisites=())
    unlinked = without_links(short)
    publish(unlinked, {}, unit_id=place.county.id, actor_id=None)
    db.session.commit()
    body = unlinked.lessons()[0].body
    assert isinstance(body, QuizBody)
    return [leaf.item for leaf in leaves(body.items)]


def without_links(course: Course) -> Course:
    """Take the links to lessons that were cut off out of the questions."""
    paper = course.lessons()[0]
    assert isinstance(paper.body, QuizBody)
    items = tuple(replace(item, lesson="") for item in paper.body.items)
    return replace(
        course, modules=(Module("m", "卷子", (replace(paper, body=replace(paper.body, items=items)),)),)
    )


def form_of(item: Item) -> dict[str, list[str]]:
    """Return the fields that the right answer fills in the plain form."""
    name = f"item-{item.id}"
    best = kinds.best(item)
    if item.kind == ItemKind.MATCH:
        return {f"{name}-{left}": [str(right)] for left, right in best}  # type: ignore[misc]
    return {name: [f"{one:g}" if isinstance(one, float) else str(one) for one in best]}


@pytest.mark.parametrize("slug", SLUGS)
def test_a_paper_opens_before_and_after_it_is_answered_and_its_key_scores_full(
    as_person: SignIn, place: Tree, slug: str
) -> None:
    items = only_the_paper(slug, place)
    browser = as_person(person("13900000001", place.village))
    token = page_token(browser, f"/c/{slug}")
    address = browser.post(f"/c/{slug}/1/try", data={"csrf_token": token}).headers["Location"]
    empty = browser.get(address)
    assert empty.status_code == 200
    assert empty.get_data(as_text=True).count("<fieldset") == len(items)
    answers = {name: values for item in items for name, values in form_of(item).items()}
    browser.post(address, data={"csrf_token": token, **answers})
    filled = browser.get(address).get_data(as_text=True)
    for item in items:
        if item.kind in (ItemKind.TEXT, ItemKind.NUMBER):
            assert f'value="{form_of(item)[f"item-{item.id}"][0]}"' in filled, item.id
    result = browser.post(f"{address}/submission", data={"csrf_token": token})
    assert re.search(r"100\s*分", browser.get(result.headers["Location"]).get_data(as_text=True))
