"""The handout of each starter course, printed by Chromium as her printer gets it: one sheet of A4."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, sync_playwright

from courses.formats import package
from courses.model import Module, TextBody
from lms.catalogue.commands import publish
from lms.extensions import db
from tests.factories import document, tree

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
STARTER = ROOT / "courses" / "starter"
SLUGS = sorted(path.parent.name for path in STARTER.glob("*/course.json"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        found = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield found
        found.close()


def printed(browser: Browser, html: str) -> bytes:
    style = (ROOT / "lms/static/css/site.css").read_text("utf-8")
    page = browser.new_page()
    page.set_content(re.sub(r'<link rel="stylesheet"[^>]*>', lambda _: f"<style>{style}</style>", html))
    margin = {side: "12mm" for side in ("top", "right", "bottom", "left")}
    sheet = page.pdf(format="A4", margin=margin)  # type: ignore[arg-type]
    page.close()
    return sheet


@pytest.mark.parametrize("slug", SLUGS)
def test_a_handout_is_one_sheet_with_its_last_words_and_the_address(
    browser: Browser, client: FlaskClient, slug: str
) -> None:
    place = tree()
    course = package.read(STARTER / slug).course
    text = replace(document().lessons()[0], body=TextBody("正文。", 1))
    short = replace(course, modules=(Module("m", "课", (text,)),), prerequisites=(), rules=(), test_out=None)
    publish(short, {}, unit_id=place.province.id, actor_id=None)
    db.session.commit()
    sheet = pypdfium2.PdfDocument(printed(browser, client.get(f"/c/{slug}/handout").get_data(as_text=True)))
    assert len(sheet) == 1
    words = sheet[0].get_textpage().get_text_range()
    assert "扫一扫" in words and f"/c/{slug}" in words
    assert "要打印" not in words and "帮助" not in words
