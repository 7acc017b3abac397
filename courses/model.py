"""What a course is: frozen dataclasses, to and from JSON (the course document)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from courses.items import Item

DOCUMENT_VERSION = 1


class Tier(StrEnum):
    """Training tiers (分级, domain.md 3.2)."""

    INTRO = "intro"
    BACKBONE = "backbone"
    MANAGER = "manager"
    TRAINER = "trainer"


class Category(StrEnum):
    """通用 and the eight categories of Articles 7–9 of the Opinions."""

    GENERAL = "general"
    CIVILITY = "civility"
    CARE = "care"
    FAMILY = "family"
    RIGHTS = "rights"
    HEALTH = "health"
    GREEN = "green"
    MAKER = "maker"
    EMERGENCY = "emergency"


class Review(StrEnum):
    """Whether an expert has to look at the course before it is used outside a demo."""

    NONE = "none"
    AWAITING_EXPERT = "awaiting_expert"


class LessonKind(StrEnum):
    """Kinds of lessons."""

    TEXT = "text"
    VIDEO = "video"
    QUIZ = "quiz"


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
class QuizBody:
    """A paper; `pass_mark` in percent, `tries` None for no limit."""

    items: tuple[Item, ...]
    pass_mark: int
    tries: int | None
    shuffle: bool


Body = TextBody | VideoBody | QuizBody


@dataclass(frozen=True, slots=True)
class Lesson:
    """A place in the course; its id is permanent over all versions."""

    id: str
    title: str
    title_en: str
    minutes: int
    body: Body
    requires: tuple[str, ...] = ()

    @property
    def kind(self) -> LessonKind:
        """The kind, read from the body."""
        return KINDS[type(self.body)]


KINDS: dict[type[Body], LessonKind] = {
    TextBody: LessonKind.TEXT,
    VideoBody: LessonKind.VIDEO,
    QuizBody: LessonKind.QUIZ,
}


@dataclass(frozen=True, slots=True)
class Module:
    """A group of lessons."""

    id: str
    title: str
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """A course document; `hours` is the target in 学时, printed only when the content reaches it."""

    slug: str
    title: str
    title_en: str
    summary: str
    summary_en: str
    tier: Tier
    category: Category
    audience: str
    hours: float
    outcomes: tuple[str, ...]
    sources: tuple[str, ...]
    review: Review
    modules: tuple[Module, ...]
    prerequisites: tuple[str, ...] = field(default=())

    def lessons(self) -> tuple[Lesson, ...]:
        """Return every lesson in running order over the modules (number n stands at n - 1)."""
        return tuple(lesson for module in self.modules for lesson in module.lessons)

    def lesson(self, lesson_id: str) -> Lesson:
        """Return a lesson by its id; KeyError when there is none."""
        for lesson in self.lessons():
            if lesson.id == lesson_id:
                return lesson
        raise KeyError(lesson_id)

    def items(self) -> Iterator[Item]:
        """Yield every item of every paper and check."""
        for lesson in self.lessons():
            if isinstance(lesson.body, QuizBody):
                yield from lesson.body.items
            elif isinstance(lesson.body, VideoBody):
                yield from lesson.body.checks

    @property
    def minutes(self) -> int:
        """Minutes of all lessons together."""
        return sum(lesson.minutes for lesson in self.lessons())
