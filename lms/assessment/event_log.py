"""The log of an attempt: begun, saved, handed in, reopened, marked, regraded; by device and time."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from lms.assessment.models import AttemptEvent, EventKind
from lms.core import clock
from lms.extensions import db

DEVICE_LENGTH = 200


def _count_statement(insert: Any) -> Any:
    row = insert(AttemptEvent.__table__)
    return row.on_conflict_do_update(
        index_elements=["attempt_id", "kind", "device", "at"],
        set_={"times": AttemptEvent.__table__.c.times + row.excluded.times},
    )


_COUNT = {"sqlite": _count_statement(sqlite.insert), "postgresql": _count_statement(postgresql.insert)}


def note(
    attempt_id: int,
    kind: EventKind,
    *,
    device: str = "",
    actor_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Append one line, in the transaction of what it tells of."""
    _write(attempt_id, kind, device, clock.now(), 1, actor_id, detail or {})


def note_saved(attempt_id: int, count: int, device: str) -> None:
    """Count saved answers in the line of this minute and device."""
    minute = clock.now().replace(second=0, microsecond=0)
    _write(attempt_id, EventKind.SAVED, device, minute, count, None, {})


def _write(
    attempt_id: int, kind: str, device: str, at: Any, times: int, actor_id: int | None, detail: Any
) -> None:
    connection = db.session.connection()
    values = {
        "attempt_id": attempt_id, "kind": kind, "device": device[:DEVICE_LENGTH], "at": at, "times": times,
        "actor_id": actor_id, "detail": dict(detail),
    }  # fmt: skip
    connection.execute(_COUNT[connection.dialect.name], values)


def of_attempts(attempt_ids: Sequence[int]) -> Mapping[int, Sequence[AttemptEvent]]:
    """Return attempt id → its lines in the order of time."""
    found: dict[int, list[AttemptEvent]] = {one: [] for one in attempt_ids}
    query = select(AttemptEvent).where(AttemptEvent.attempt_id.in_(attempt_ids))
    for row in db.session.scalars(query.order_by(AttemptEvent.at, AttemptEvent.id)):
        found[row.attempt_id].append(row)
    return found
