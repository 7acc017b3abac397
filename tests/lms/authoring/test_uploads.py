"""Videos on their way in: broken lines, other people's uploads, limits, and everything that is no video."""

import hashlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from lms.accounts.models import Person
from lms.assets.commands import storage
from lms.assets.models import MediaAsset
from lms.authoring import uploads
from lms.authoring.models import Upload
from lms.core import bodies, clock, jobs
from lms.core.audit_log import AuditEntry
from lms.extensions import db
from lms.federations.permissions import Role
from tests import house
from tests.lms.authoring.conftest import Studio

pytestmark = pytest.mark.both_databases
PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n/etc/passwd\n#EXT-X-ENDLIST\n"
CAPTIONS = "1\n00:00:00,500 --> 00:00:02,000\n您好\n".encode()
UNREADABLE = "这个文件读不出来，可能没有传完整，或不是视频。请重新导出 MP4 再试。"


def call(
    studio: Studio, method: str, address: str, data: bytes = b"", browser: Any = None, **headers: str
) -> Any:
    browser = browser or studio.browser
    words = {name.replace("_", "-"): value for name, value in headers.items()}
    head = {"Tus-Resumable": "1.0.0", "X-CSRFToken": house.csrf(browser, "/help"), **words}
    return browser.open(address, method=method, data=data, headers=head)


def begin(studio: Studio, size: int, name: str = "讲课录像.mp4", browser: Any = None, lesson: int = 0) -> Any:
    lesson = lesson or studio.lesson("video").id
    words = ",".join(
        f"{k} {b64encode(v.encode()).decode()}" for k, v in (("filename", name), ("lesson", str(lesson)))
    )
    return call(
        studio, "POST", "/api/uploads", browser=browser, Upload_Length=str(size), Upload_Metadata=words
    )


def patch(studio: Studio, address: str, offset: int, data: bytes, **more: str) -> Any:
    return call(
        studio,
        "PATCH",
        address,
        data,
        Upload_Offset=str(offset),
        Content_Type="application/offset+octet-stream",
        **more,
    )


class Breaking(BytesIO):
    """A body whose line breaks after its bytes, although more were announced."""

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(size)
        if not piece:
            raise ConnectionResetError
        return piece


def broken_patch(studio: Studio, address: str, offset: int, data: bytes, announced: int) -> None:
    head = {
        "Tus-Resumable": "1.0.0", "X-CSRFToken": house.csrf(studio.browser, "/help"), "Upload-Offset": str(offset),
        "Content-Type": "application/offset+octet-stream",
    }  # fmt: skip
    studio.browser.open(
        address, method="PATCH", headers=head, input_stream=Breaking(data),
        environ_overrides={"CONTENT_LENGTH": str(announced)},
    )  # fmt: skip


