"""SRT and WebVTT: read, check, write."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from media.errors import MediaError

TIMES = re.compile(
    r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})\s*-->\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
)
TAG = re.compile(r"<[^<>]*>")
MAX_BYTES, MAX_CUES = 2 * 1024 * 1024, 20_000
PAUSE, FULL_PARAGRAPH = 2.0, 120
"""Seconds of silence, characters: what begins a new paragraph of a transcript."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption: start and end in seconds, text of one or two lines."""

    start: float
    end: float
    text: str


def read(path: Path) -> tuple[Cue, ...]:
    """Return the cues of an SRT or WebVTT file (UTF-8 or GB18030); raises MediaError."""
    if path.stat().st_size > MAX_BYTES:
        raise MediaError("captions-size", "字幕文件最大 2 MB。")
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = raw.decode("gb18030")
        except UnicodeDecodeError:
            raise MediaError("captions-encoding", "字幕文件的编码认不出来。请用 UTF-8 保存后再试。") from None
    return parse(text)


def parse(text: str) -> tuple[Cue, ...]:
    """Return the cues of a caption text, in order of time; raises MediaError when there are none."""
    blocks = re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n"))
    cues = [cue for cue in map(_cue, blocks) if cue]
    if not cues:
        raise MediaError("captions-empty", "字幕文件里没有找到字幕。请用 SRT 或 VTT 格式。")
    if len(cues) > MAX_CUES:
        raise MediaError("captions-many", f"字幕超过 {MAX_CUES} 条，太多了。")
    return tuple(sorted(cues, key=lambda cue: cue.start))


def _cue(block: str) -> Cue | None:
    lines = [line.strip() for line in block.strip().split("\n")]
    for number, line in enumerate(lines):
        if found := TIMES.search(line):
            parts = [int(part or 0) for part in found.groups()]
            start, end = _seconds(parts[:4]), _seconds(parts[4:])
            text = "\n".join(TAG.sub("", one) for one in lines[number + 1 :] if one)
            return Cue(start, end, text) if end > start and text else None
    return None


def _seconds(parts: list[int]) -> float:
    hours, minutes, seconds, milli = parts
    return hours * 3600 + minutes * 60 + seconds + milli / 1000


def write_vtt(cues: Iterable[Cue], path: Path) -> None:
    """Write cues as WebVTT."""
    body = "\n\n".join(f"{_stamp(cue.start)} --> {_stamp(cue.end)}\n{_plain(cue.text)}" for cue in cues)
    path.write_text(f"WEBVTT\n\n{body}\n", "utf-8")


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("-->", "→")


def _stamp(seconds: float) -> str:
    milli = round(seconds * 1000)
    return f"{milli // 3_600_000:02d}:{milli // 60_000 % 60:02d}:{milli // 1000 % 60:02d}.{milli % 1000:03d}"


def paragraphs(cues: Iterable[Cue]) -> tuple[Cue, ...]:
    """Return what is said as paragraphs to read: a pause or a full line of thought begins a new one."""
    made: list[Cue] = []
    for cue in cues:
        said = cue.text.replace("\n", " ")
        last = made[-1] if made else None
        if last and cue.start - last.end < PAUSE and len(last.text) < FULL_PARAGRAPH:
            gap = " " if last.text[-1:].isascii() and said[:1].isascii() else ""
            made[-1] = Cue(last.start, cue.end, f"{last.text}{gap}{said}")
        else:
            made.append(Cue(cue.start, cue.end, said))
    return tuple(made)
