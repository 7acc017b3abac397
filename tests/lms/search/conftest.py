"""A published course with a film whose captions are kept, indexed as a worker would."""

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from courses.model import Lesson, Module, TextBody, TextPage, VideoBody
from lms.assets.commands import storage
from lms.assets.models import MediaAsset, Rendition
from lms.catalogue.commands import publish
from lms.catalogue.models import Course
from lms.core import clock, jobs
from lms.extensions import db
from tests import factories

TRACK = """WEBVTT

00:01.000 --> 00:04.500
姐妹们好，今天讲入户走访。

00:31.200 --> 00:34.000
进门以前先敲门，
问一声方便不方便

00:35.000 --> 00:38.000
就说您是志愿者 A&amp;B。
"""


def work() -> None:
    """Do what waits in the quick lane, as its worker would."""
    while jobs.run_one(jobs.Lane.QUICK):
        pass


@pytest.fixture
def tree(app: Flask) -> factories.Tree:
    return factories.tree()


@pytest.fixture
def course(tree: factories.Tree) -> Course:
    """《居家急救》: a text, a film with captions and a text version, a paper; published and indexed."""
    small = factories.document("rescue")
    read, _, paper = small.lessons()
    film = VideoBody("pending", 0.9, (TextPage("第一页讲**敲门**。", 10), TextPage("第二页讲告别。", 10)), ())
    lessons = (
        replace(
            read,
            title="认一认",
            body=TextBody("# 烧伤\n\n先用流动的清水冲，\n别抹牙膏。ＷｅＣｈａｔ 群里问 120。", 10),
        ),
        Lesson("watch", "看一看", "", 2, replace(film, checks=(factories.item("c1"), factories.item("c2")))),
        paper,
    )
    content = replace(
        small, title="居家急救", summary="遇到急事怎么办。", modules=(Module("m", "全部", lessons),)
    )
    version = publish(content, {"watch": asset()}, unit_id=tree.county.id, actor_id=None)
    db.session.commit()
    course_id = version.course_id
    work()
    return db.session.get_one(Course, course_id)


def asset() -> MediaAsset:
    """Add a film that is ready, with its captions in storage."""
    with tempfile.NamedTemporaryFile(suffix=".vtt") as track:
        Path(track.name).write_text(TRACK, "utf-8")
        storage().put("media/k/captions.vtt", Path(track.name))
    made = MediaAsset(
        kind="video", title="看一看", source_key="originals/k/main.mp4", status="ready", duration=60.0,
        machine_voice=False, created_at=clock.now(), ready_at=clock.now(),
    )  # fmt: skip
    made.renditions = [
        Rendition(role="captions", storage_key="media/k/captions.vtt", mime="text/vtt", size=9),
        Rendition(role="360p", storage_key="media/k/360p.mp4", mime="video/mp4", size=9, duration=60.0),
    ]
    db.session.add(made)
    db.session.flush()
    return made
