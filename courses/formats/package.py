"""Our own course package (folder or zip): course.json, lessons/*.md, quiz/*.json, video files."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from courses.errors import CourseError, Problem
from courses.formats.source import Source, open_source
from courses.items import Item, ItemKind, Option
from courses.model import (
    Body,
    Category,
    Course,
    Lesson,
    Module,
    QuizBody,
    Review,
    TextBody,
    TextPage,
    Tier,
    VideoBody,
)
from courses.validation import problems_of

FORMAT = 1
E = TypeVar("E", bound=StrEnum)
WATCHED_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class VideoFiles:
    """What a video lesson is made of: a video or slides to build one from, its captions, files of the slides."""

    main: str
    captions: str | None
    is_slides: bool


@dataclass(frozen=True, slots=True)
class Package:
    """A course with the files its lessons name; `videos` by lesson id."""

    course: Course
    videos: Mapping[str, VideoFiles]
    source: Source


class _Reader:
    """Reads one package and gathers every problem with its place, instead of stopping at the first."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.videos: dict[str, VideoFiles] = {}
        self._texts: dict[str, str] = {}
        self._json: dict[str, Any] = {}

    def text(self, name: str) -> str:
        if name not in self._texts:
            try:
                self._texts[name] = self.source.read(name).decode("utf-8-sig")
            except CourseError as error:
                self.problems.extend(error.problems)
                self._texts[name] = ""
            except UnicodeDecodeError:
                self.add(name, "encoding", f"“{name}”不是 UTF-8 编码。请用 UTF-8 保存后再试。")
                self._texts[name] = ""
        return self._texts[name]

    def json(self, name: str) -> dict[str, Any]:
        if name not in self._json:
            self._json[name] = self._parse(name)
        parsed: dict[str, Any] = self._json[name]
        return parsed

    def _parse(self, name: str) -> dict[str, Any]:
        text = self.text(name)
        if not text:
            return {}
        try:
            parsed = json.loads(text)
        except (ValueError, RecursionError) as error:
            line = getattr(error, "lineno", 0)
            self.add(
                name, "json", f"“{name}”第 {line} 行附近的写法不对，读不懂。请检查引号和逗号。", line=line
            )
            return {}
        if not isinstance(parsed, dict):
            self.add(name, "json", f"“{name}”的最外层应该是一对花括号。", line=1)
            return {}
        return parsed

    def add(self, file: str, code: str, message: str, *, line: int = 0, item: str = "") -> None:
        self.problems.append(Problem(file, line, item, code, message))

    def line_of(self, name: str, item_id: str) -> int:
        """Return the line of a file where an id stands, 0 when it cannot be found."""
        found = re.search(rf'"id"\s*:\s*"{re.escape(item_id)}"', self._texts.get(name, ""))
        return self._texts[name].count("\n", 0, found.start()) + 1 if found else 0

    def words(self, owner: Mapping[str, Any], name: str, file: str, *, needed: bool = True) -> str:
        value = owner.get(name, "")
        if not isinstance(value, str) or (needed and not value.strip()):
            here = owner.get("id") or owner.get("slug") or ""
            self.add(
                file, "field", f"缺少“{name}”，或它不是文字。", item=str(here), line=self._line(file, here)
            )
            return ""
        return value

    def number(
        self, owner: Mapping[str, Any], name: str, file: str, default: float, low: float, high: float
    ) -> float:
        value = owner.get(name, default)
        good = isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
        if not good:
            here = owner.get("id", "")
            self.add(
                file,
                "field",
                f"“{name}”应该是 {low:g} 到 {high:g} 的数。",
                item=str(here),
                line=self._line(file, here),
            )
            return default
        return float(value)

    def _line(self, file: str, here: object) -> int:
        return self.line_of(file, here) if isinstance(here, str) and here else 0

    def strings(self, owner: Mapping[str, Any], name: str, file: str) -> tuple[str, ...]:
        value = owner.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.add(file, "field", f"“{name}”应该是方括号里的几段文字。", item=str(owner.get("id", "")))
            return ()
        return tuple(value)

    def objects(self, owner: Mapping[str, Any], name: str, file: str) -> Sequence[dict[str, Any]]:
        value = owner.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.add(file, "field", f"“{name}”应该是方括号里的几项，每项一对花括号。")
            return ()
        return value

    def choice(self, enum: type[E], owner: Mapping[str, Any], name: str, default: str) -> E:
        try:
            return enum(owner.get(name, default))
        except (ValueError, TypeError):
            allowed = "、".join(one.value for one in enum)
            self.add("course.json", "field", f"“{name}”不认识“{owner.get(name)}”，可以写 {allowed}。")
            return next(iter(enum))

    def course(self) -> Course:
        data = self.json("course.json")
        file = "course.json"
        if data and data.get("format") != FORMAT:
            self.add(
                file,
                "format",
                f"课程包格式是 {data.get('format')}，这里只认得 {FORMAT}。请更新平台或换一个包。",
            )
        return Course(
            slug=self.words(data, "slug", file),
            title=self.words(data, "title", file),
            title_en=self.words(data, "title_en", file, needed=False),
            summary=self.words(data, "summary", file),
            summary_en=self.words(data, "summary_en", file, needed=False),
            tier=self.choice(Tier, data, "tier", ""),
            category=self.choice(Category, data, "category", ""),
            audience=self.words(data, "audience", file, needed=False),
            hours=self.number(data, "hours", file, 1.0, 0.25, 100),
            outcomes=self.strings(data, "outcomes", file),
            sources=self.strings(data, "sources", file),
            review=self.choice(Review, data, "review", "none"),
            modules=tuple(self._module(one) for one in self.objects(data, "modules", file)),
            prerequisites=self.strings(data, "prerequisites", file),
        )

    def _module(self, data: dict[str, Any]) -> Module:
        file = "course.json"
        lessons = tuple(self._lesson(one) for one in self.objects(data, "lessons", file))
        return Module(self.words(data, "id", file), self.words(data, "title", file), lessons)

    def _lesson(self, data: dict[str, Any]) -> Lesson:
        file = "course.json"
        return Lesson(
            id=self.words(data, "id", file),
            title=self.words(data, "title", file),
            title_en=self.words(data, "title_en", file, needed=False),
            minutes=int(self.number(data, "minutes", file, 5, 1, 600)),
            body=self._body(data),
            requires=self.strings(data, "requires", file),
        )

    def _body(self, data: dict[str, Any]) -> Body:
        kind = data.get("kind")
        if kind == "video":
            return self._video(data)
        if kind == "quiz":
            return self._quiz(data)
        if kind != "text":
            self.add(
                "course.json",
                "kind",
                f"不认识的课型“{kind}”，可以写 text、video、quiz。",
                item=str(data.get("id", "")),
            )
            return TextBody("", 0)
        return TextBody(
            self._prose(data, "body"), int(self.number(data, "min_seconds", "course.json", 30, 0, 7200))
        )

    def _prose(self, data: dict[str, Any], name: str) -> str:
        path = self.words(data, name, "course.json")
        return self.text(path) if path else ""

    def _quiz(self, data: dict[str, Any]) -> QuizBody:
        file = "course.json"
        tries = data.get("tries")
        if tries is not None:
            tries = int(self.number(data, "tries", file, 3, 1, 1000))
        path = self.words(data, "items", file)
        return QuizBody(
            items=self._items(path) if path else (),
            pass_mark=int(self.number(data, "pass_mark", file, 80, 0, 100)),
            tries=tries,
            shuffle=bool(data.get("shuffle", False)),
        )

    def _video(self, data: dict[str, Any]) -> VideoBody:
        file = "course.json"
        slides, video = data.get("slides"), data.get("video")
        main = self.words(data, "slides" if slides else "video", file)
        captions = data.get("captions")
        for name in (main, captions):
            if isinstance(name, str) and name and name not in self.source.sizes:
                self.add(
                    name,
                    "missing",
                    f"课程包里没有“{name}”。请放进去，或改正写它的地方。",
                    item=str(data.get("id", "")),
                )
        if slides and video:
            self.add(file, "field", "“slides”和“video”只能写一个。", item=str(data.get("id", "")))
        self.videos[str(data.get("id", ""))] = VideoFiles(
            main, captions if isinstance(captions, str) else None, bool(slides)
        )
        return VideoBody(
            asset=main,
            watched_share=self.number(data, "watched_share", file, WATCHED_SHARE, 0.1, 1.0),
            pages=tuple(self._page(page) for page in self.objects(data, "pages", file)),
            checks=self._checks(data),
        )

    def _page(self, data: dict[str, Any]) -> TextPage:
        return TextPage(
            self._prose(data, "body"), int(self.number(data, "min_seconds", "course.json", 15, 0, 3600))
        )

    def _checks(self, data: dict[str, Any]) -> tuple[Item, ...]:
        path = data.get("checks_file", "quiz/checks.json")
        wanted = self.strings(data, "checks", "course.json")
        if not wanted:
            return ()
        known = {item.id: item for item in self._items(str(path))}
        for one in wanted:
            if one not in known:
                self.add(str(path), "check-unknown", f"“{path}”里没有编号为“{one}”的检查题。", item=one)
        return tuple(known[one] for one in wanted if one in known)

    def _items(self, path: str) -> tuple[Item, ...]:
        items = self.objects(self.json(path), "items", path)
        return tuple(item for item in (self._item(one, path) for one in items) if item is not None)

    def _item(self, data: dict[str, Any], path: str) -> Item | None:
        here = str(data.get("id", ""))
        kind = data.get("kind")
        if not isinstance(kind, str) or kind not in set(ItemKind):
            self.add(path, "item-kind", f"不认识的题型“{kind}”。", item=here, line=self.line_of(path, here))
            return None
        key = data.get("key")
        return Item(
            id=self.words(data, "id", path),
            kind=ItemKind(kind),
            stem=self.words(data, "stem", path),
            options=tuple(
                Option(str(one.get("id", "")), str(one.get("text", "")))
                for one in self.objects(data, "options", path)
            ),
            key=tuple(_key_word(one) for one in key) if isinstance(key, list) else (),
            explanation=self.words(data, "explanation", path, needed=False),
            lesson=self.words(data, "lesson", path, needed=False),
            points=int(self.number(data, "points", path, 1, 1, 100)),
        )


def _key_word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def read(path: Path) -> Package:
    """Read a course package; raises CourseError with every problem found, each with its place."""
    reader = _Reader(open_source(path))
    course = reader.course()
    places = {item_id: name for name, data in reader._json.items() for item_id in _ids(data)}
    for problem in [] if reader.problems else problems_of(course):
        file = places.get(problem.item, problem.file)
        line = reader.line_of(file, problem.item) if problem.item else 0
        reader.add(file, problem.code, problem.message, line=line, item=problem.item)
    if reader.problems:
        raise CourseError(reader.problems)
    return Package(course, reader.videos, reader.source)


def _ids(data: Mapping[str, Any]) -> list[str]:
    items = data.get("items")
    if not isinstance(items, list):
        return []
    return [one["id"] for one in items if isinstance(one, dict) and isinstance(one.get("id"), str)]
