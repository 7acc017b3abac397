"""Everything that shows how far one volunteer is, course by course; courses.completion alone judges."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from courses.completion import Explanation, LessonExplanation, LessonState
from courses.items import Item, leaves
from courses.model import Lesson, LessonKind, Played, QuizBody
from lms.accounts.models import SignIn
from lms.assessment.models import Attempt, Response
from lms.assessment.words import answer_in_words
from lms.certificates.models import Certificate
from lms.core import clock
from lms.enrolment.models import Enrolment
from lms.enrolment.queries import of_person
from lms.extensions import db
from lms.federations.models import Membership, Unit
from lms.learning import queries as learning
from lms.learning.models import Completion, LessonCompletion, LessonProgress, Visit

MOST_VISITS = 300
SIGN_INS = 5
Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One question of a handed-in paper: what she chose and whether it was right."""

    stem: str
    chosen: tuple[str, ...]
    correct: bool


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """One go at a paper."""

    number: int
    started_at: datetime
    submitted_at: datetime | None
    percent: int | None
    passed: bool
    items: tuple[ItemResult, ...]


@dataclass(frozen=True, slots=True)
class PageSeen:
    """One page of a document: when it was first opened, how long she looked, whether only at its words."""

    n: int
    opened_at: datetime
    seconds: float
    as_text: bool


@dataclass(frozen=True, slots=True)
class LessonEvidence:
    """One lesson: the rules with their sentences, what stands behind them, how and when it was finished."""

    number: int
    lesson: Lesson
    explanation: LessonExplanation
    state: LessonState
    done_at: datetime | None
    visits: Sequence[Visit]
    attempts: Sequence[AttemptResult]
    pages: Sequence[PageSeen] = ()

    @property
    def is_played(self) -> bool:
        """Whether there is a strip of what was played to show."""
        return isinstance(self.lesson.body, Played) and self.state.duration > 0

    @property
    def is_sound(self) -> bool:
        """Whether it is a recording."""
        return self.lesson.kind == LessonKind.AUDIO


@dataclass(frozen=True, slots=True)
class CourseEvidence:
    """One course of hers."""

    enrolment: Enrolment
    explanation: Explanation
    completion: Completion | None
    lessons: Sequence[LessonEvidence]
    certificate: Certificate | None


@dataclass(frozen=True, slots=True)
class _Facts:
    """The rows behind all her courses, fetched once."""

    visits: Mapping[Key, Sequence[Visit]]
    attempts: Mapping[Key, Sequence[Attempt]]
    done_at: Mapping[Key, datetime]
    pages: Mapping[Key, Sequence[PageSeen]]
    completions: Mapping[int, Completion]
    certificates: Mapping[int, Certificate]


def of_volunteer(person_id: int) -> list[CourseEvidence]:
    """Return the evidence of every course she began, newest first."""
    enrolments = of_person(person_id)
    facts = _facts(person_id, [one.id for one in enrolments])
    return [_course(one, facts) for one in enrolments]


def _facts(person_id: int, ids: Sequence[int]) -> _Facts:
    return _Facts(
        visits=_visits(ids),
        attempts=_attempts(ids),
        done_at=_done_at(ids),
        pages=_pages(ids),
        completions=learning.completions_of(person_id),
        certificates={
            row.completion_id: row
            for row in db.session.scalars(select(Certificate).where(Certificate.person_id == person_id))
            if row.completion_id
        },
    )


def _visits(ids: Sequence[int]) -> Mapping[Key, Sequence[Visit]]:
    found: dict[Key, list[Visit]] = defaultdict(list)
    query = select(Visit).where(Visit.enrolment_id.in_(ids)).order_by(Visit.id.desc()).limit(MOST_VISITS)
    for visit in db.session.scalars(query):
        found[visit.enrolment_id, visit.lesson_id].append(visit)
    return found


def _attempts(ids: Sequence[int]) -> Mapping[Key, Sequence[Attempt]]:
    found: dict[Key, list[Attempt]] = defaultdict(list)
    query = (
        select(Attempt)
        .where(Attempt.enrolment_id.in_(ids))
        .options(selectinload(Attempt.responses))
        .order_by(Attempt.number)
    )
    for attempt in db.session.scalars(query):
        found[attempt.enrolment_id, attempt.lesson_id].append(attempt)
    return found


