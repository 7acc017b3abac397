"""Publishing: what is missing is listed, versions are frozen, whoever finished stays finished."""

import json
import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from lms.accounts.models import Person
from lms.authoring.models import Draft
from lms.catalogue.models import Course, CourseVersion
from lms.core.audit_log import AuditEntry
from lms.extensions import db
from lms.federations.permissions import Role
from lms.learning.models import Completion
from tests import house
from tests.lms.authoring.conftest import Studio

pytestmark = pytest.mark.both_databases
QUESTION = {
    "kind": "single",
    "stem": "先说什么？",
    "option_a": "我是谁",
    "option_b": "您家的事",
    "right": "a",
    "lesson": "",
}
STARTER = Path(__file__).parents[3] / "courses" / "starter"


def page(answer: object) -> str:
    return answer.get_data(as_text=True)


def fill(studio: Studio) -> None:
    """Write the text and a question, and take the video out."""
    text, quiz = studio.lesson("text").id, studio.lesson("quiz").id
    studio.post(f"/teach/l/{text}", title="第一句话", body="先说我是谁。", min_seconds="0", revision="1")
    studio.post(f"/teach/l/{quiz}/items/new", **QUESTION)
    studio.post(f"/teach/l/{studio.lesson('video').id}/deletion")


def publish(studio: Studio) -> CourseVersion:
    assert studio.post(f"/teach/c/{studio.draft.id}/publication").status_code == 302
    course = db.session.scalars(db.select(Course).where(Course.slug == studio.draft.slug)).one()
    db.session.expire_all()
    return course.version


def learn(browser: FlaskClient, slug: str) -> None:
    """Read the text and pass the paper."""
    browser.get(f"/c/{slug}/1")
    house.post(browser, f"/c/{slug}/1/read", house.csrf(browser, "/help"))
    began = house.post(browser, f"/c/{slug}/2/try", house.csrf(browser, "/help"))
    address = began.headers["Location"]
    item = re.search(r'name="item-([a-z0-9]+)"', page(browser.get(address)))[1]
    house.post(browser, address, house.csrf(browser, "/help"), **{f"item-{item}": "a"})
    house.post(browser, f"{address}/submission", house.csrf(browser, "/help"))


def test_what_is_missing_is_listed_with_the_way_to_each_field(studio: Studio) -> None:
    build = page(studio.browser.get(f"/teach/c/{studio.draft.id}"))
    assert "发布前还差 4 步" in build
    for kind, field in (("text", "body"), ("video", "video"), ("quiz", "paste")):
        assert f'href="/teach/l/{studio.lesson(kind).id}#{field}"' in build
    answer = studio.post(f"/teach/c/{studio.draft.id}/publication")
    assert answer.status_code == 409 and "还没有视频" in page(answer)
    assert db.session.scalars(db.select(Course)).all() == []


def test_a_new_version_leaves_whoever_finished_finished(
    studio: Studio, as_person: Callable[[Person], FlaskClient]
) -> None:
    fill(studio)
    first = publish(studio)
    her = house.person(studio.tree.town)
    browser = as_person(her)
    learn(browser, studio.draft.slug)
    done = db.session.scalars(db.select(Completion)).one()
    assert (done.person_id, done.version_id) == (her.id, first.id)
    quiz = studio.lesson("quiz")
    assert "已有 1 人答过这份卷子" in page(studio.browser.get(f"/teach/l/{quiz.id}"))
    studio.post(f"/teach/l/{quiz.id}/items/new", **(QUESTION | {"stem": "后说什么？"}))
    studio.post(f"/teach/c/{studio.draft.id}/lessons", kind="text")
    more = db.session.scalars(db.select(Draft)).one().lessons[-1]
    studio.post(f"/teach/l/{more.id}", title="又一课", body="再多学一点。", min_seconds="0", revision="1")
    assert "有改动没发布" in page(studio.browser.get(f"/teach/c/{studio.draft.id}"))
    assert "又一课" not in page(studio.browser.get(f"/c/{studio.draft.slug}")), "a draft shows nowhere"
    second = publish(studio)
    assert (first.number, second.number) == (1, 2)
    assert len(first.content.lessons()) == 2 and len(second.content.lessons()) == 3
    hers = page(browser.get(f"/c/{studio.draft.slug}"))
    assert "恭喜，您学完了" in hers and "又一课" not in hers
    newcomer = as_person(house.person(studio.tree.town))
    assert "又一课" in page(newcomer.get(f"/c/{studio.draft.slug}"))
    assert db.session.scalars(db.select(Completion)).one().id == done.id


