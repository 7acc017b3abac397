"""Putting a session right afterwards: call it off, take an attendance back, give it again. Nothing is overwritten."""

from lms.classes.commands import lock
from lms.classes.events import Attended
from lms.classes.models import Attendance, AttendanceChange, Cancellation, ClassSession
from lms.core import audit_log, clock
from lms.core.errors import Conflict, Invalid
from lms.core.events import publish
from lms.extensions import db

REASON_LENGTH = 200
MISSING = "请写明原因，学员和以后查的人都看得到。"
NO_PURPOSE = "请写一句用途，比如“核对到场”。会留下记录。"


def reason_of(typed: str, missing: str = MISSING) -> str:
    """Return a reason fit to be kept and shown; raises Invalid."""
    words = " ".join(typed.replace("\0", "").split())
    if len(words) < 2:
        raise Invalid(missing)
    if len(words) > REASON_LENGTH:
        raise Invalid(f"最多写 {REASON_LENGTH} 个字，现在有 {len(words)} 个。")
    return words


def cancel(session: ClassSession, reason: str, *, actor_id: int) -> None:
    """Call a session off; sign-ups and attendance stay on record. Raises Conflict once it is over or called off."""
    lock(session)
    db.session.refresh(session)
    if session.cancellation is not None:
        raise Conflict("这场课已经取消了，不用再取消。")
    if clock.now() >= session.ends_at:
        raise Conflict("这场课已经结束，不能再取消。记错了到场，请在名单上更正。")
    db.session.add(Cancellation(session_id=session.id, reason=reason, at=clock.now(), by_id=actor_id))
    audit_log.record(actor_id, "class.cancelled", "class", session.id, {"reason": reason})


def take_back(attendance: Attendance, reason: str, *, actor_id: int) -> None:
    """Say that she was not there after all; the record and a course she finished stay. Raises Conflict."""
    _change(attendance, reason, counts=False, actor_id=actor_id)


def give_again(attendance: Attendance, reason: str, *, actor_id: int) -> None:
    """Say that she was there after all. Raises Conflict when it counts already."""
    _change(attendance, reason, counts=True, actor_id=actor_id)
    db.session.flush()  # the hearers read it
    of = attendance.session
    publish(Attended(of.id, attendance.person_id, of.course_id, of.lesson_id))


def _change(attendance: Attendance, reason: str, *, counts: bool, actor_id: int) -> None:
    lock(attendance.session)
    db.session.refresh(attendance)
    if attendance.counts == counts:
        raise Conflict("已经是这样记的了，没有再改。请刷新页面看看。")
    attendance.changes.append(AttendanceChange(counts=counts, reason=reason, at=clock.now(), by_id=actor_id))
    action = "attendance.restored" if counts else "attendance.withdrawn"
    detail = {"session": attendance.session_id, "reason": reason}
    audit_log.record(actor_id, action, "person", attendance.person_id, detail)
