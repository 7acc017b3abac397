"""Captions in both spellings."""

import time
from pathlib import Path

import pytest

from media import captions
from media.errors import MediaError


def test_srt_and_vtt_give_the_same_cues() -> None:
    srt = captions.parse("1\r\n00:00:01,000 --> 00:00:02,500\r\n您好\r\n")
    vtt = captions.parse("WEBVTT\n\n00:01.000 --> 00:02.500\n您好\n")
    assert srt == vtt == (captions.Cue(1.0, 2.5, "您好"),)


def test_written_captions_read_back(tmp_path: Path) -> None:
    cues = (captions.Cue(0.0, 1.25, "第一句"), captions.Cue(1.25, 3661.5, "第二句\n两行"))
    captions.write_vtt(cues, tmp_path / "a.vtt")
    assert captions.read(tmp_path / "a.vtt") == cues


def test_a_text_without_captions_is_refused() -> None:
    with pytest.raises(MediaError, match="没有找到字幕"):
        captions.parse("这只是一段文字")


HOSTILE = ["<" * 300_000, "</" * 150_000, "< " * 150_000, "<b" * 150_000, "&lt;" * 75_000]


@pytest.mark.parametrize("line", HOSTILE, ids=lambda line: line[:4])
def test_a_line_of_opened_tags_is_read_as_fast_as_any_other(line: str) -> None:
    begun = time.process_time()
    (cue,) = captions.parse(f"1\n00:00:01,000 --> 00:00:02,000\n{line}\n")
    assert time.process_time() - begun < 1
    assert cue.text == line.strip()


def test_tags_are_left_out_and_a_lone_sign_stays() -> None:
    (cue,) = captions.parse("00:01.000 --> 00:02.500\n<v 晓梅><i>您好</i>，5 < 8\n")
    assert cue.text == "您好，5 < 8"


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes(b" " * (captions.MAX_BYTES + 1))
    with pytest.raises(MediaError, match="最大 2 MB"):
        captions.read(path)
