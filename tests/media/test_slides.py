"""Slides become a captioned film."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from media import captions, script, slides, speech
from media.errors import MediaError
from media.probe import probe

SENTENCES = [
    "您好，欢迎来学习。",
    "今天我们讲三件事，每一件都不难，跟着做一遍就会了，忘了也可以回来再看一遍，不着急。",
]


def _script(folder: Path, **changes: object) -> Path:
    pages = [{"title": "第一页", "points": ["看一看"], "sentences": [SENTENCES[0]]}]
    pages.append({"title": "第二页", "points": [], "sentences": [SENTENCES[1]]} | changes)  # type: ignore[arg-type]
    path = folder / "slides.json"
    path.write_text(json.dumps({"title": "试", "voice": "zh", "slides": pages}, ensure_ascii=False), "utf-8")
    return path


def test_captions_follow_the_measured_speech(tmp_path: Path) -> None:
    made = slides.build(_script(tmp_path), tmp_path / "o.mp4", tmp_path / "o.vtt")
    cues = captions.read(tmp_path / "o.vtt")
    speech.speak(SENTENCES[0], "zh", tmp_path / "one.wav")
    assert cues[0].end == pytest.approx(speech.length(tmp_path / "one.wav"), abs=0.5)
    assert made.machine_voice
    assert probe(tmp_path / "o.mp4").duration == pytest.approx(made.duration, abs=0.5)
    assert cues[-1].end <= made.duration
    lines = [line for cue in cues for line in cue.text.split("\n")]
    assert max(map(len, lines)) <= 18
    assert "".join(lines) == "".join(SENTENCES)


def test_a_recording_outside_the_folder_is_refused(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    (tmp_path / "secret.wav").write_bytes(b"x")
    with pytest.raises(MediaError, match="没有找到录音"):
        slides.build(_script(inside, audio="../secret.wav"), inside / "o.mp4", inside / "o.vtt")
    assert [one.name for one in inside.iterdir()] == ["slides.json"]


def test_a_slide_without_words_is_named_as_wrong(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="幻灯稿第 2 页读不懂"):
        slides.build(_script(tmp_path, sentences=[]), tmp_path / "o.mp4", tmp_path / "o.vtt")


@pytest.mark.parametrize(
    "changes",
    [
        {"points": [""]}, {"points": ["看一看", " "]}, {"points": ["看一看", None]}, {"points": "看一看"},
        {"points": {"一": 1}}, {"sentences": [""]}, {"sentences": "您好"}, {"title": [" "]}, {"audio": 5},
    ],
    ids=str,
)  # fmt: skip
def test_a_slide_that_says_nothing_is_named_before_anything_is_made(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    with pytest.raises(MediaError, match="第 2 页"):
        slides.build(_script(tmp_path, **changes), tmp_path / "o.mp4", tmp_path / "o.vtt")
    assert [one.name for one in tmp_path.iterdir()] == ["slides.json"]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "5", '{"slides": {}}', '{"slides": []}', '{"slides": [5]}', "[" * 90_000, '{"slides": "'
     "ab" '"}', '{"slides": [{"title": "\\ud800", "sentences": ["a"]}]}', '{"voice": [], "slides": [{"title": "a", "sentences": ["a"]}]}'],
    ids=lambda text: text[:30],
)  # fmt: skip
def test_what_is_no_script_is_refused_with_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "slides.json").write_text(text, "utf-8")
    with pytest.raises(MediaError, match="幻灯稿"):
        script.read(tmp_path / "slides.json")


def test_a_script_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "slides.json").write_bytes(b" " * (script.MAX_BYTES + 1))
    with pytest.raises(MediaError, match="太大"):
        script.read(tmp_path / "slides.json")


def test_chinese_is_spoken_as_mandarin_and_not_spelled_in_english() -> None:
    command = ["espeak-ng", "-v", speech.VOICES["zh"], "-q", "-x", "--stdin"]
    spoken = subprocess.run(
        command, input=SENTENCES[0].encode(), capture_output=True, check=True
    ).stdout.decode()
    assert "(en)" not in spoken
    assert len(re.findall("[1-5]", spoken)) >= len(SENTENCES[0]) - 2, "every syllable carries a tone"


def test_points_are_as_large_as_the_slide_allows_and_never_below_the_smallest() -> None:
    assert slides.fitting(["不收钱", "不收贵重东西"]) == slides.LARGEST
    four = slides.fitting(["自愿去做，分文不取"] * 4)
    assert slides.SMALLEST < four < slides.LARGEST
    assert four * 1.75 * 4 <= slides.ROOM[1]
    assert slides.fitting(["一" * 40]) == slides.SMALLEST
    assert slides.fitting([]) == slides.fitting([""]) == slides.LARGEST


@pytest.mark.parametrize(
    ("sentence", "lines"),
    [
        ("枫林村的新队员晓梅，收到一张招募通知。", ["枫林村的新队员晓梅，", "收到一张招募通知。"]),
        ("打电话到 12345 说明白", ["打电话到 12345 说明白"]),
        (
            "这一句没有停顿一直说到第十八个字以后才停下来。",
            ["这一句没有停顿一直说到", "第十八个字以后才停下来。"],
        ),
    ],
)
def test_a_caption_breaks_where_a_reader_would(sentence: str, lines: list[str]) -> None:
    assert slides._lines(sentence) == lines


@given(st.text("一二三四五，。、“”《》a1", max_size=90))
def test_captions_lose_no_character_and_fit_the_picture(sentence: str) -> None:
    lines = slides._lines(sentence)
    assert "".join(lines) == sentence
    assert all(len(one) <= slides.LINE for one in lines)


@given(st.text("一二三四五，。", max_size=90))
def test_no_caption_begins_with_the_end_of_a_sentence(sentence: str) -> None:
    assume(not re.search("[，。]{2}", sentence))
    assert all(one[0] not in slides.CLOSING for one in slides._lines(sentence)[1:])