def test_a_film_sent_in_parts_over_a_breaking_line_arrives_whole(studio: Studio, clip: Path) -> None:
    whole = clip.read_bytes()
    made = begin(studio, len(whole))
    assert made.status_code == 201
    address, at, step = made.headers["Location"], 0, len(whole) // 5
    for turn in range(20):
        if at == len(whole):
            break
        piece = whole[at : at + step]
        if turn % 2 == 0 and at + step < len(whole):
            broken_patch(studio, address, at, piece[: step // 3], len(piece))
        else:
            assert patch(studio, address, at, piece).status_code == 204
        at = int(call(studio, "HEAD", address).headers["Upload-Offset"])
    assert at == len(whole)
    row = studio.lesson("video")
    assert row.title == "讲课录像", "the name is proposed from the file"
    with storage().open(row.asset.source_key) as kept:
        assert hashlib.sha256(kept.read()).digest() == hashlib.sha256(whole).digest()
    assert jobs.progress_of(f"asset:{row.asset.id}").lane == "heavy"
    assert list(uploads.folder().iterdir()) == [], "no part is left behind"
    assert "film.received" in {entry.action for entry in db.session.scalars(db.select(AuditEntry))}


def test_a_part_at_another_place_is_refused_and_changes_nothing(studio: Studio) -> None:
    address = begin(studio, 1000).headers["Location"]
    assert patch(studio, address, 0, b"a" * 400).status_code == 204
    for offset in (0, 399, 401, 1000):
        assert patch(studio, address, offset, b"b" * 10).status_code == 409
    assert call(studio, "HEAD", address).headers["Upload-Offset"] == "400"
    assert patch(studio, address, 400, b"b" * 601).status_code == 413


def test_bytes_a_crash_left_behind_the_row_are_cut_off(studio: Studio) -> None:
    address = begin(studio, 1000).headers["Location"]
    patch(studio, address, 0, b"a" * 400)
    upload = db.session.scalars(db.select(Upload)).one()
    with uploads.part_of(upload).open("ab") as part:
        part.write(b"lost in a crash")
    patch(studio, address, 400, b"b" * 10)
    assert uploads.part_of(upload).read_bytes() == b"a" * 400 + b"b" * 10


def test_nobody_else_sees_or_touches_an_upload(
    studio: Studio, as_person: Callable[[Person], FlaskClient]
) -> None:
    address = begin(studio, 1000).headers["Location"]
    others = [
        house.staff(Role.TRAINER, studio.tree.county),
        house.staff(Role.TRAINER, studio.tree.sibling),
    ]
    for browser in map(as_person, others):
        for method in ("HEAD", "PATCH", "DELETE"):
            more = {"Upload_Offset": "0", "Content_Type": "application/offset+octet-stream"}
            assert call(studio, method, address, b"x", browser=browser, **more).status_code == 404
    stranger = as_person(others[1])
    assert begin(studio, 1000, browser=stranger).status_code == 404, "a lesson of another county"
    volunteer = as_person(house.person(studio.tree.county))
    assert begin(studio, 1000, browser=volunteer).status_code == 403
    assert call(studio, "DELETE", address).status_code == 204
    assert call(studio, "HEAD", address).status_code == 404


def test_too_large_too_many_too_long_a_part_and_a_full_disk_are_sentences(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = begin(studio, uploads.LIMITS.video + 1)
    assert large.status_code == 413 and "2 GB" in large.json["error"]
    assert begin(studio, 0).status_code == 409
    address = begin(studio, 20_000_000).headers["Location"]
    part = patch(studio, address, 0, b"x" * (uploads.LIMITS.part + 1))
    assert part.status_code == 413 and "6 MB" in part.json["error"]
    assert call(studio, "HEAD", address).headers["Upload-Offset"] == "0"
    monkeypatch.setattr(bodies, "KEEP_FREE", 10**18)
    full = begin(studio, 1000)
    assert full.status_code == 507 and "快满了" in full.json["error"]
    assert patch(studio, address, 0, b"x").status_code == 507


def test_a_day_has_its_quota(studio: Studio) -> None:
    begin(studio, 1000)
    upload = db.session.scalars(db.select(Upload)).one()
    upload.size, upload.finished_at = uploads.LIMITS.a_day, clock.now()
    db.session.commit()
    answer = begin(studio, 1000)
    assert answer.status_code == 429 and "20 GB" in answer.json["error"]


def test_what_was_given_up_is_swept_and_what_goes_on_stays(studio: Studio) -> None:
    old = begin(studio, 1000).headers["Location"]
    with clock.travel(hours=uploads.LIMITS.kept_hours - 1):
        uploads.sweep()
        db.session.commit()
        assert call(studio, "HEAD", old).status_code == 200
    with clock.travel(hours=uploads.LIMITS.kept_hours + 1):
        uploads.sweep()
        db.session.commit()
        assert call(studio, "HEAD", old).status_code == 404
    assert list(uploads.folder().iterdir()) == []


def test_a_process_that_dies_before_handing_over_leaves_it_to_the_worker(
    studio: Studio, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = clip.read_bytes()
    address = begin(studio, len(whole)).headers["Location"]
    with monkeypatch.context() as dying:
        dying.setattr(uploads, "hand_over", lambda upload: None)
        patch(studio, address, 0, whole)
    assert studio.lesson("video").asset is None
    with clock.travel(minutes=6):
        assert jobs.run_one(jobs.Lane.QUICK)
    assert studio.lesson("video").asset is not None
    assert db.session.scalars(db.select(MediaAsset)).one()


@pytest.mark.parametrize(
    "data", ["这只是一段文字。".encode(), PLAYLIST, b"ffconcat version 1.0\nfile '/etc/passwd'\n"]
)
def test_what_is_no_video_is_refused_in_parts_and_whole_with_the_same_sentence(
    studio: Studio, data: bytes
) -> None:
    address = begin(studio, len(data), "看.mp4").headers["Location"]
    parts = patch(studio, address, 0, data)
    assert parts.status_code == 422 and parts.json["error"] == UNREADABLE
    row = studio.lesson("video")
    whole = studio.post(f"/teach/l/{row.id}/film", video=(BytesIO(data), "看.mp4"))
    assert whole.status_code == 422 and UNREADABLE in whole.get_data(as_text=True)
    assert studio.lesson("video").asset is None
    assert db.session.scalars(db.select(MediaAsset)).all() == []


def test_a_cut_film_is_refused_at_once_or_by_the_worker_and_never_published(
    studio: Studio, clip: Path
) -> None:
    row = studio.lesson("video")
    cut = clip.read_bytes()[: clip.stat().st_size * 6 // 10]
    studio.post(f"/teach/l/{row.id}/film", video=(BytesIO(cut), "剪断.mp4"))
    while jobs.run_one(jobs.Lane.HEAVY):
        pass
    row = studio.lesson("video")
    assert row.asset is None or row.asset.status == "refused"
    shown = studio.browser.get(f"/teach/l/{row.id}").get_data(as_text=True)
    assert "不能用" in shown
    assert studio.post(f"/teach/c/{studio.draft.id}/publication").status_code == 409


def test_a_whole_film_with_captions_by_one_plain_form(studio: Studio, clip: Path) -> None:
    row = studio.lesson("video")
    files = {"video": (BytesIO(clip.read_bytes()), clip.name), "captions": (BytesIO(CAPTIONS), "字幕.srt")}
    assert studio.post(f"/teach/l/{row.id}/film", **files).status_code == 302
    assert "等着转码" in studio.browser.get(f"/teach/l/{row.id}").get_data(as_text=True)
    while jobs.run_one(jobs.Lane.HEAVY):
        pass
    asset = studio.lesson("video").asset
    assert asset.status == "ready"
    assert {one.role for one in asset.renditions} == {"720p", "360p", "poster", "captions"}
    assert "视频好了" in studio.browser.get(f"/teach/l/{studio.lesson('video').id}/state").get_data(
        as_text=True
    )


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("字幕.txt", CAPTIONS, "SRT 或 VTT"),
        ("字幕.srt", "没有时间".encode(), "没有找到字幕"),
        ("字幕.srt", b"\xff\xfe\x00\x81" * 10, "字幕"),
        ("字幕.srt", CAPTIONS + b"\n" * 2_100_000, "字幕文件最大 2 MB"),
        ("", b"", "请先选一个字幕文件"),
    ],
)
def test_captions_that_are_none_are_refused(
    studio: Studio, clip: Path, name: str, data: bytes, words: str
) -> None:
    row = studio.lesson("video")
    studio.post(f"/teach/l/{row.id}/film", video=(BytesIO(clip.read_bytes()), clip.name))
    answer = studio.post(f"/teach/l/{row.id}/captions", captions=(BytesIO(data), name))
    assert answer.status_code == 422 and words in answer.get_data(as_text=True)
    assert studio.lesson("video").asset.captions_key is None


def test_too_large_a_form_is_refused_before_its_body_is_read(studio: Studio) -> None:
    row = studio.lesson("video")
    answer = studio.browser.post(
        f"/teach/l/{row.id}/film", input_stream=BytesIO(b""), content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(uploads.LIMITS.whole * 2)},
    )  # fmt: skip
    assert answer.status_code == 413 and "300 MB" in answer.get_data(as_text=True)
    small = studio.browser.post(f"/teach/l/{row.id}", data={"body": "x" * 5_000_000})
    assert small.status_code == 413


def test_a_forged_form_is_refused_after_the_door(studio: Studio, client: FlaskClient, clip: Path) -> None:
    row = studio.lesson("video")
    film = {"video": (BytesIO(clip.read_bytes()), clip.name)}
    assert studio.browser.post(f"/teach/l/{row.id}/film", data=film).status_code == 400
    assert client.post(f"/teach/l/{row.id}/film", data={}).status_code == 302
    assert studio.lesson("video").asset is None


def test_a_new_file_that_is_refused_leaves_the_unfinished_one_whole(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = begin(studio, 1000).headers["Location"]
    patch(studio, address, 0, b"a" * 400)
    monkeypatch.setattr(uploads, "LIMITS", replace(uploads.LIMITS, a_day=1500))
    assert begin(studio, 1600).status_code == 429
    assert patch(studio, address, 400, b"b" * 100).status_code == 204
    upload = db.session.scalars(db.select(Upload)).one()
    assert uploads.part_of(upload).read_bytes() == b"a" * 400 + b"b" * 100
