"""Learning: open a lesson, read, finish a lesson, finish the course."""

from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite

from courses import completion, coverage, grading
from courses.completion import How
from courses.model import Lesson, Played, PreTest, TextBody
from lms.assessment.models import Attempt
from lms.catalogue.queries import durations
from lms.core import clock
from lms.core.database import begin_write
from lms.core.errors import Conflict, Invalid
from lms.core.events import publish
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.learning import hours, queries
from lms.learning.events import CourseCompleted
from lms.learning.models import Completion, LessonCompletion, LessonProgress, Visit

Insert = Any


def insert(model: type[Any]) -> Insert:
    """Return an INSERT that knows ON CONFLICT, for the database in use."""
    return (sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert)(model)


def table(model: type[Any]) -> Table:
    """Return the table of a row class, for statements that go round the ORM."""
    found: Table = model.__table__
    return found


def open_lesson(enrolment: Enrolment, lesson: Lesson, *, asset_id: int | None, device: str) -> Visit:
    """Note that she opened a lesson; the visit's token stands in the player."""
    now = clock.now()
    visit = Visit(
        enrolment_id=enrolment.id, lesson_id=lesson.id, asset_id=asset_id, started_at=now, device=device[:200]
    )
    db.session.add(visit)
    progress_row(enrolment.id, lesson.id)
    return visit


