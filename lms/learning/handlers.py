"""What learning hears: media fetched, papers graded, visitors recognised."""

from typing import Any

from sqlalchemy import select, update

from courses import coverage
from lms.accounts.events import VisitorRecognised
from lms.accounts.models import Person
from lms.assessment.events import AttemptGraded
from lms.assets.events import MediaFetched
from lms.catalogue.models import Course
from lms.classes.events import Attended
from lms.core import clock
from lms.core.database import begin_write
from lms.enrolment.commands import Learner, enrol, of_visitor
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.federations.queries import home_unit_id
from lms.learning.commands import check_course, check_lesson
from lms.learning.models import LessonCompletion, LessonProgress, Visit, WatchClock
from lms.learning.paging import Pages


def note_fetch(event: MediaFetched) -> None:
    """Start the clock of a visit at its first real fetch of the media."""
    db.session.execute(
        update(Visit)
        .where(Visit.token == event.visit, Visit.asset_id == event.asset_id, Visit.fetched_at.is_(None))
        .values(fetched_at=clock.now())
    )


def finish_paper(event: AttemptGraded) -> None:
    """A passed paper finishes its lesson; a pre-test may finish others, whether it counts as passed or not."""
    enrolment = db.session.get_one(Enrolment, event.enrolment_id)
    content = enrolment.version.content
    if event.passed:
        check_lesson(enrolment, content.lesson(event.lesson_id))
    if content.test_out and content.test_out.lesson == event.lesson_id:
        begin_write(db.session, f"enrolment:{enrolment.id}")
        check_course(enrolment)


def finish_class(event: Attended) -> None:
    """Attendance finishes its lesson; whoever had not begun the course begins it by coming."""
    enrolment = enrol(Learner(event.person_id, None), db.session.get_one(Course, event.course_id))
    lessons = {lesson.id: lesson for lesson in enrolment.version.content.lessons()}
    if event.lesson_id in lessons:  # her version may be older than the lesson
        check_lesson(enrolment, lessons[event.lesson_id])
        check_course(enrolment)  # a lesson that was taken back is recorded already


def take_over(event: VisitorRecognised) -> None:
    """Give a person what she did as a visitor: whole enrolments, or their parts where she already learns."""
    begin_write(db.session, f"person:{event.person_id}", f"visitor:{event.visitor_id}")
    person = db.session.get_one(Person, event.person_id)
    unit_id = home_unit_id(person.id)
    hers = {
        one.course_id: one
        for one in db.session.scalars(select(Enrolment).where(Enrolment.person_id == person.id))
    }
    for begun in of_visitor(event.visitor_id):
        if begun.course_id in hers:
            _merge(begun, hers[begun.course_id])
        else:
            begun.visitor_id, begun.person_id, begun.unit_id = None, person.id, unit_id
            db.session.flush()  # the course is judged as hers
            check_course(begun)
    _take_clock(event)


def _merge(begun: Enrolment, hers: Enrolment) -> None:
    """Move visits and progress; her own records stay, the visitor's enrolment row stays as evidence."""
    if begun.version_id != hers.version_id:
        return
    db.session.execute(update(Visit).where(Visit.enrolment_id == begun.id).values(enrolment_id=hers.id))
    for row in db.session.scalars(select(LessonProgress).where(LessonProgress.enrolment_id == begun.id)):
        _merge_progress(row, hers)
    for done in db.session.scalars(select(LessonCompletion).where(LessonCompletion.enrolment_id == begun.id)):
        if db.session.get(LessonCompletion, (hers.id, done.lesson_id)) is None:
            db.session.add(
                LessonCompletion(
                    enrolment_id=hers.id,
                    lesson_id=done.lesson_id,
                    how=done.how,
                    at=done.at,
                    evidence=done.evidence,
                )
            )
    for lesson in hers.version.content.lessons():
        check_lesson(hers, lesson)


def _merge_progress(row: LessonProgress, hers: Enrolment) -> None:
    mine = db.session.get(LessonProgress, (hers.id, row.lesson_id))
    if mine is None:
        row.enrolment_id = hers.id
        return
    both = coverage.merge(
        tuple((start, end) for start, end in mine.stretches),
        [(start, end) for start, end in row.stretches],
    )
    mine.stretches = [list(stretch) for stretch in both]
    mine.watched_seconds = coverage.covered(both)
    mine.read_seconds = max(mine.read_seconds, row.read_seconds)
    mine.reached_end = mine.reached_end or row.reached_end
    mine.checks_right = mine.checks_right or row.checks_right
    mine.pages = _merge_pages(mine.pages, row.pages)


def _merge_pages(mine: Pages, visitors: Pages) -> Pages:
    """Join what both know of each page; what the visitor looked at last is open no more."""
    pages = dict(mine)
    for n, page in visitors.items():
        theirs = {name: value for name, value in page.items() if name != "at"}
        pages[n] = _merge_page(pages[n], theirs) if n in pages else theirs
    return pages


def _merge_page(mine: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """Seen by either is seen, as a picture by either is no 文字版; the longer look counts."""
    page = {**theirs, **mine, "read": bool(mine.get("read") or theirs.get("read"))}
    if "seconds" in page:
        page["seconds"] = max(mine.get("seconds", 0.0), theirs.get("seconds", 0.0))
    if "text" in page:
        page["text"] = bool(mine.get("text", True) and theirs.get("text", True))
    return page


def _take_clock(event: VisitorRecognised) -> None:
    """The seconds spent as a visitor stay spent: one clock per person."""
    visitor = db.session.scalar(select(WatchClock).where(WatchClock.visitor_id == event.visitor_id))
    if visitor is None:
        return
    mine = db.session.scalar(select(WatchClock).where(WatchClock.person_id == event.person_id))
    if mine is None:
        visitor.visitor_id, visitor.person_id = None, event.person_id
        return
    both = coverage.merge(
        tuple((start, end) for start, end in mine.spent), [(start, end) for start, end in visitor.spent]
    )
    mine.spent = [list(stretch) for stretch in both]
