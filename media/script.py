"""A slides.json, read and judged before anything is made of it; light, so that web processes can ask."""

import json
from pathlib import Path
from typing import Any

from media.errors import MediaError

MAX_BYTES, MAX_SLIDES = 1_000_000, 60
UNREADABLE = "幻灯稿读不懂：每一页都要有 title 和 sentences。"


def read(path: Path) -> dict[str, Any]:
    """Return the script; raises MediaError naming the slide that is wrong."""
    if path.stat().st_size > MAX_BYTES:
        raise MediaError("slides", "幻灯稿太大，最大 1 MB。请分成几个视频。")
    try:
        script: dict[str, Any] = json.loads(path.read_text("utf-8"))
        slides = script["slides"]
        json.dumps(script, ensure_ascii=False).encode()  # half a sign cannot be drawn or kept
    except (ValueError, KeyError, TypeError, RecursionError):
        raise MediaError("slides", UNREADABLE) from None
    if not slides or not isinstance(slides, list) or not isinstance(script.get("voice", ""), str):
        raise MediaError("slides", UNREADABLE)
    if len(slides) > MAX_SLIDES:
        raise MediaError("slides", f"幻灯稿超过 {MAX_SLIDES} 页。请分成几个视频。")
    for number, slide in enumerate(slides, 1):
        _require_words(number, slide)
    return script


def _require_words(number: int, slide: object) -> None:
    if not isinstance(slide, dict) or not _said(slide.get("title")) or not _lines(slide.get("sentences")):
        raise MediaError("slides", f"幻灯稿第 {number} 页读不懂：title 和 sentences 都要写字，不能空着。")
    if slide.get("points") and not _lines(slide["points"]):
        raise MediaError("slides", f"幻灯稿第 {number} 页的 points 有空的一条。请写上字，或去掉这一条。")
    if not isinstance(slide.get("audio") or "", str):
        raise MediaError("slides", f"幻灯稿第 {number} 页的 audio 要写录音的文件名。")


def _lines(found: object) -> bool:
    return isinstance(found, list) and bool(found) and all(map(_said, found))


def _said(found: object) -> bool:
    return isinstance(found, str | int | float) and bool(str(found).strip())
