"""A school in this process: starter courses with a short film each, on a server whose clock the test moves."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from courses.formats import package
from courses.model import Course
from lms import config
from lms.app import create_app
from lms.assets.commands import storage
from lms.assets.models import AssetStatus, MediaAsset, Rendition
from lms.authoring import exchange
from lms.catalogue.models import forget_parsed
from lms.core import clock
from lms.extensions import db
from tests.conftest import Browser as ClientBrowser
from tests.factories import PASSWORD, Tree, page_token, person, tree
from tests.lms.test_starter_learned import STARTER, Learner

FILM_SECONDS = 8
HER_PHONE = "13900000001"
HER_NAME = "王秀英"


@dataclass
class School:
    """Where the pages are, who is there, and the means of letting time pass."""

    app: Flask
    url: str
    place: Tree
    film: Path
    times: ExitStack

    def later(self, seconds: float) -> None:
        """Let the server's clock go on."""
        self.times.enter_context(clock.travel(seconds=seconds))

    def open(self, slug: str) -> Course:
        """Publish a starter course; a short film takes the place of its own, which tests/media makes."""
        course = package.read(STARTER / slug).course
        self._learn(course.prerequisites)
        exchange.bring_in(
            STARTER / slug, unit_id=self.place.province.id, actor_id=None, while_processing=True
        )
        for asset in db.session.scalars(select(MediaAsset).where(MediaAsset.status != AssetStatus.READY)):
            self._show(asset)
        self.keep()
        return course

    def keep(self) -> None:
        """Commit what the test made, and hold nothing while the server works."""
        db.session.commit()
        db.session.remove()

    def _learn(self, slugs: tuple[str, ...]) -> None:
        """She has learned what comes before; by plain forms, because that is another test's journey."""
        if not slugs:
            return
        browser = self.app.test_client()
        words = {"phone": HER_PHONE, "password": PASSWORD, "csrf_token": page_token(browser, "/login")}
        assert browser.post("/login", data=words).status_code == 302
        earlier = Learner(browser, self.place.province.id)
        for slug in slugs:
            earlier.learn(slug)
        self.later(earlier.seconds)

    def _show(self, asset: MediaAsset) -> None:
        key = f"media/{asset.key}/360p.mp4"
        storage().put(key, self.film)
        size = self.film.stat().st_size
        row = Rendition(
            role="360p", storage_key=key, mime="video/mp4", size=size, duration=float(FILM_SECONDS)
        )
        asset.renditions = [row]
        asset.status, asset.duration, asset.ready_at = AssetStatus.READY, float(FILM_SECONDS), clock.now()


def short_film(folder: Path) -> Path:
    """Make the film that stands for all of them."""
    made = folder / "short.mp4"
    source = ["-f", "lavfi", "-i", f"testsrc2=s=320x180:d={FILM_SECONDS}:r=10"]
    form = ["-pix_fmt", "yuv420p", "-movflags", "+faststart"]
    subprocess.run(["ffmpeg", "-v", "error", *source, *form, str(made)], check=True)
    return made


@contextmanager
def running(data: Path, migrated: Path, film: Path) -> Iterator[School]:
    """Serve a fresh school; the application's context is open in the test."""
    shutil.copy(migrated, data / "lms.sqlite3")
    forget_parsed()
    app = create_app(config.read({"LMS_ENV": "demo", "LMS_DATA": str(data), "LMS_SECRET_KEY": "s" * 40}))
    app.test_client_class = ClientBrowser
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        with app.app_context(), ExitStack() as times:
            place = tree()
            person(HER_PHONE, place.village, HER_NAME)
            yield School(app, f"http://127.0.0.1:{server.server_port}", place, film, times)
            db.session.remove()
            db.engine.dispose()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
