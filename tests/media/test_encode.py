"""Packaging a real clip, and refusing what is not one."""

import subprocess
from pathlib import Path

import pytest

from media import encode
from media.errors import MediaError
from media.probe import probe


def _clip(path: Path, sound: bool = True, seconds: int = 3, height: int = 360) -> Path:
    picture = ["-f", "lavfi", "-i", f"testsrc=size=640x{height}:rate=10:duration={seconds}"]
    tone = ["-f", "lavfi", "-i", f"sine=duration={seconds}"] if sound else []
    tail = ["-pix_fmt", "yuv420p", "-movflags", "+faststart", str(path)]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *picture, *tone, *tail], check=True, timeout=60)
    return path


@pytest.mark.parametrize("sound", [True, False])
def test_a_clip_becomes_two_films_and_a_small_poster(tmp_path: Path, sound: bool) -> None:
    made = encode.package(_clip(tmp_path / "talk.mp4", sound), tmp_path / "out")
    by_role = {file.role: file for file in made.files}
    assert set(by_role) == {"720p", "360p", "poster"}
    assert by_role["poster"].bytes <= 25_000
    assert by_role["720p"].height == 360, "a small source is not blown up"
    film = probe(by_role["360p"].path)
    assert film.duration == pytest.approx(3, abs=0.5)
    assert film.has_sound is sound


def test_captions_come_along_as_vtt(tmp_path: Path) -> None:
    srt = tmp_path / "talk.srt"
    srt.write_text("1\n00:00:00,500 --> 00:00:02,000\n您好\n", "utf-8")
    encode.package(_clip(tmp_path / "talk.mp4"), tmp_path / "out", captions=srt)
    assert (tmp_path / "out" / "captions.vtt").read_text("utf-8").startswith("WEBVTT")


PLAYLISTS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{other}\n#EXT-X-ENDLIST\n",
    "concat": "ffconcat version 1.0\nfile '{other}'\n",
    "dash": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" mediaPresentationDuration="PT3S">'
    '<Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1">'
    "<BaseURL>{other}</BaseURL></Representation></AdaptationSet></Period></MPD>",
    "text": "这只是一段文字。",
}


@pytest.mark.parametrize("kind", sorted(PLAYLISTS))
def test_a_script_named_mp4_is_refused(tmp_path: Path, kind: str) -> None:
    other = _clip(tmp_path / "other.mp4")
    trap = tmp_path / "trap.mp4"
    trap.write_text(PLAYLISTS[kind].format(other=other.name), "utf-8")
    with pytest.raises(MediaError):
        encode.package(trap, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_truncated_film_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    whole = _clip(tmp_path / "whole.mp4").read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole[: len(whole) * 6 // 10])
    with pytest.raises(MediaError):
        encode.package(cut, tmp_path / "out")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["cut.mp4", "whole.mp4"]


def test_a_stop_leaves_nothing(tmp_path: Path) -> None:
    source = _clip(tmp_path / "talk.mp4")
    with pytest.raises(MediaError):
        encode.package(source, tmp_path / "out", stopped=lambda: True)
    assert [one.name for one in tmp_path.iterdir()] == ["talk.mp4"]
