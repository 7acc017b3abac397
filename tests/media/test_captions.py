"""Captions in both spellings."""

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
