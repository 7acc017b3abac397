"""Pictures of a package: which its texts name, whether they are there and what they ought to be."""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from courses import document
from courses.formats.source import Source
from courses.items import Item, leaves
from courses.items.words import PICTURE
from courses.model import (
    AssignmentBody,
    AudioBody,
    Course,
    Lesson,
    QuizBody,
    SurveyBody,
    TextBody,
    VideoBody,
)

MAX_PICTURE = 60 * 1024
STARTS = {
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".webp": (b"RIFF",),
}
_ACTIVE = re.compile(
    r"<\s*(script|image|foreignobject|iframe|a|use|animate\w*|set|style)\b|\bon\w+\s*=|href\s*=|<!|<\?(?!xml\b)|url\s*\(\s*['\"]?(?!#)",
    re.IGNORECASE,
)


def named(course: Course) -> Iterator[tuple[str, str]]:
    """Yield (id of the lesson or item, picture) for every picture that a text of the course names."""
    for lesson in course.lessons():
        for text in _prose(lesson):
            yield from ((lesson.id, name) for name in in_text(text))
    yield from (("", name) for name in in_text(course.handout))
    for leaf in leaves(course.papers()):
        yield from ((leaf.item.id, name) for name in of_item(leaf.item))
        yield from ((leaf.item.id, name) for name in in_text(leaf.story))


def of_item(item: Item) -> Iterator[str]:
    """Yield the pictures of an item: of its texts, and the one its regions lie on."""
    if item.picture:
        yield item.picture
    for text in (
        item.stem,
        item.explanation,
        *(one.text for one in (*item.options, *item.left, *item.right)),
    ):
        yield from in_text(text)
    for part in item.items:
        yield from of_item(part)


def in_text(text: str) -> Iterator[str]:
    """Yield the files that Markdown pictures name."""
    for found in PICTURE.finditer(text):
        yield found.group(2)


def renamed(course: Course, names: Mapping[str, str]) -> Course:
    """Return the course with every picture that its texts name under the new name that `names` gives it."""
    return document.from_json(_renamed(document.to_json(course), names)) if names else course


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return names.get(value) or PICTURE.sub(lambda found: _with_name(found, names), value)
    if isinstance(value, list):
        return [_renamed(one, names) for one in value]
    if isinstance(value, dict):
        return {name: _renamed(one, names) for name, one in value.items()}
    return value


def _with_name(found: re.Match[str], names: Mapping[str, str]) -> str:
    new = names.get(found.group(2))
    return f"![{found.group(1)}]({new})" if new else found.group(0)


def _prose(lesson: Lesson) -> tuple[str, ...]:
    body = lesson.body
    if isinstance(body, TextBody | AssignmentBody | SurveyBody):
        return (body.markdown,)
    if isinstance(body, VideoBody | AudioBody):
        return tuple(page.markdown for page in body.pages)
    return () if isinstance(body, QuizBody) else (body.markdown,)


def faults(source: Source, name: str) -> Iterator[tuple[str, str]]:
    """Yield (code, sentence) for what is wrong with a picture that a text names."""
    kind = PurePosixPath(name).suffix.lower()
    if "://" in name or name.startswith(("//", "data:")):
        yield "picture-outside", f"图片“{name[:80]}”在别的网站上。请把图片放进课程包的 img 文件夹。"
    elif kind not in STARTS:
        yield "picture-kind", f"图片“{name[:80]}”的格式不能用，请换成 PNG、JPEG 或 WebP。"
    elif name not in source.sizes:
        yield "missing", f"课程包里没有“{name[:80]}”。请放进去，或改正写它的地方。"
    elif source.sizes[name] > MAX_PICTURE:
        yield "picture-large", f"图片“{name}”超过 60 KB，在手机上打开太慢。请缩小后再放进来。"
    elif not source.read(name, MAX_PICTURE).startswith(STARTS[kind]):
        yield "picture-broken", f"图片“{name}”的内容和后缀对不上。请用看图软件另存一次。"


def drawing_faults(drawing: str, name: str, limit: int) -> Iterator[tuple[str, str]]:
    """Yield (code, sentence) for what is wrong with a drawn cover (SVG)."""
    if not drawing:
        return
    if len(drawing.encode()) > limit:
        yield "cover-large", f"封面“{name}”超过 {limit // 1024} KB，请画简单一点。"
    if "<svg" not in drawing or 'viewBox="0 0 640 360"' not in drawing:
        yield "cover-shape", f'封面“{name}”要是 SVG，写明 viewBox="0 0 640 360"。'
    if _ACTIVE.search(drawing):
        yield "cover-active", f"封面“{name}”里有脚本、链接或外来图片，请去掉，只留图形。"