def _done_at(ids: Sequence[int]) -> Mapping[Key, datetime]:
    rows = db.session.execute(
        select(LessonCompletion.enrolment_id, LessonCompletion.lesson_id, LessonCompletion.at).where(
            LessonCompletion.enrolment_id.in_(ids)
        )
    )
    return {(row.enrolment_id, row.lesson_id): row.at for row in rows}


def _pages(ids: Sequence[int]) -> Mapping[Key, Sequence[PageSeen]]:
    rows = db.session.execute(
        select(LessonProgress.enrolment_id, LessonProgress.lesson_id, LessonProgress.pages).where(
            LessonProgress.enrolment_id.in_(ids)
        )
    )
    return {(row.enrolment_id, row.lesson_id): _seen(row.pages) for row in rows}


def _seen(pages: Mapping[str, Mapping[str, Any]]) -> Sequence[PageSeen]:
    """Return the pages of a document (`text` stands in them; pages of text versions have none), in order."""
    return [
        PageSeen(int(n), clock.parse(page["opened"]), page["seconds"], page["text"])
        for n, page in sorted(pages.items(), key=lambda pair: int(pair[0]))
        if "text" in page
    ]


def _course(enrolment: Enrolment, facts: _Facts) -> CourseEvidence:
    states, explanation = learning.states(enrolment), learning.explain(enrolment)
    done = facts.completions.get(enrolment.course_id)
    lessons = [
        _lesson(number, lesson, why, states[lesson.id], enrolment.id, facts)
        for number, (lesson, why) in enumerate(
            zip(enrolment.version.content.lessons(), explanation.lessons, strict=True), 1
        )
    ]
    paper = facts.certificates.get(done.id) if done else None
    return CourseEvidence(enrolment, explanation, done, lessons, paper)


def _lesson(
    number: int, lesson: Lesson, why: LessonExplanation, state: LessonState, enrolment_id: int, facts: _Facts
) -> LessonEvidence:
    key = (enrolment_id, lesson.id)
    return LessonEvidence(
        number=number,
        lesson=lesson,
        explanation=why,
        state=state,
        done_at=facts.done_at.get(key),
        visits=facts.visits.get(key, ()),
        attempts=[_attempt(one, lesson) for one in facts.attempts.get(key, ())],
        pages=facts.pages.get(key, ()),
    )


def _attempt(attempt: Attempt, lesson: Lesson) -> AttemptResult:
    body = lesson.body
    known = {leaf.item.id: leaf.item for leaf in leaves(body.items)} if isinstance(body, QuizBody) else {}
    given = {row.item_id: row for row in attempt.responses}
    items = [_item(known[one], given.get(one)) for one in attempt.item_ids if one in known]
    return AttemptResult(
        attempt.number, attempt.started_at, attempt.submitted_at, attempt.percent, bool(attempt.passed), tuple(items)
    )  # fmt: skip


def _item(item: Item, given: Response | None) -> ItemResult:
    chosen = answer_in_words(item, given.response) if given else ()
    return ItemResult(item.stem, chosen, bool(given and given.correct))


def sign_ins(person_id: int) -> Sequence[SignIn]:
    """Return her latest sign-ins that still stand."""
    return db.session.scalars(
        select(SignIn).where(SignIn.person_id == person_id).order_by(SignIn.id.desc()).limit(SIGN_INS)
    ).all()


def memberships(person_id: int, within: Any) -> list[tuple[str, datetime, datetime | None]]:
    """Return (unit, since, until) of her places inside a select of unit ids, the open ones first."""
    rows = db.session.execute(
        select(Unit.name, Membership.since, Membership.until)
        .join(Unit, Unit.id == Membership.unit_id)
        .where(Membership.person_id == person_id, Membership.unit_id.in_(within))
        .order_by(Membership.until.is_not(None), Membership.is_home.desc(), Membership.id)
    )
    return [(row.name, row.since, row.until) for row in rows]
