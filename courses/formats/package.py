"""Our own course package (folder or zip): course.json, lessons/*.md, quiz/*.json, pictures, video files."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from courses.errors import CourseError, Problem
from courses.fields import Fields
from courses.formats import package_pictures
from courses.formats.package_lessons import Lessons, MediaFiles
from courses.formats.source import Source, open_source
from courses.model import (
    Asked,
    Category,
    Course,
    LocalField,
    Module,
    PreTest,
    Review,
    Rule,
    Tier,
    Validity,
    Watching,
)
from courses.validation import problems_of

FORMAT = 1
COURSE = "course.json"
MAX_COVER = 6 * 1024
VideoFiles = MediaFiles


@dataclass(frozen=True, slots=True)
class Package:
    """A course with the files its lessons name; `videos` by lesson id, `pictures` as its texts write them."""

    course: Course
    videos: Mapping[str, MediaFiles]
    source: Source
    pictures: tuple[str, ...] = ()


class _Reader:
    """Reads one package and gathers every problem with its place, instead of stopping at the first."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self._texts: dict[str, str] = {}
        self._json: dict[str, Fields] = {}
        self.places: dict[str, str] = {}

    def text(self, name: str) -> str:
        """Return the words of a file, "" with a problem when it cannot be read."""
        if name and name not in self._texts:
            self._texts[name] = self._read(name)
        return self._texts.get(name, "")

    def _read(self, name: str) -> str:
        try:
            return self.source.read(name).decode("utf-8-sig")
        except CourseError as error:
            self.problems.extend(error.problems)
        except UnicodeDecodeError:
            self.add(name, "encoding", f"“{name}”不是 UTF-8 编码。请用 UTF-8 保存后再试。")
        return ""

    def json(self, name: str) -> Fields:
        """Return the object of a file; problems of its parts are said with the nearest id."""
        if name not in self._json:
            self._json[name] = self.fields(self._parse(name), name)
            self.places |= dict.fromkeys(_ids(self._json[name].data), name)
        return self._json[name]

    def fields(self, data: Mapping[str, Any], file: str) -> Fields:
        """Return the fields of an object whose problems stand in `file`, with its id."""
        given = data.get("id") or data.get("slug")
        here = given if isinstance(given, str) else ""

        def note(code: str, message: str) -> None:
            self.add(file, code, message, line=self.line_of(file, here) if here else 0, item=here)

        return Fields(data, note)

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
        """Note a problem with its place."""
        self.problems.append(Problem(file, line, item, code, message))

    def line_of(self, name: str, item_id: str) -> int:
        """Return the line of a file where an id stands, 0 when it cannot be found."""
        found = re.search(rf'"id"\s*:\s*"{re.escape(item_id)}"', self._texts.get(name, ""))
        return self._texts[name].count("\n", 0, found.start()) + 1 if found else 0

    def course(self, lessons: Lessons) -> Course:
        """Return the course of course.json."""
        head = self.json(COURSE)
        if head.data and head.data.get("format") != FORMAT:
            head.note(
                "format",
                f"课程包格式是 {head.data.get('format')}，这里只认得 {FORMAT}。请更新平台或换一个包。",
            )
        return Course(
            slug=head.words("slug", needed=True),
            title=head.words("title", needed=True),
            title_en=head.words("title_en"),
            summary=head.words("summary", needed=True),
            summary_en=head.words("summary_en"),
            tier=head.choice(Tier, "tier"),
            category=head.choice(Category, "category"),
            audience=head.words("audience"),
            hours=head.number("hours", 1.0, 0.25, 100),
            outcomes=head.strings("outcomes"),
            sources=head.strings("sources"),
            review=head.choice(Review, "review", "none"),
            modules=tuple(self._module(one, lessons) for one in head.objects("modules")),
            prerequisites=head.strings("prerequisites"),
            subcategory=head.words("subcategory"),
            issuer=head.words("issuer"),
            can_do=head.words("can_do"),
            handout=self.text(head.words("handout")),
            cover=self._cover(head.words("cover")),
            cover_alt=head.words("cover_alt"),
            local=tuple(
                LocalField(one.words("id", needed=True), one.words("label", needed=True))
                for one in head.objects("local")
            ),
            rules=tuple(_rule(one) for one in head.objects("completion")),
            test_out=_test_out(head.object("test_out")),
            validity=_validity(head.object("validity")),
            watching=_watching(head.object("watching")),
        )

    def _module(self, data: Fields, lessons: Lessons) -> Module:
        here = self.fields(data.data, COURSE)
        return Module(
            here.words("id", needed=True),
            here.words("title", needed=True),
            tuple(lessons.lesson(self.fields(one.data, COURSE)) for one in here.objects("lessons")),
        )

    def _cover(self, name: str) -> str:
        drawing = self.text(name)
        for code, message in package_pictures.drawing_faults(drawing, name, MAX_COVER):
            self.add(name, code, message)
        return drawing


def _rule(fields: Fields) -> Rule:
    return Rule(
        asks=fields.choice(Asked, "asks"),
        lessons=fields.strings("lessons"),
        count=fields.whole("count", 0, 0, 1000),
        hours=fields.number("hours", 0, 0, 1000),
    )


def _test_out(fields: Fields | None) -> PreTest | None:
    if fields is None:
        return None
    lesson, covers = fields.words("lesson", needed=True), fields.strings("covers")
    return PreTest(lesson, fields.whole("percent", 80, 1, 100), covers)


def _watching(fields: Fields | None) -> Watching:
    if fields is None:
        return Watching()
    return Watching(
        fields.flag("no_skip_ahead"),
        fields.whole("presence_minutes", 0, 0, 120),
        fields.flag("one_player", default=True),
    )


def _validity(fields: Fields | None) -> Validity | None:
    if fields is None:
        return None
    months = fields.whole("months", 24, 1, 1200)
    return Validity(months, fields.words("refresher"), fields.words("refresher_course"))


def read(path: Path) -> Package:
    """Read a course package; raises CourseError with every problem found, each with its place."""
    reader = _Reader(open_source(path))
    lessons = Lessons(reader)
    course = reader.course(lessons)
    pictures = tuple(dict.fromkeys(_pictures(reader, course)))
    for problem in [] if reader.problems else problems_of(course):
        file = reader.places.get(problem.item, problem.file)
        line = reader.line_of(file, problem.item) if problem.item else 0
        reader.add(file, problem.code, problem.message, line=line, item=problem.item)
    if reader.problems:
        raise CourseError(dict.fromkeys(reader.problems))
    return Package(course, lessons.media, reader.source, pictures)


def _pictures(reader: _Reader, course: Course) -> Iterator[str]:
    for place, name in package_pictures.named(course):
        file = reader.places.get(place, COURSE)
        for code, message in package_pictures.faults(reader.source, name):
            reader.add(file, code, message, line=reader.line_of(file, place), item=place)
        yield name


def _ids(data: Mapping[str, Any]) -> Iterator[str]:
    """The ids of the items of a file and of the parts of its cases."""
    items = data.get("items")
    for one in items if isinstance(items, list) else ():
        if isinstance(one, dict):
            if isinstance(one.get("id"), str):
                yield one["id"]
            yield from _ids(one)
