"""What a course is: frozen dataclasses, to and from JSON (the course document)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from courses.bodies import (
    KINDS,
    Asks,
    AssignmentBody,
    AudioBody,
    Body,
    ClassroomBody,
    DocumentBody,
    Draw,
    EvidenceKind,
    LessonKind,
    Played,
    Question,
    QuizBody,
    SurveyBody,
    TextBody,
    TextPage,
    VideoBody,
)
from courses.items import Item, leaves

__all__ = [
    "DOCUMENT_VERSION",
    "KINDS",
    "Asked",
    "Asks",
    "AssignmentBody",
    "AudioBody",
    "Body",
    "Category",
    "ClassroomBody",
    "Course",
    "DocumentBody",
    "Draw",
    "EvidenceKind",
    "Lesson",
    "LessonKind",
    "LocalField",
    "Module",
    "Played",
    "PreTest",
    "Question",
    "QuizBody",
    "Review",
    "Rule",
    "SurveyBody",
    "TextBody",
    "TextPage",
    "Tier",
    "Validity",
    "VideoBody",
]
DOCUMENT_VERSION = 2


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


@dataclass(frozen=True, slots=True)
class Module:
    """A group of lessons."""

    id: str
    title: str
    lessons: tuple[Lesson, ...]


class Asked(StrEnum):
    """What a completion rule of a course counts."""

    ALL = "all"
    ANY = "any"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class Rule:
    """One completion rule: all of, `count` of, or `hours` 学时 of some lessons (none named: of the whole course)."""

    asks: Asked
    lessons: tuple[str, ...] = ()
    count: int = 0
    hours: float = 0


@dataclass(frozen=True, slots=True)
class Validity:
    """How long a completion holds, and what to do then: words for her, and the course that renews it."""

    months: int
    refresher: str = ""
    refresher_course: str = ""


@dataclass(frozen=True, slots=True)
class PreTest:
    """A pre-test that, passed with `percent`, stands for the lessons it names."""

    lesson: str
    percent: int
    covers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LocalField:
    """Something a unit fills in; the text refers to it as {{local:id}}."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Watching:
    """How its videos are played: in order only; a pause with a button every so many minutes (0: never); one player."""

    no_skip_ahead: bool = False
    presence_minutes: int = 0
    one_player: bool = True


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
    subcategory: str = ""
    issuer: str = ""
    can_do: str = ""
    handout: str = ""
    cover: str = ""
    cover_alt: str = ""
    local: tuple[LocalField, ...] = ()
    rules: tuple[Rule, ...] = ()
    test_out: PreTest | None = None
    validity: Validity | None = None
    watching: Watching = Watching()

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
        """Yield every item of every paper and check; a case gives its parts."""
        yield from (leaf.item for leaf in leaves(self.papers()))

    def papers(self) -> Iterator[Item]:
        """Yield every item as papers and checks hold it: a case whole."""
        for lesson in self.lessons():
            if isinstance(lesson.body, QuizBody):
                yield from lesson.body.items
            elif isinstance(lesson.body, VideoBody | AudioBody):
                yield from lesson.body.checks

    @property
    def minutes(self) -> int:
        """Minutes of all lessons together."""
        return sum(lesson.minutes for lesson in self.lessons())
