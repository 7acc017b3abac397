"""The English interface is complete: every word and sentence of the code has its English, and pages show it."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

from lms.accounts.models import Person
from lms.extensions import db
from scripts import english
from tests import factories

CHINESE = re.compile(r"[\u4e00-\u9fff，。：；、（）《》]")
COUNTED = re.compile(r"\[[^|\]]*\|[^|\]]*\]")
VOID = {"meta", "link", "input", "br", "img", "hr", "source", "track", "wbr"}


def _gaps(text: str) -> list[str]:
    return sorted([*english.GAPS.findall(text), *re.findall("%%", text)])


def test_every_marked_word_has_its_english_with_the_same_gaps() -> None:
    with english.MESSAGES.open("rb") as file:
        catalogue = read_po(file, locale="en")
    known = {str(message.id): str(message.string) for message in catalogue if message.id}
    words = english.marked()
    assert len(words) > 1000
    assert [text for text in words if not known.get(text)] == []
    assert [text for text in words if _gaps(text) != _gaps(known[text])] == []
    assert [text for text in words if CHINESE.search(re.sub(r"答案：|[走急][访救]", "", known[text]))] == []


def test_every_sentence_of_errors_and_rules_has_its_english() -> None:
    known = json.loads(english.SENTENCES.read_text("utf-8"))
    said = [*english.sentences(), *english.PARTS]
    assert len(said) > 400
    assert [text for text in said if not known.get(text)] == []
    assert [text for text in said if not set(_gaps(known[text])) <= set(_gaps(text))] == []


def test_no_english_breaks_the_attribute_it_may_stand_in() -> None:
    with english.MESSAGES.open("rb") as file:
        said = [str(message.string) for message in read_po(file, locale="en") if message.id]
    assert [text for text in said if re.search('["<>&]', text)] == []


class _Seen(HTMLParser):
    """Collects the text of a page outside of elements that say they are Chinese."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[bool] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        hidden = tag in ("script", "style", "title") or given.get("lang") == "zh-CN"
        if not (hidden or any(self.open)):
            self.text += [given.get(name) or "" for name in ("placeholder", "aria-label", "alt")]
        if tag not in VOID:
            self.open.append(hidden)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self.open:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if not any(self.open):
            self.text.append(data)


def _chinese_on(client: FlaskClient, address: str, *content: str) -> list[str]:
    """Return what is Chinese on a page beyond the site's name and the content named."""
    client.set_cookie("lang", "en")
    answer = client.get(address)
    assert answer.status_code == 200 and '<html lang="en"' in answer.text, address
    page = _Seen()
    page.feed(answer.text)
    left = []
    for text in page.text:
        for one in ("巾帼云课堂", *content):
            text = text.replace(one, "")
        if CHINESE.search(text):
            left.append(text.strip())
    return left


@pytest.mark.parametrize(
    "address", ["/", "/courses", "/c/small", "/c/small/1", "/verify", "/login", "/reset", "/help", "/search", "/materials"]
)  # fmt: skip
def test_what_anyone_can_open_is_english(client: FlaskClient, address: str) -> None:
    factories.published(factories.tree().village)
    assert _chinese_on(client, address) == []


@pytest.mark.parametrize("address", ["/learn", "/me", "/me/certs", "/me/records", "/me/seen"])
def test_what_a_learner_opens_is_english(as_person: Callable[[Person], FlaskClient], address: str) -> None:
    place = factories.tree()
    woman = factories.person("13800000001", place.village, "王秀英")
    db.session.commit()
    names = [
        f"{name}{kind}" for name in ("云溪省", "白沙县", "白沙镇", "河东村") for kind in ("妇女联合会", "")
    ]
    assert _chinese_on(as_person(woman), address, "王秀英", *names) == []


def test_the_language_changes_by_a_plain_form(client: FlaskClient) -> None:
    token = factories.page_token(client, "/help")
    answer = client.post("/language", data={"csrf_token": token, "next": "/help", "lang": "en"})
    assert answer.status_code in (302, 303)
    assert "The letters are too small" in client.get("/help").text
    client.post("/language", data={"csrf_token": token, "next": "/help", "lang": "zh"})
    assert "字太小" in client.get("/help").text


def test_a_word_follows_its_number() -> None:
    with english.MESSAGES.open("rb") as file:
        counted = [
            (str(m.id), str(m.string))
            for m in read_po(file, locale="en")
            if COUNTED.search(str(m.string or ""))
        ]
    assert len(counted) > 20
    code = "\n".join(path.read_text("utf-8") for path in (english.ROOT / "lms").rglob("*.py"))
    assert [text for text, _ in counted if f'"{text}"' in code] == [], "only templates can count"
