"""申请更正: a volunteer says that a record of hers is wrong, the recording unit decides."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.core import audit_log, clock
from lms.core.errors import Conflict, Invalid
from lms.extensions import db
from lms.service_records.commands import correct_record, lock
from lms.service_records.models import (
    Correction,
    CorrectionRequest,
    RecordState,
    RequestState,
    ServiceRecord,
)

ALREADY = "这条记录您已经申请过更正，请等记录单位答复。"


def ask(record: ServiceRecord, *, wanted: int | None, words: str) -> CorrectionRequest:
    """Write her request; one at a time for each record. Raises Conflict."""
    lock([record.person_id])
    db.session.refresh(record)
    if record.state != RecordState.CONFIRMED:
        raise Conflict("这次服务的时长还在等确认。有不对的地方，请先告诉活动负责人。")
    request = CorrectionRequest(
        record_id=record.id, person_id=record.person_id, unit_id=record.unit_id, wanted_quarters=wanted, words=words,
        created_at=clock.now(), state=RequestState.OPEN,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(request)
    except IntegrityError:
        raise Conflict(ALREADY) from None
    audit_log.record(record.person_id, "correction.requested", "service_record", record.id)
    return request


def accept(request: CorrectionRequest, quarters: int, *, answer: str, actor_id: int | None) -> None:
    """Say that she is right: other hours, or the same when the activity itself has been corrected since."""
    _take(request)
    if quarters != request.record.quarters:
        correct_record(request.record, quarters, reason=answer, actor_id=actor_id)
    elif not _activity_corrected(request):
        raise Invalid(
            "时长和现在一样。要是活动的时间、地点这些写错了，请先更正活动，再回来答复；没有错就选“不更正”。"
        )
    _decide(request, RequestState.ACCEPTED, answer, actor_id)


def refuse(request: CorrectionRequest, *, answer: str, actor_id: int | None) -> None:
    """Say why the record stays as it is."""
    _take(request)
    _decide(request, RequestState.REFUSED, answer, actor_id)


def _take(request: CorrectionRequest) -> None:
    lock([request.person_id])
    db.session.refresh(request, with_for_update=True)
    if request.state != RequestState.OPEN:
        raise Conflict("这份申请已经答复过了。")


def _activity_corrected(request: CorrectionRequest) -> bool:
    made = select(Correction.id).where(
        Correction.activity_id == request.record.activity_id,
        Correction.record_id.is_(None),
        Correction.at >= request.created_at,
    )
    return db.session.scalar(made.limit(1)) is not None


def _decide(request: CorrectionRequest, state: RequestState, answer: str, actor_id: int | None) -> None:
    request.state, request.answer = state, answer
    request.decided_at, request.decided_by_id = clock.now(), actor_id
    audit_log.record(
        actor_id, "correction.decided", "service_record", request.record_id, {"decision": str(state)}
    )
