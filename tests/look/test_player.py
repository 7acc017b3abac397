"""The player in Chromium with a real film: what was played is written down, jumps are not, and nothing is lost."""

import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, Response, jsonify, request, send_file
from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

from tests.look import pages

pytestmark = pytest.mark.browser
POLICY = "default-src 'self'; img-src 'self' data:"
SOURCE = (
    "{% extends 'base.html' %}{% from '_macros/player.html' import player %}"
    "{% from '_macros/progress.html' import gap_strip %}{% from '_macros/saved.html' import saved_line %}"
    "{% block main %}{{ player(sources, none, none, 'v1', 5, 60) }}{{ gap_strip(60, [(0, 5)]) }}"
    "{{ saved_line() }}{% endblock %}{% block bar %}<a class='btn btn-quiet' href='#'>下一课</a>{% endblock %}"
    "{% block scripts %}<script src='/static/js/player.js' defer></script>{% endblock %}"
)


def film(path: Path) -> Path:
    command = ["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=160x90:rate=10", "-t", "60"]
    subprocess.run([*command, "-pix_fmt", "yuv420p", "-movflags", "+faststart", path], check=True, timeout=60)
    return path


def site(video: Path, kept: list[Any], answer: SimpleNamespace) -> Flask:
    app = Flask("look", static_folder=str(pages.LMS / "static"))
    env = pages.environment()
    env.globals["asset"] = lambda name: "/static/" + name
    values = {
        "lang": "zh",
        "text_size": "standard",
        "current_user": pages.PERSON,
        "sources": [{"url": "/film.mp4", "role": "360p"}, {"url": "/film.mp4?hd", "role": "720p"}],
    }

    def page() -> Response:
        html = env.from_string(SOURCE).render(**values)
        return Response(html, headers={"Content-Security-Policy": POLICY})

    def outbox() -> Any:
        if answer.status != 200:
            return "", answer.status
        entries = (request.get_json() or {})["entries"]
        kept.extend(entries)
        results = [{"id": one["id"], "state": "kept", "lesson_done": answer.done} for one in entries]
        return jsonify(results=results)

    app.add_url_rule("/", "page", page)
    app.add_url_rule("/film.mp4", "film", lambda: send_file(video, conditional=True))
    app.add_url_rule("/api/outbox", "outbox", outbox, methods=["POST"])
    return app


@pytest.fixture
def watching(tmp_path: Path) -> Iterator[tuple[Page, list[Any], SimpleNamespace]]:
    kept: list[Any] = []
    answer = SimpleNamespace(status=200, done=False)
    server = make_server("127.0.0.1", 0, site(film(tmp_path / "film.mp4"), kept, answer), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as play:
        flags = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        yield page, kept, answer
        browser.close()
    server.shutdown()
    server.server_close()


def reach(page: Page, second: float) -> None:
    """Wait by asking again and again: the page's policy forbids a waiting script of text."""
    for _ in range(300):
        if page.evaluate("document.querySelector('video').currentTime") >= second:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"the film never reached second {second}")


def play_past(page: Page, second: float) -> None:
    page.evaluate("document.querySelector('video').play()")
    reach(page, second)


def pause(page: Page) -> None:
    page.evaluate("document.querySelector('video').pause()")


def test_she_goes_on_where_she_stopped_and_a_jump_counts_for_nothing(watching: Any) -> None:
    page, kept, _answer = watching
    play_past(page, 6.5)
    page.evaluate("document.querySelector('video').currentTime = 40")
    play_past(page, 41.5)
    pause(page)
    page.wait_for_selector("[data-state=saved]")
    played = [stretch for entry in kept for stretch in entry["stretches"]]
    assert all(5 <= start < end < 40 or 40 <= start < end < 60 for start, end in played)
    assert sum(end - start for start, end in played) < 20
    assert "到" in page.locator("[data-gaps] button").first.inner_text()


def test_seconds_refused_by_a_busy_site_are_kept_and_sent_again(watching: Any) -> None:
    page, kept, answer = watching
    answer.status = 503
    play_past(page, 6.5)
    pause(page)
    page.wait_for_selector("[data-state=busy]")
    assert page.evaluate("JG.outbox.pending().length") >= 1
    assert kept == []
    answer.status, answer.done = 200, True
    page.wait_for_selector("[data-state=saved]")
    assert page.evaluate("JG.outbox.pending().length") == 0
    assert [entry["seq"] for entry in kept] == sorted({entry["seq"] for entry in kept})
    assert page.locator(".bar-in a").get_attribute("class") == "btn btn-main"


def test_tapping_a_missing_part_goes_there(watching: Any) -> None:
    page, _kept, _answer = watching
    play_past(page, 5.5)
    pause(page)
    page.wait_for_selector("[data-gaps] button")
    start = float(page.locator("[data-gaps] button").last.get_attribute("data-seek") or 0)
    page.locator("[data-gaps] button").last.click()
    reach(page, start)
    assert page.evaluate("document.querySelector('video').currentTime") < start + 10


def test_a_film_that_cannot_be_fetched_offers_the_way_round(watching: Any) -> None:
    page, _kept, _answer = watching
    page.evaluate("document.querySelector('video').src = '/nothing.mp4'")
    page.evaluate(
        "document.querySelector('video').load(); document.querySelector('video').play().catch(() => null)"
    )
    page.wait_for_selector("[data-video-failed]", state="visible")
    assert page.get_by_text("学习记录不会丢").is_visible()