def test_a_withdrawn_course_is_gone_and_can_come_back(studio: Studio, client: FlaskClient) -> None:
    fill(studio)
    publish(studio)
    assert client.get(f"/c/{studio.draft.slug}").status_code == 200
    assert studio.post(f"/teach/c/{studio.draft.id}/withdrawal").status_code == 302
    assert client.get(f"/c/{studio.draft.slug}").status_code == 404
    assert studio.post(f"/teach/c/{studio.draft.id}/withdrawal").status_code == 409
    assert "已下架" in page(studio.browser.get("/teach"))
    publish(studio)
    assert client.get(f"/c/{studio.draft.slug}").status_code == 200
    actions = [one.action for one in db.session.scalars(db.select(AuditEntry))]
    assert actions.count("course.published") == 2 and "course.withdrawn" in actions


def test_the_preview_shows_the_learners_pages_and_records_nothing(studio: Studio) -> None:
    fill(studio)
    base = f"/teach/c/{studio.draft.id}/preview"
    assert "先说我是谁" in page(studio.browser.get(f"{base}/1"))
    inside = page(studio.browser.get(f"{base}/course"))
    assert f"/c/{studio.draft.slug}/" not in inside.replace(base, ""), "no link leaves the preview"
    tables = [
        table
        for name, table in db.metadata.tables.items()
        if name in ("visits", "enrolments", "attempts", "lesson_progress")
    ]
    assert studio.post(f"{base}/1").headers["Location"].endswith("/preview/2")
    item = re.search(r'name="item-([a-z0-9]+)"', page(studio.browser.get(f"{base}/2/paper")))[1]
    assert "100 分" in page(studio.post(f"{base}/2/paper", **{f"item-{item}": "a"}))
    assert "0 分" in page(studio.post(f"{base}/2/paper", **{f"item-{item}": "b"}))
    assert len(tables) == 4 and all(db.session.execute(db.select(table)).all() == [] for table in tables)


def test_the_owner_cannot_change_once_it_was_published(studio: Studio) -> None:
    fill(studio)
    publish(studio)
    answer = studio.post(
        f"/teach/c/{studio.draft.id}/details", title="上门", summary="学会上门。", tier="intro", category="care",
        unit="970101101", revision=str(studio.draft.revision),
    )  # fmt: skip
    assert answer.status_code == 422 and "发课单位不能再改" in page(answer)


def packed(files: dict[str, str | bytes]) -> BytesIO:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    out.seek(0)
    return out


def bring(studio: Studio, data: BytesIO, **more: str) -> object:
    return studio.post("/teach/import", package=(data, "课程.zip"), unit="970101", **more)


def test_a_package_becomes_a_draft_and_comes_out_again(studio: Studio, clip: Path) -> None:
    fill(studio)
    studio.post(f"/teach/c/{studio.draft.id}/lessons", kind="video")
    video = db.session.scalars(db.select(Draft)).one().lessons[-1]
    studio.post(f"/teach/l/{video.id}/film", video=(BytesIO(clip.read_bytes()), clip.name))
    out = studio.browser.get(f"/teach/c/{studio.draft.id}/package")
    package = out.data
    out.close()
    again = bring(studio, BytesIO(package))
    assert again.status_code == 422 and "替换" in page(again), "the same address asks first"
    assert bring(studio, BytesIO(package), replace="y").status_code == 302
    db.session.expire_all()
    draft = db.session.scalars(db.select(Draft)).one()
    assert [row.kind for row in draft.lessons] == ["text", "quiz", "video"]
    assert draft.lessons[0].body["markdown"] == "先说我是谁。"
    assert draft.lessons[2].asset is not None and draft.lessons[1].body["items"][0]["stem"] == "先说什么？"


