"""A trainer in a real browser: from nothing to a published course, by plain forms and with scripts."""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lms import config
from lms.app import create_app
from lms.extensions import db
from lms.federations import commands as federations
from lms.federations import queries as units
from lms.federations.permissions import Role
from tests import factories
from tests.browser.conftest import ROOT
from tests.media.test_encode import _clip

pytestmark = pytest.mark.browser
DESK = {"width": 1366, "height": 768}
QUESTIONS = "1. 第一次上门先说什么？\nA. 我是谁、为什么来\nB. 您家有几口人\n答案：A\n\n2. 可以收礼吗？\nA. 可以\nB. 不可以\n答案：B\n"
CAPTIONS = "1\n00:00:00,500 --> 00:00:02,000\n您好，我是巾帼志愿者。\n"


@pytest.fixture(scope="module")
def trainer(site: str, site_env: dict[str, str]) -> str:
    """The phone of a trainer of the county."""
    phone = "13800000002"
    with create_app(config.read(site_env)).app_context():
        county = units.by_code("990101")
        made = factories.person(phone, county, "李敏")
        federations.appoint(made.id, Role.TRAINER, county, actor_id=None)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    return phone


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return _clip(tmp_path / "怎样上门.mp4")


@pytest.fixture
def captions(tmp_path: Path) -> Path:
    path = tmp_path / "怎样上门.srt"
    path.write_text(CAPTIONS, "utf-8")
    return path


@pytest.fixture(params=[False, True], ids=["plain", "scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    """Whether the browser runs scripts."""
    return bool(request.param)


@pytest.fixture
def page(scripts: bool, chromium: Browser) -> Iterator[Page]:
    """A page on a desktop."""
    context = chromium.new_context(viewport=DESK, java_script_enabled=scripts)
    yield context.new_page()
    context.close()


class Clicks:
    """Counts what J3 of ux.md counts: taps, submits, choices of a file."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def button(self, words: str) -> None:
        self.count += 1
        self.page.get_by_role("button", name=words, exact=True).first.click()

    def link(self, words: str) -> None:
        self.count += 1
        self.page.get_by_role("link", name=words, exact=True).first.click()

    def file(self, field: str, path: Path) -> None:
        self.count += 2  # the button of the field, and 打开 in the window of the system
        self.page.set_input_files(f"[name={field}]", path)


def sign_in(page: Page, site: str, phone: str) -> None:
    page.goto(f"{site}/login?next=/teach")
    page.fill("[name=phone]", phone)
    page.fill("[name=password]", factories.PASSWORD)
    page.locator("main form button").first.click()
    expect(page.get_by_role("heading", name="我的课程")).to_be_visible()


def encode(env: dict[str, str]) -> None:
    """Let the heavy worker do what waits: the real encode."""
    flask = [sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--lane", "heavy", "--once"]
    subprocess.run(flask, cwd=ROOT, env={**os.environ, **env}, check=True, timeout=120)


def test_from_nothing_to_a_published_course_with_video_and_quiz(
    site: str, site_env: dict[str, str], trainer: str, page: Page, scripts: bool, film: Path, captions: Path
) -> None:
    sign_in(page, site, trainer)
    do = Clicks(page)
    do.link("新建课程")
    page.fill("[name=title]", "怎样第一次上门")
    page.fill("[name=summary]", "学会第一次上门先说什么。")
    do.button("下一步")
    do.button("＋ 视频课")
    do.file("video", film)
    if scripts:
        expect(page.get_by_text("等着转码")).to_be_visible()
        do.file("captions", captions)
        do.button("上传字幕")
        expect(page.get_by_text("有字幕了")).to_be_visible()
        do.link("返回课程")
    else:
        do.file("captions", captions)
        do.button("上传")
    expect(page.get_by_text("等着转码")).to_be_visible()
    do.button("＋ 测验")
    page.fill("[name=text]", QUESTIONS)
    do.button("识别题目")
    expect(page.get_by_text("认出了 2 题")).to_be_visible()
    do.button("保存")
    do.link("返回课程")
    encode(site_env)
    page.reload()
    expect(page.get_by_role("heading", name="可以发布了")).to_be_visible()
    build = page.url
    do.link("发布课程")
    do.button("确认发布")
    expect(page.get_by_text("发布了，第 1 版")).to_be_visible()
    assert do.count <= 16, f"{do.count} clicks"
    learner_sees(page, build, site)
    kept_whole(site_env, film)


def learner_sees(page: Page, build: str, site: str) -> None:
    page.goto(f"{build.split('#')[0]}/preview?n=1")
    inside = page.frame_locator("iframe")
    expect(inside.get_by_role("heading", name="怎样上门")).to_be_visible()
    page.goto(build)
    page.get_by_role("link", name="看志愿者的页面").click()
    expect(page.get_by_role("heading", name="怎样第一次上门")).to_be_visible()
    page.get_by_role("link", name="开始学习").click()
    expect(page.locator("video source").first).to_have_attribute("src", re.compile("/media/"))


def kept_whole(env: dict[str, str], film: Path) -> None:
    """The newest original is the film, byte for byte."""
    originals = sorted(
        Path(env["LMS_DATA"]).glob("storage/originals/*/main.mp4"), key=lambda one: one.stat().st_mtime
    )
    digest = hashlib.sha256(film.read_bytes()).digest()
    assert digest in {hashlib.sha256(one.read_bytes()).digest() for one in originals}
