"""The page of an assignment: what to do, what she handed in, what the trainer said."""

import tempfile
from pathlib import Path

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from courses.state import Handed
from lms.core.doors import signed_in
from lms.core.errors import Conflict, LmsError
from lms.core.uploads import takes_files
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.learning import access, assignments

bp = Blueprint("assignments", __name__, template_folder="templates")
MAX_BYTES = 10_000_000


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
        picture=assignments.picture_address,
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
    return page(place, enrolment, "照片超过 10 MB。请压缩一下，或换一张小的。"), 413


@bp.post("/c/<slug>/<int:number>/work")
@signed_in
@takes_files(MAX_BYTES, too_large=_too_large)
def hand_in(slug: str, number: int) -> Answer | tuple[str, int]:
    """Take words and a photograph."""
    place, enrolment = _place()
    words, photo = request.form.get("words", ""), request.files.get("photo")
    base: Path = current_app.extensions["lms_settings"].data / "tmp"
    base.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="work-", dir=base) as folder:
        path = Path(folder) / "photo" if photo and photo.filename else None
        if photo and path:
            photo.save(path)
        try:
            assignments.hand_in(enrolment, place.lesson, words, path)
        except LmsError as error:
            db.session.rollback()
            return page(place, enrolment, error.message, words), error.status
    db.session.commit()
    flash(_("作业交上去了，老师看过会在这里答复您。"), "ok")
    return redirect(url_for("learning.lesson", slug=slug, number=number))
