"""The kinds of lessons: what each holds, and when it is done."""

from dataclasses import dataclass
from enum import StrEnum

from courses.items import Criterion, Item, leaves


class LessonKind(StrEnum):
    """Kinds of lessons."""

    TEXT = "text"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"
    CLASSROOM = "classroom"
    QUIZ = "quiz"
    ASSIGNMENT = "assignment"
    SURVEY = "survey"


@dataclass(frozen=True, slots=True)
class TextBody:
    """Markdown to read; done when the end was reached and `min_seconds` have passed."""

    markdown: str
    min_seconds: int


@dataclass(frozen=True, slots=True)
class TextPage:
    """One page of a video's text version, with its minimum time in seconds."""

    markdown: str
    min_seconds: int


@dataclass(frozen=True, slots=True)
class VideoBody:
    """A video by its asset key; done at `watched_share` (0..1), or by pages and check questions (文字版)."""

    asset: str
    watched_share: float
    pages: tuple[TextPage, ...]
    checks: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class AudioBody:
    """A recording by its asset key; done at `heard_share` (0..1), or by pages and check questions (文字版)."""

    asset: str
    heard_share: float
    pages: tuple[TextPage, ...] = ()
    checks: tuple[Item, ...] = ()


Played = VideoBody | AudioBody
"""What is played second by second, or read instead in its text version."""


@dataclass(frozen=True, slots=True)
class DocumentBody:
    """A document by its asset key; done when every page was seen and `min_seconds` have passed.

    `markdown` stands before its first page; with `download` she may keep the file itself.
    """

    asset: str
    min_seconds: int
    markdown: str = ""
    download: bool = False


@dataclass(frozen=True, slots=True)
class ClassroomBody:
    """A session in a hall; done when a person has recorded her attendance."""

    markdown: str
    minutes: int
    place_note: str = ""
    bring: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draw:
    """How many items a paper takes of those with all these tags and this difficulty (0: any)."""

    count: int
    tags: tuple[str, ...] = ()
    difficulty: int = 0


@dataclass(frozen=True, slots=True)
class QuizBody:
    """A paper; `pass_mark` in percent, `tries` None for no limit, `limit_minutes` 0 for none.

    With `draws`, `items` is the bank they draw from.
    """

    items: tuple[Item, ...]
    pass_mark: int
    tries: int | None
    shuffle: bool
    draws: tuple[Draw, ...] = ()
    shuffle_options: bool = False
    limit_minutes: int = 0

    @property
    def asked(self) -> int:
        """How many items an attempt gets; a drawn case counts as one."""
        return sum(draw.count for draw in self.draws) if self.draws else sum(1 for _ in leaves(self.items))


class EvidenceKind(StrEnum):
    """What an assignment asks her to hand in."""

    PHOTO = "photo"
    TEXT = "text"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class AssignmentBody:
    """Something to do and show; done when a person has accepted it with at least `pass_points` of the rubric."""

    markdown: str
    evidence: tuple[EvidenceKind, ...]
    rubric: tuple[Criterion, ...]
    pass_points: int


class Asks(StrEnum):
    """Ways to answer a survey question."""

    ONE = "one"
    SEVERAL = "several"
    SCALE = "scale"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a survey; nothing is right or wrong."""

    id: str
    text: str
    asks: Asks
    options: tuple[str, ...] = ()
    optional: bool = False


@dataclass(frozen=True, slots=True)
class SurveyBody:
    """Questions without a key; done when it was handed in."""

    markdown: str
    questions: tuple[Question, ...]


Body = (
    TextBody | VideoBody | AudioBody | DocumentBody | ClassroomBody | QuizBody | AssignmentBody | SurveyBody
)


KINDS: dict[type[Body], LessonKind] = {
    TextBody: LessonKind.TEXT,
    VideoBody: LessonKind.VIDEO,
    AudioBody: LessonKind.AUDIO,
    DocumentBody: LessonKind.DOCUMENT,
    ClassroomBody: LessonKind.CLASSROOM,
    QuizBody: LessonKind.QUIZ,
    AssignmentBody: LessonKind.ASSIGNMENT,
    SurveyBody: LessonKind.SURVEY,
}
