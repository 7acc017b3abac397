"""What staff may give one person on one paper: more tries, more time, an attempt opened again. Always with a reason."""

from datetime import timedelta
from math import ceil

from sqlalchemy import select

from courses.model import QuizBody
from lms.assessment import event_log, papers
from lms.assessment.models import Allowance, Attempt, EventKind
from lms.core import audit_log, clock
from lms.core.database import begin_write
from lms.core.errors import Conflict, Invalid
from lms.enrolment.models import Enrolment
from lms.extensions import db

MOST_TRIES, MOST_MINUTES, MOST_REASON = 20, 600, 500


def number_of(text: str, what: str, most: int) -> int:
    """Return a typed whole number, 0 for nothing; raises Invalid."""
    text = text.strip()
    if not text:
        return 0
    if not text.isascii() or not text.isdigit() or len(text) > 6 or int(text) > most:
        raise Invalid(f"{what}请写 0 到 {most} 之间的整数。")
    return int(text)


def minutes_of(text: str, paper: QuizBody) -> int:
    """Return typed minutes, or a typed percentage of the paper's time (50%) as minutes; raises Invalid."""
    text = text.strip().replace("％", "%").removeprefix("+")
    if text.endswith("%"):
        return ceil(paper.limit_minutes * number_of(text[:-1], "加的时间", 500) / 100)
    return number_of(text, "加的时间", MOST_MINUTES)


def give(
    enrolment: Enrolment, lesson_id: str, *, tries: int, minutes: int, reason: str, actor_id: int
) -> Allowance:
    """Add tries or minutes; an attempt that is open now gets the minutes at once."""
    reason = _reason(reason)
    if tries + minutes < 1:
        raise Invalid("请写加几次，或加多少分钟。")
    paper = papers.paper_in(enrolment.version.content, lesson_id)
    if minutes and (paper is None or not paper.limit_minutes):
        raise Invalid("这份卷子不限时间，不用加时间。")
    begin_write(db.session, f"enrolment:{enrolment.id}")
    row = Allowance(
        enrolment_id=enrolment.id, lesson_id=lesson_id, tries=tries, minutes=minutes, reason=reason,
        actor_id=actor_id, at=clock.now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()  # the trail names its id
    told = {"tries": tries, "minutes": minutes, "reason": reason}
    audit_log.record(actor_id, "attempt.allowed", "enrolment", enrolment.id, told | {"paper": lesson_id})
    if minutes:
        _extend_open(enrolment.id, lesson_id, minutes, told, actor_id)
    return row


def _extend_open(
    enrolment_id: int, lesson_id: str, minutes: int, told: dict[str, object], actor_id: int
) -> None:
    attempt = db.session.scalar(
        select(Attempt)
        .where(
            Attempt.enrolment_id == enrolment_id,
            Attempt.lesson_id == lesson_id,
            Attempt.submitted_at.is_(None),
        )
        .with_for_update()
    )
    if attempt is None or attempt.due_at is None:
        return
    attempt.due_at = max(attempt.due_at, clock.now()) + timedelta(minutes=minutes)
    event_log.note(attempt.id, EventKind.EXTENDED, actor_id=actor_id, detail=told)


def reopen(attempt: Attempt, *, minutes: int, reason: str, actor_id: int) -> None:
    """Open a handed-in attempt again with its answers; the score before stays in the log, finished stays finished."""
    reason = _reason(reason)
    begin_write(db.session, f"enrolment:{attempt.enrolment_id}")
    db.session.refresh(attempt, with_for_update={"of": Attempt})
    if attempt.submitted_at is None:
        raise Conflict("这份卷子还开着，她可以接着答。")
    other = select(Attempt.id).where(
        Attempt.enrolment_id == attempt.enrolment_id,
        Attempt.lesson_id == attempt.lesson_id,
        Attempt.submitted_at.is_(None),
    )
    if db.session.scalar(other) is not None:
        raise Conflict("她正开着另一份答卷，请等她交了再打开这一份。")
    limited = papers.paper_of(attempt).limit_minutes > 0
    if limited and not minutes:
        raise Invalid("这份卷子限时，请写再给多少分钟。")
    told = {
        "reason": reason, "minutes": minutes, "percent": attempt.percent, "points": str(attempt.points),
        "passed": bool(attempt.passed), "submitted_at": attempt.submitted_at.isoformat(),
    }  # fmt: skip
    attempt.submitted_at = attempt.percent = attempt.points = attempt.out_of = attempt.passed = None
    attempt.awaiting = 0
    attempt.due_at = clock.now() + timedelta(minutes=minutes) if limited else None
    event_log.note(attempt.id, EventKind.REOPENED, actor_id=actor_id, detail=told)
    audit_log.record(actor_id, "attempt.reopened", "attempt", attempt.id, told)


def _reason(text: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid("请写原因，比如“手机坏了没答完”。")
    if len(text) > MOST_REASON:
        raise Invalid(f"原因最多 {MOST_REASON} 个字。")
    return text
