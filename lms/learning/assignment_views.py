"""The page of an assignment: what to do, what she handed in, what the trainer said."""

import tempfile
from pathlib import Path

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from courses.model import AssignmentBody
from courses.state import Handed
from lms.core.bodies import scratch_folder
from lms.core.doors import signed_in
from lms.core.errors import Conflict, LmsError
from lms.core.uploads import takes_files, typed_before_files
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.learning import access, assignments, work_files

bp = Blueprint("assignments", __name__, template_folder="templates")
MAX_BYTES = work_files.PHOTO_BYTES + work_files.FILE_BYTES


def page(place: access.Place, enrolment: Enrolment, notice: str = "", words: str = "") -> str:
    """Return the page of an assignment."""
    earlier = assignments.of_lesson(enrolment.id, place.lesson.id)
    frame = access.frame(place, enrolment, notice)
    waiting = bool(earlier) and earlier[0].state == Handed.WAITING
    return render_template(
        "learning/assignment.html",
        **frame,
        earlier=earlier,
        asks=enrolment.person_id is not None and not waiting,
        words=words or (earlier[0].words if earlier else ""),
        address=work_files.address,
        reader_id=enrolment.person_id,
        **work_files.CHOICE,
    )


def _place() -> tuple[access.Place, Enrolment]:
    values = request.view_args or {}
    place = access.place(values["slug"], values["number"])
    if place.enrolment is None:
        raise Conflict("请先打开这一课，再交作业。")
    access.require_open(place, place.enrolment)
    return place, place.enrolment


def _too_large() -> tuple[str, int]:
    place, enrolment = _place()
    body = place.lesson.body
    asked = body.evidence if isinstance(body, AssignmentBody) else ()
    return page(place, enrolment, work_files.too_large(asked), typed_before_files("words")), 413


@bp.post("/c/<slug>/<int:number>/work")
@signed_in
@takes_files(MAX_BYTES, too_large=_too_large)
def hand_in(slug: str, number: int) -> Answer | tuple[str, int]:
    """Take words, a photograph, a file."""
    place, enrolment = _place()
    words = request.form.get("words", "")
    with tempfile.TemporaryDirectory(prefix="work-", dir=scratch_folder()) as folder:
        photo, file = _brought(Path(folder), "photo"), _brought(Path(folder), "file")
        try:
            assignments.hand_in(enrolment, place.lesson, words, photo.path if photo else None, file)
        except LmsError as error:
            db.session.rollback()
            return page(place, enrolment, error.message, words), error.status
    db.session.commit()
    flash(_("作业交上去了，老师看过会在这里答复您。"), "ok")
    return redirect(url_for("learning.lesson", slug=slug, number=number))


def _brought(folder: Path, field: str) -> work_files.Brought | None:
    """Return the file of a field, written where it can be looked at; None when she chose none."""
    sent = request.files.get(field)
    if sent is None or not sent.filename:
        return None
    sent.save(folder / field)
    return work_files.Brought(folder / field, sent.filename)
