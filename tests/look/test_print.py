"""The text lessons of each starter course on paper, as Chromium hands them to a printer."""

import re
from collections.abc import Callable
from dataclasses import replace

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser

from courses.formats import package
from courses.model import Lesson, Module, TextBody
from lms.accounts.models import Person
from lms.catalogue.commands import publish
from lms.extensions import db
from tests.factories import person, tree
from tests.look.test_handouts import SLUGS, STARTER, browser, printed

__all__ = ["browser"]
pytestmark = pytest.mark.browser
A_LINE = 34
"""Characters a line of A4 holds at the size that is printed; less would waste the sheet."""


def published_texts(slug: str, owner: int) -> list[Lesson]:
    """Publish the text lessons of a starter course alone."""
    course = package.read(STARTER / slug).course
    texts = [replace(one, requires=()) for one in course.lessons() if isinstance(one.body, TextBody)]
    short = replace(
        course, modules=(Module("m", "课", tuple(texts)),), prerequisites=(), rules=(), test_out=None
    )
    publish(short, {}, unit_id=owner, actor_id=None)
    db.session.commit()
    return texts


@pytest.mark.parametrize("slug", SLUGS)
def test_each_text_lesson_has_a_page_for_the_printer_with_all_its_words(
    app: Flask, browser: Browser, as_person: Callable[[Person], FlaskClient], slug: str
) -> None:
    place = tree()
    lessons = published_texts(slug, place.province.id)
    hers = as_person(person("13900000001", place.village))
    for number, lesson in enumerate(lessons, 1):
        page = hers.get(f"/c/{slug}/{number}").get_data(as_text=True)
        assert f"/c/{slug}/{number}/print" in page
        paper = hers.get(f"/c/{slug}/{number}/print")
        assert paper.status_code == 200
        assert lesson.title in paper.get_data(as_text=True)
    sheets = pypdfium2.PdfDocument(printed(browser, hers.get(f"/c/{slug}/1/print").get_data(as_text=True)))
    words = "\n".join(sheet.get_textpage().get_text_range() for sheet in sheets)
    assert len(sheets) <= 3
    assert max(len(line) for line in words.splitlines()) >= A_LINE
    assert "回到这一课" not in words and "要打印" not in words and "长辈版" not in words
    body = lessons[0].body
    assert isinstance(body, TextBody)
    headings = re.findall("^## (.+)$", body.markdown, re.M)
    assert headings
    read = re.sub(r"\W", "", words)
    assert [one for one in headings if re.sub(r"\W", "", one) not in read] == []