def progress_row(enrolment_id: int, lesson_id: str) -> LessonProgress:
    """Return the progress row, made when it is not there, locked for this transaction."""
    begin_write(db.session, f"enrolment:{enrolment_id}")
    now = clock.now()
    empty = {
        "enrolment_id": enrolment_id, "lesson_id": lesson_id, "stretches": [], "watched_seconds": 0.0,
        "position": 0.0, "opened_at": now, "read_seconds": 0.0, "reached_end": False, "pages": {},
        "checks_right": False, "updated_at": now,
    }  # fmt: skip
    db.session.execute(insert(LessonProgress).values(**empty).on_conflict_do_nothing())
    return db.session.scalars(
        select(LessonProgress)
        .where(LessonProgress.enrolment_id == enrolment_id, LessonProgress.lesson_id == lesson_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def finish_reading(enrolment: Enrolment, lesson: Lesson) -> None:
    """She says she read it: done when the minimum time has passed; raises Conflict with the seconds left."""
    body = lesson.body
    if not isinstance(body, TextBody):
        raise Invalid("这一课不是文字课。")
    row = progress_row(enrolment.id, lesson.id)
    row.read_seconds = (clock.now() - row.opened_at).total_seconds()
    row.updated_at = clock.now()
    reached_end(enrolment, lesson, row, body.min_seconds)


def reached_end(enrolment: Enrolment, lesson: Lesson, row: LessonProgress, min_seconds: int) -> None:
    """She came to the end: done when she stayed long enough; raises Conflict with the seconds left."""
    left = min_seconds - row.read_seconds
    if left > 0:
        raise Conflict(f"再读 {max(1, round(left))} 秒就够了，慢慢看，不着急。")
    row.reached_end = True
    check_lesson(enrolment, lesson)


def open_page(enrolment: Enrolment, lesson: Lesson, number: int) -> None:
    """Start the clock of one page of the text version; earlier pages must be read first."""
    row = progress_row(enrolment.id, lesson.id)
    for earlier in range(1, number):
        if not row.pages.get(str(earlier), {}).get("read"):
            raise Conflict(f"请先读完第 {earlier} 页，再看这一页。")
    if str(number) not in row.pages:
        row.pages = {**row.pages, str(number): {"opened": clock.now().isoformat(), "read": False}}


def finish_page(enrolment: Enrolment, lesson: Lesson, number: int) -> None:
    """Mark a page of the text version read; raises Conflict before its minimum time by the server's clock."""
    body = lesson.body
    if not isinstance(body, Played) or not 1 <= number <= len(body.pages):
        raise Invalid("没有这一页。")
    row = progress_row(enrolment.id, lesson.id)
    page = row.pages.get(str(number))
    if page is None:
        raise Conflict("请先打开这一页。")
    stayed = (clock.now() - clock.parse(page["opened"])).total_seconds()
    if not page["read"] and stayed < body.pages[number - 1].min_seconds:
        left = max(1, round(body.pages[number - 1].min_seconds - stayed))
        raise Conflict(f"再读 {left} 秒就能翻页，慢慢看，不着急。")
    row.pages = {**row.pages, str(number): {**page, "read": True, "seconds": round(stayed, 1)}}


def answer_checks(enrolment: Enrolment, lesson: Lesson, answers: dict[str, list[object]]) -> list[str]:
    """Grade the check questions of a text version; returns the ids answered wrongly, [] when all are right."""
    body = lesson.body
    if not isinstance(body, Played) or not body.checks:
        raise Invalid("这一课没有检查题。")
    row = progress_row(enrolment.id, lesson.id)
    if sum(1 for page in row.pages.values() if page.get("read")) < len(body.pages):
        raise Conflict("请先读完前面的几页，再答检查题。")
    missed = [one.item_id for one in grading.grade(body.checks, answers).items if not one.correct]
    if not missed:
        row.checks_right = True
        check_lesson(enrolment, lesson)
    return missed


def check_lesson(enrolment: Enrolment, lesson: Lesson) -> bool:
    """Record the lesson as finished when its rule is met; then the course, when all are. Returns whether done."""
    begin_write(
        db.session, f"enrolment:{enrolment.id}"
    )  # two last lessons at once: the second sees the first
    state = queries.states(enrolment)[lesson.id]
    how = completion.lesson_done(lesson, state)
    if how is None:
        return False
    if not state.done:
        _record_lesson(enrolment, lesson, how, state)
        check_course(enrolment)
    return True


def is_done(enrolment_id: int, lesson_id: str) -> bool:
    """Say whether a lesson is recorded as finished."""
    return db.session.get(LessonCompletion, (enrolment_id, lesson_id)) is not None


def finish_lesson(enrolment: Enrolment, lesson: Lesson, how: How, evidence: dict[str, Any]) -> None:
    """Record a lesson as finished because a person decided so; then the course, when all are."""
    row = insert(LessonCompletion).values(
        enrolment_id=enrolment.id, lesson_id=lesson.id, how=how, at=clock.now(), evidence=evidence
    )
    db.session.execute(row.on_conflict_do_nothing())
    check_course(enrolment)


def _record_lesson(enrolment: Enrolment, lesson: Lesson, how: How, state: completion.LessonState) -> None:
    evidence = {
        "watched_share": round(coverage.share(state.stretches, state.duration), 4),
        "read_seconds": round(state.read_seconds, 1),
        "best_percent": state.best_percent,
    }
    row = insert(LessonCompletion).values(
        enrolment_id=enrolment.id, lesson_id=lesson.id, how=how, at=clock.now(), evidence=evidence
    )
    db.session.execute(row.on_conflict_do_nothing())


def record_tested_out(enrolment: Enrolment) -> None:
    """Record each lesson that a passed pre-test stands for, with the go behind it; recorded stays recorded."""
    test = enrolment.version.content.test_out
    if test is None:
        return
    states = queries.states(enrolment)
    told = completion.explain(enrolment.version.content, states).lessons
    spared = [one.lesson_id for one in told if one.how == How.TESTED_OUT and not states[one.lesson_id].done]
    passed = _go_at_test(enrolment.id, test) if spared else None
    if passed is None:
        return
    evidence = {
        "paper": test.lesson, "attempt": passed.id, "try": passed.number, "percent": passed.percent,
        "needed": test.percent,
    }  # fmt: skip
    for lesson_id in spared:
        row = insert(LessonCompletion).values(
            enrolment_id=enrolment.id, lesson_id=lesson_id, how=How.TESTED_OUT, at=clock.now(), evidence=evidence
        )  # fmt: skip
        db.session.execute(row.on_conflict_do_nothing())


def _go_at_test(enrolment_id: int, test: PreTest) -> Attempt | None:
    """Return her first attempt at the pre-test that reached what it asks for."""
    return db.session.scalar(
        select(Attempt)
        .where(
            Attempt.enrolment_id == enrolment_id,
            Attempt.lesson_id == test.lesson,
            Attempt.submitted_at.is_not(None),
            Attempt.percent >= test.percent,
        )
        .order_by(Attempt.number)
        .limit(1)
    )


def check_course(enrolment: Enrolment) -> None:
    """Record the course as finished when all its lessons are, once, and tell the hearers."""
    record_tested_out(enrolment)
    if enrolment.person_id is None or enrolment.person is None or queries.completion_of(enrolment.id):
        return
    content = enrolment.version.content
    if not completion.course_done(content, queries.states(enrolment)):
        return
    done = _record_course(enrolment)
    publish(
        CourseCompleted(
            completion_id=done.id,
            person_id=done.person_id,
            person_name=enrolment.person.name,
            course_id=done.course_id,
            course_title=content.title,
            version_number=enrolment.version.number,
            lessons=len(content.lessons()),
            seconds=done.seconds,
            hours=done.hours,
            hours_rule=done.hours_rule,
            unit_id=done.unit_id,
            issuer_unit_id=enrolment.course.unit_id,
            at=done.at,
        )
    )


def _record_course(enrolment: Enrolment) -> Completion:
    now = clock.now()
    rule = hours.rule_on(now.date())
    seconds = hours.seconds_of(enrolment.version.content, durations(enrolment.version_id), rule)
    done = Completion(
        enrolment_id=enrolment.id,
        person_id=enrolment.person_id,
        course_id=enrolment.course_id,
        version_id=enrolment.version_id,
        unit_id=enrolment.unit_id,
        at=now,
        seconds=seconds,
        hours=hours.hours(seconds, rule),
        hours_rule=rule.name,
    )
    db.session.add(done)
    db.session.flush()  # the certificate names its id
    return done