def test_problems_of_a_package_are_named_line_by_line_and_nothing_is_kept(studio: Studio) -> None:
    course = (STARTER / "about" / "course.json").read_text("utf-8")
    answer = bring(studio, packed({"course.json": course.replace('"intro"', '"highest"')}))
    text = page(answer)
    assert answer.status_code == 422
    assert "course.json" in text and "lessons/welcome.md" in text and "highest" in text
    assert [draft.id for draft in db.session.scalars(db.select(Draft))] == [studio.draft.id]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"course.json": "{}", "../out.md": "x"}, "指向课程包外面"),
        ({"course.json": "0" * 50_000_000}, "压缩炸弹"),
        ({f"f{number}": "" for number in range(10_000)}, "超过 2000 个"),
        ({"course.json": "{not json"}, "读不懂"),
    ],
    ids=["leaves", "bomb", "many", "json"],
)
def test_hostile_packages_are_refused_with_the_sentence_they_get_elsewhere(
    studio: Studio, files: dict[str, str | bytes], words: str
) -> None:
    answer = bring(studio, packed(files))
    assert answer.status_code == 422 and words in page(answer)


def test_what_is_no_zip_is_refused(studio: Studio) -> None:
    answer = bring(studio, BytesIO(b"PK\x03\x04 not really"))
    assert answer.status_code == 422 and "打不开" in page(answer)
    assert bring(studio, BytesIO(b"")).status_code == 422


def test_a_text_named_mp4_in_a_package_is_refused(studio: Studio) -> None:
    lesson = {"id": "film", "kind": "video", "title": "看", "minutes": 1, "video": "film.mp4"}
    course = {
        "format": 1, "slug": "trap", "title": "课", "summary": "课。", "tier": "intro", "category": "general",
        "modules": [{"id": "m", "title": "全部", "lessons": [lesson]}],
    }  # fmt: skip
    answer = bring(studio, packed({"course.json": json.dumps(course), "film.mp4": "只是文字"}))
    assert answer.status_code == 422 and "film.mp4" in page(answer) and "不是视频" in page(answer)


@pytest.mark.parametrize(
    "slides", ["{", '{"slides": [{"title": "一", "points": [""], "sentences": ["您好。"]}]}']
)
def test_slides_that_cannot_become_a_film_are_refused_while_she_waits(studio: Studio, slides: str) -> None:
    lesson = {"id": "film", "kind": "video", "title": "看", "minutes": 1, "slides": "slides.json"}
    course = {
        "format": 1, "slug": "trap", "title": "课", "summary": "课。", "tier": "intro", "category": "general",
        "modules": [{"id": "m", "title": "全部", "lessons": [lesson]}],
    }  # fmt: skip
    answer = bring(studio, packed({"course.json": json.dumps(course), "slides.json": slides}))
    assert answer.status_code == 422 and "slides.json" in page(answer) and "幻灯稿" in page(answer)


def test_a_published_course_without_a_draft_is_opened_for_writing(
    studio: Studio, as_person: Callable[[Person], FlaskClient]
) -> None:
    course = house.course(studio.tree.town)
    assert "改这门课" in page(studio.browser.get("/teach"))
    opened = studio.post(f"/teach/courses/{course.id}/draft")
    assert opened.status_code == 302
    text = page(studio.browser.get(opened.headers["Location"]))
    assert "已经是最新的" in text and "读一读" in text
    stranger = as_person(house.staff(Role.TRAINER, studio.tree.sibling))
    assert stranger.get(opened.headers["Location"]).status_code == 404
    assert course.title not in page(stranger.get("/teach"))
