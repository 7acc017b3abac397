"""Small makers of units, people and courses for tests, with good defaults."""

import re
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from courses.items import Item, ItemKind, Option
from courses.model import (
    Category,
    Course,
    Lesson,
    Module,
    QuizBody,
    Review,
    TextBody,
    TextPage,
    Tier,
    VideoBody,
    Watching,
)
from lms.accounts import commands as accounts
from lms.accounts.models import Person
from lms.assets.commands import storage
from lms.assets.models import MediaAsset, Rendition
from lms.catalogue.commands import publish
from lms.catalogue.models import CourseVersion
from lms.core import clock, crypto
from lms.extensions import db
from lms.federations import commands as federations
from lms.federations.models import Unit, UnitKind

PASSWORD = "a-good-password-7"
_hashed: dict[str, str] = {}
VIDEO_SECONDS = 60.0
FILM_BYTES = 200_000


@dataclass
class Tree:
    """A province with two counties; the first county has a town and a village."""

    province: Unit
    county: Unit
    other_county: Unit
    town: Unit
    village: Unit


def tree() -> Tree:
    """Make the small tree and commit it."""
    province = _unit(None, "990100", "province", "云溪省")
    county = _unit(province, "990101", "county", "白沙县")
    other = _unit(province, "990102", "county", "石桥县")
    town = _unit(county, "990101100", "town", "白沙镇")
    village = _unit(town, "990101100201", "village", "河东村")
    db.session.commit()
    return Tree(province, county, other, town, village)


def _unit(parent: Unit | None, code: str, level: str, name: str) -> Unit:
    return federations.add_unit(
        parent, kind=UnitKind.FEDERATION, name=name, code=code, level=level, full_name=f"{name}妇女联合会"
    )


def person(phone: str, unit: Unit, name: str = "王秀英") -> Person:
    """Make a volunteer of a unit whose password is PASSWORD, and commit."""
    hashed = _hashed.setdefault("one", crypto.hash_password(PASSWORD))
    made = accounts.register(name=name, phone=phone, password_hash=hashed, consent=True)
    federations.settle(made.id, unit)
    db.session.commit()
    return made


def item(item_id: str, key: str = "b", kind: ItemKind = ItemKind.SINGLE, lesson: str = "read") -> Item:
    """Make an item about lesson `read`."""
    options = () if kind == ItemKind.TRUEFALSE else (Option("a", "甲"), Option("b", "乙"), Option("c", "丙"))
    return Item(item_id, kind, f"题 {item_id}", options, (key,), "因为这样。", lesson)


def document(slug: str = "small", tries: int | None = None) -> Course:
    """Make a course of a text, a video and a paper."""
    lessons = (
        Lesson("read", "读一读", "Read", 3, TextBody("正文。" * 50, 30)),
        Lesson(
            "watch", "看一看", "Watch", 2,
            VideoBody("pending", 0.9, (TextPage("第一页。", 10), TextPage("第二页。", 10)), (item("c1"), item("c2"))),
        ),
        Lesson(
            "paper", "考一考", "Quiz", 5,
            QuizBody((item("q1"), item("q2", lesson="watch"), item("q3", "true", ItemKind.TRUEFALSE)), 60, tries, False),
            requires=("read", "watch"),
        ),
    )  # fmt: skip
    return Course(
        slug, "小课", "Small", "一门小课。", "A small course.", Tier.INTRO, Category.GENERAL, "", 1.0, (), (),
        Review.NONE, (Module("m1", "单元", lessons),),
    )  # fmt: skip


def published(
    owner: Unit, slug: str = "small", tries: int | None = None, watching: Watching | None = None
) -> CourseVersion:
    """Publish the small course with a video of VIDEO_SECONDS that counts as ready, and commit."""
    asset = MediaAsset(
        key=f"key-{slug}", kind="video", title="看一看", unit_id=owner.id, source_key="originals/x/main.mp4",
        status="ready", duration=VIDEO_SECONDS, machine_voice=False, created_at=clock.now(), ready_at=clock.now(),
    )  # fmt: skip
    with tempfile.NamedTemporaryFile() as film:  # bytes to serve; encoding is tested in tests/media
        film.write(b"\0" * FILM_BYTES)
        film.flush()
        storage().put("media/x/360p.mp4", Path(film.name))
    asset.renditions = [
        Rendition(
            role="360p",
            storage_key="media/x/360p.mp4",
            mime="video/mp4",
            size=FILM_BYTES,
            duration=VIDEO_SECONDS,
        )
    ]
    db.session.add(asset)
    db.session.flush()
    content = replace(document(slug, tries), watching=watching or Watching())
    version = publish(content, {"watch": asset}, unit_id=owner.id, actor_id=None)
    db.session.commit()
    return version


def page_token(browser: FlaskClient, address: str) -> str:
    """Return the CSRF token that a page carries."""
    page = browser.get(address).get_data(as_text=True)
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found, address
    return found.group(1)


def post(browser: FlaskClient, address: str, data: dict[str, Any], *, page: str = "") -> Any:
    """Send a form with the CSRF token of its page (the address itself when `page` is empty)."""
    return browser.post(address, data={"csrf_token": page_token(browser, page or address), **data})
