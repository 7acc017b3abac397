"""Reading enrolments."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.enrolment.models import Enrolment
from lms.extensions import db


def of_person(person_id: int) -> Sequence[Enrolment]:
    """Return her enrolments with course and version, newest first."""
    return db.session.scalars(
        select(Enrolment)
        .where(Enrolment.person_id == person_id)
        .options(joinedload(Enrolment.course), joinedload(Enrolment.version))
        .order_by(Enrolment.id.desc())
    ).all()
