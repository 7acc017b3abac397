"""Recordings become one small AAC file; what is not a whole recording is refused with a sentence."""

from collections.abc import Callable
from pathlib import Path

import pytest

from media import captions, mp3, sound
from media.captions import Cue
from media.errors import MediaError
from media.probe import probe, recording
from tests.media import sounds

SRT = "1\n00:00:00,500 --> 00:00:02,000\n您好\n"


@pytest.mark.parametrize("ending", ["mp3", "m4a", "wav", "ogg"])
def test_a_recording_becomes_small_mono_aac_that_starts_at_once(tmp_path: Path, ending: str) -> None:
    made = sound.package(sounds.tone(tmp_path / f"talk.{ending}"), tmp_path / "out")
    (file,) = made.files
    assert (file.role, file.path.name) == ("audio", "audio.m4a")
    assert made.duration == pytest.approx(6, abs=0.2)
    info = probe(file.path)
    assert (info.kind, [one.codec for one in info.streams]) == ("audio", ["aac"])
    assert file.bytes < 6 * 8_000, "48 kbit/s and a little for the container"
    head = file.path.read_bytes()
    assert head.index(b"moov") < head.index(b"mdat"), "fast start"


@pytest.mark.parametrize("after", [b"", b"TAG" + bytes(125)], ids=["bare", "tagged"])
@pytest.mark.parametrize("before", [b"", b"ID3\x04\0\0\0\0\x02\x00" + bytes(256)], ids=["bare", "tagged"])
def test_a_recording_that_does_not_say_its_length_is_as_long_as_it_sounds(
    tmp_path: Path, before: bytes, after: bytes
) -> None:
    source = sounds.unmarked(tmp_path / "talk.mp3")
    source.write_bytes(before + source.read_bytes() + after)
    assert recording(source).duration == pytest.approx(6, abs=0.2)
    assert sound.package(source, tmp_path / "out").duration == pytest.approx(6, abs=0.2)


@pytest.mark.parametrize("rate", [44_100, 22_050, 11_025])
@pytest.mark.parametrize("shape", [(), ("-q:a", "2"), ("-b:a", "32k")], ids=["usual", "vbr", "cbr"])
def test_of_an_mp3_it_is_known_whether_it_says_its_length_and_whether_its_end_is_there(
    tmp_path: Path, rate: int, shape: tuple[str, ...]
) -> None:
    marked, bare = (
        sounds.tone(tmp_path / f"{said}.mp3", 3, *shape, "-ar", str(rate), "-write_xing", said)
        for said in "10"
    )
    assert (mp3.says_length(marked), mp3.says_length(bare)) == (True, False)
    assert mp3.length(bare) == pytest.approx(3, abs=0.3)
    whole = bare.read_bytes()
    for missing in (0, 1, 5, 20):
        bare.write_bytes(whole[: len(whole) - missing])
        assert mp3.is_cut(bare) is bool(missing), missing


def test_its_captions_come_along_as_vtt(tmp_path: Path) -> None:
    srt = tmp_path / "talk.srt"
    srt.write_text(SRT, "utf-8")
    made = sound.package(sounds.tone(tmp_path / "talk.mp3"), tmp_path / "out", captions=srt)
    assert [one.role for one in made.files] == ["audio", "captions"]
    assert (tmp_path / "out" / "captions.vtt").read_text("utf-8").startswith("WEBVTT")


def test_too_large_captions_are_refused_whichever_way_they_came(tmp_path: Path) -> None:
    srt = tmp_path / "talk.srt"
    srt.write_text(SRT + "\n" * captions.MAX_BYTES, "utf-8")
    with pytest.raises(MediaError, match="最大 2 MB"):
        sound.package(sounds.tone(tmp_path / "talk.mp3"), tmp_path / "out", captions=srt)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("name", "make", "word"), sounds.BAD)
def test_what_is_no_recording_is_refused_at_a_look(
    tmp_path: Path, name: str, make: Callable[[Path], Path], word: str
) -> None:
    trap = make(tmp_path / name)
    with pytest.raises(MediaError) as refused:
        recording(trap)
    assert word in refused.value.message
    with pytest.raises(MediaError):
        sound.package(trap, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", sounds.TORN)
def test_a_torn_recording_is_refused_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    torn = sounds.torn(tmp_path / name)
    with pytest.raises(MediaError) as refused:
        sound.package(torn, tmp_path / "out")
    assert "没有传完整" in refused.value.message
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_a_stop_leaves_nothing(tmp_path: Path) -> None:
    source = sounds.tone(tmp_path / "talk.mp3")
    with pytest.raises(MediaError):
        sound.package(source, tmp_path / "out", stopped=lambda: True)
    assert [one.name for one in tmp_path.iterdir()] == ["talk.mp3"]


def test_captions_read_as_paragraphs_begin_anew_after_a_pause() -> None:
    said = captions.paragraphs([Cue(0, 2, "先敲门，"), Cue(2, 4, "再\n问好。"), Cue(9, 11, "然后坐下。")])
    assert [(one.start, one.text) for one in said] == [(0, "先敲门，再 问好。"), (9, "然后坐下。")]
