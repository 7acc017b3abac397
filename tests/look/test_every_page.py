"""Every page that the demo people can open, in Chromium at the width of a phone: what a machine can see of ugliness."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from flask_migrate import upgrade
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import update

from lms import config
from lms.app import create_app
from lms.assets.models import AssetStatus, MediaAsset
from lms.cli.demo import demo
from lms.cli.demo_people import NAMED, PASSWORD
from lms.core import clock
from lms.extensions import db
from lms.search import jobs as search_jobs
from tests.conftest import Browser as Client
from tests.factories import page_token

pytestmark = pytest.mark.browser
HERE = Path(__file__).parent
STYLE = (HERE.parents[1] / "lms/static/css/site.css").read_text("utf-8")
FAULTS = (HERE / "faults.js").read_text("utf-8")
VISITOR = ""
BEGIN = (
    "/",
    "/help",
    "/join",
    "/login",
    "/reset",
    "/verify",
    "/offline",
    "/styleguide",
    "/search?q=走访",
    "/search?q=无此",
)
BEGIN += (
    "/courses",
    "/courses/matrix",
    "/materials",
    "/me",
    "/learn",
    "/me/certs",
    "/me/records",
    "/me/records/proof",
)
BEGIN += ("/me/seen", "/login/setup", "/verify?number=JG-0000-000000&code=0000", "/nothing-here")
NOT_PAGES = re.compile(
    r"/(static|media|pictures|healthz|evidence|audit/files|materials/file)\b|\.(pdf|png|xlsx)$|/package$"
)
SHOWN_ON_ITS_OWN = "/styleguide"  # several of each button, to be compared


@pytest.fixture(scope="module")
def somebody(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], FlaskClient]]:
    """A demo site; given a phone, a client in which that person has signed in."""
    words = {"LMS_ENV": "demo", "LMS_DATA": str(tmp_path_factory.mktemp("demo")), "LMS_SECRET_KEY": "t" * 40}
    app = create_app(config.read(words))
    app.test_client_class = Client
    with app.app_context():
        upgrade()
        demo(tell=False)
        db.session.execute(
            update(MediaAsset).values(status=AssetStatus.READY, duration=60.0, ready_at=clock.now())
        )
        db.session.commit()
        demo(tell=False)
        search_jobs.rebuild()
        db.session.commit()
        db.session.remove()

    def enter(phone: str) -> FlaskClient:
        client = app.test_client()
        if phone:
            form = {"csrf_token": page_token(client, "/login"), "phone": phone, "password": PASSWORD}
            assert client.post("/login", data=form).status_code == 302
        return client

    yield enter
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        found = play.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        yield found
        found.close()


def kind_of(address: str) -> str:
    """Return what two pages of one template have in common in their addresses."""
    path, _, query = address.partition("?")
    path = re.sub(r"^(/(?:c|v|s|audit/u|audit/p|teach/local|teach/review|me/certs))/[^/]+", r"\1/*", path)
    path = re.sub(r"/(try|items)/(?!new)[^/]+", r"/\1/*", path)
    return re.sub(r"/\d+(/[a-z]+$)?", r"/*\1", path) + ("?" if query else "")


def walk(client: FlaskClient, *, staff_only: bool) -> Iterator[tuple[str, str]]:
    """Yield address and HTML of one page of each kind, following the links."""
    waiting, known, kinds = list(BEGIN), set(BEGIN), Counter[str]()
    while waiting:
        address = waiting.pop(0)
        kinds[kind_of(address)] += 1
        if kinds[kind_of(address)] > (6 if re.match(r"/c/[^/]+/\d+$", address) else 1):
            continue
        answer = client.get(address, follow_redirects=True)
        html = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
        assert answer.status_code < 500, address
        if html and (not staff_only or 'data-surface="staff"' in html):
            yield address, html
        for link in re.findall(r'<a[^>]* href="(/[^"#]*)', html):
            found = link.replace("&amp;", "&")
            if found not in known and not NOT_PAGES.search(found.partition("?")[0]):
                known.add(found)
                waiting.append(found)


def faults_of(browser: Browser, pages: Iterator[tuple[str, str]]) -> tuple[int, list[str]]:
    """Return how many pages were looked at, and what is wrong with them in each of the three sizes."""
    page, found, seen = browser.new_page(viewport={"width": 390, "height": 844}), list[str](), 0
    page.route("**/*", lambda route: route.abort())
    for address, html in pages:
        seen += 1
        dressed = re.sub(r'<link rel="stylesheet"[^>]*>', lambda _: f"<style>{STYLE}</style>", html)
        page.set_content(dressed, wait_until="domcontentloaded")
        for size, floor in (("standard", 44), ("large", 60), ("huge", 60)):
            page.evaluate("size => { document.documentElement.dataset.size = size }", size)
            faults = page.evaluate(FAULTS, floor)
            kept = [
                one for one in faults if address != SHOWN_ON_ITS_OWN or not one.startswith("main buttons")
            ]
            found += [f"{address} ({size}): {fault}" for fault in kept]
    page.close()
    return seen, found


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("phone", [VISITOR, *(phone for phone, *_ in NAMED)])
def test_nothing_on_any_page_is_cut_off_faint_or_too_small(
    somebody: Callable[[str], FlaskClient], browser: Browser, phone: str, language: str
) -> None:
    staff_only = phone not in (VISITOR, NAMED[0][0])
    client = somebody(phone)
    client.set_cookie("lang", language)
    count, faults = faults_of(browser, walk(client, staff_only=staff_only))
    assert count >= (2 if staff_only else 25)
    assert not faults, "\n".join(faults)
