"""The lessons of a course package, each kind with the files it names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from courses.fields import Fields
from courses.formats.source import Source
from courses.items import Criterion, Item, codec
from courses.model import (
    Asks,
    AssignmentBody,
    AudioBody,
    Body,
    ClassroomBody,
    DocumentBody,
    Draw,
    EvidenceKind,
    Lesson,
    LessonKind,
    Question,
    QuizBody,
    SurveyBody,
    TextBody,
    TextPage,
    VideoBody,
)

WATCHED_SHARE = 0.9
CHECKS = "quiz/checks.json"


@dataclass(frozen=True, slots=True)
class MediaFiles:
    """What a video, audio or document lesson is made of: its file, or slides to build one from; its captions."""

    main: str
    captions: str | None
    is_slides: bool


class Files(Protocol):
    """The files of the package being read."""

    source: Source

    def text(self, name: str) -> str:
        """Return the words of a file."""

    def json(self, name: str) -> Fields:
        """Return the object of a file."""

    def fields(self, data: Mapping[str, Any], file: str) -> Fields:
        """Return the fields of an object, with their place."""


class Lessons:
    """Reads lessons and remembers the media they name."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self.media: dict[str, MediaFiles] = {}
        self._read: dict[LessonKind, Callable[[Fields], Body]] = {
            LessonKind.TEXT: self._text,
            LessonKind.VIDEO: self._video,
            LessonKind.AUDIO: self._audio,
            LessonKind.DOCUMENT: self._document,
            LessonKind.CLASSROOM: self._classroom,
            LessonKind.QUIZ: self._quiz,
            LessonKind.ASSIGNMENT: self._assignment,
            LessonKind.SURVEY: self._survey,
        }

    def lesson(self, fields: Fields) -> Lesson:
        """Return one lesson."""
        return Lesson(
            id=fields.words("id", needed=True),
            title=fields.words("title", needed=True),
            title_en=fields.words("title_en"),
            minutes=fields.whole("minutes", 5, 1, 600),
            body=self._body(fields),
            requires=fields.strings("requires"),
        )

    def _body(self, fields: Fields) -> Body:
        kind = fields.data.get("kind")
        if not isinstance(kind, str) or kind not in set(LessonKind):
            fields.note("kind", f"不认识的课型“{str(kind)[:40]}”，可以写 {'、'.join(LessonKind)}。")
            return TextBody("", 0)
        return self._read[LessonKind(kind)](fields)

    def _prose(self, fields: Fields, name: str = "body", *, needed: bool = True) -> str:
        return self._files.text(fields.words(name, needed=needed))

    def _text(self, fields: Fields) -> Body:
        return TextBody(self._prose(fields), fields.whole("min_seconds", 30, 0, 7200))

    def _video(self, fields: Fields) -> Body:
        slides = fields.data.get("slides")
        if slides and fields.data.get("video"):
            fields.note("field", "“slides”和“video”只能写一个。")
        main = self._medium(fields, "slides" if slides else "video", is_slides=bool(slides))
        share = fields.number("watched_share", WATCHED_SHARE, 0.1, 1.0)
        return VideoBody(main, share, self._pages(fields), self._checks(fields))

    def _audio(self, fields: Fields) -> Body:
        main = self._medium(fields, "audio")
        share = fields.number("heard_share", WATCHED_SHARE, 0.1, 1.0)
        return AudioBody(main, share, self._pages(fields), self._checks(fields))

    def _document(self, fields: Fields) -> Body:
        seconds = fields.whole("min_seconds", 60, 0, 7200)
        main, words = self._medium(fields, "document"), self._prose(fields, needed=False)
        return DocumentBody(main, seconds, words, fields.flag("download"))

    def _medium(self, fields: Fields, name: str, *, is_slides: bool = False) -> str:
        main, captions = fields.words(name, needed=True), fields.words("captions")
        for file in filter(None, (main, captions)):
            if file not in self._files.source.sizes:
                fields.note("missing", f"课程包里没有“{file}”。请放进去，或改正写它的地方。")
        self.media[str(fields.data.get("id", ""))] = MediaFiles(main, captions or None, is_slides)
        return main

    def _pages(self, fields: Fields) -> tuple[TextPage, ...]:
        return tuple(
            TextPage(self._prose(one), one.whole("min_seconds", 15, 0, 3600))
            for one in fields.objects("pages")
        )

    def _checks(self, fields: Fields) -> tuple[Item, ...]:
        wanted = fields.strings("checks")
        if not wanted:
            return ()
        path = fields.words("checks_file") or CHECKS
        known = {item.id: item for item in self._items(path)}
        for one in wanted:
            if one not in known:
                fields.note("check-unknown", f"“{path}”里没有编号为“{one}”的检查题。")
        return tuple(known[one] for one in wanted if one in known)

    def _items(self, path: str) -> tuple[Item, ...]:
        data = self._files.json(path)
        if data.data and "items" not in data.data:
            data.note("items-missing", f"“{path}”里没有“items”。题目写在 items 后面的方括号里。")
        written = (codec.from_json(self._files.fields(one.data, path)) for one in data.objects("items"))
        return tuple(item for item in written if item is not None)

    def _classroom(self, fields: Fields) -> Body:
        return ClassroomBody(
            self._prose(fields, needed=False),
            fields.whole("minutes", 45, 1, 600),
            fields.words("place_note"),
            fields.strings("bring"),
        )

    def _quiz(self, fields: Fields) -> Body:
        tries = None if fields.data.get("tries") is None else fields.whole("tries", 3, 1, 1000)
        path = fields.words("items", needed=True)
        return QuizBody(
            items=self._items(path) if path else (),
            pass_mark=fields.whole("pass_mark", 80, 0, 100),
            tries=tries,
            shuffle=fields.flag("shuffle"),
            draws=tuple(
                Draw(one.whole("count", 1, 1, 1000), one.strings("tags"), one.whole("difficulty", 0, 0, 3))
                for one in fields.objects("draws")
            ),
            shuffle_options=fields.flag("shuffle_options"),
            limit_minutes=fields.whole("limit_minutes", 0, 0, 600),
        )

    def _assignment(self, fields: Fields) -> Body:
        rubric = tuple(
            Criterion(one.words("id", needed=True), one.words("text"), one.whole("points", 1, 1, 100))
            for one in fields.objects("rubric")
        )
        kinds = fields.strings("evidence")
        if unknown := [one for one in kinds if one not in set(EvidenceKind)]:
            fields.note("field", f"“evidence”不认识“{unknown[0][:40]}”，可以写 photo、text、file。")
        return AssignmentBody(
            markdown=self._prose(fields),
            evidence=tuple(EvidenceKind(one) for one in kinds if one in set(EvidenceKind)),
            rubric=rubric,
            pass_points=fields.whole("pass_points", max(1, sum(one.points for one in rubric)), 1, 10_000),
        )

    def _survey(self, fields: Fields) -> Body:
        questions = tuple(
            Question(
                one.words("id", needed=True),
                one.words("text", needed=True),
                one.choice(Asks, "asks"),
                one.strings("options"),
                one.flag("optional"),
            )
            for one in fields.objects("questions")
        )
        return SurveyBody(self._prose(fields, needed=False), questions)
