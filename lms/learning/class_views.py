"""The page of a classroom lesson: the sessions she may come to, her seat, whether she was there."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from lms.classes import commands, queries
from lms.classes.models import ClassSession
from lms.core import days
from lms.core.doors import signed_in
from lms.core.errors import Missing
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.learning import access

bp = Blueprint("seats", __name__, template_folder="templates")


def page(place: access.Place, enrolment: Enrolment, notice: str = "") -> str:
    """Return the page of a classroom lesson."""
    person_id = enrolment.person_id
    coming = queries.coming(person_id, place.course.id, place.lesson.id) if person_id else ()
    ids = [one.id for one in coming]
    return render_template(
        "learning/classroom.html",
        **access.frame(place, enrolment, notice),
        sessions=coming,
        taken=queries.taken(ids),
        hers=queries.sign_ups_of(person_id, ids) if person_id else {},
        days=days,
    )


@bp.post("/c/<slug>/<int:number>/seat")
@signed_in
def sign_up(slug: str, number: int) -> Answer:
    """Take a seat, or a place in the queue."""
    place, session = _session(slug, number)
    if place.enrolment is not None:
        access.require_open(place, place.enrolment)
    row = commands.sign_up(session, current_user.id)
    db.session.commit()
    if row.seat:
        flash(_("报上名了，您是 %(n)s 号。到时候带手机来，现场扫码签到。", n=row.seat), "ok")
    else:
        flash(_("座位满了，您排在候补里。有人退出，座位就给您，这一页会写出来。"), "note")
    return redirect(url_for("learning.lesson", slug=slug, number=number))


@bp.post("/c/<slug>/<int:number>/seat/return")
@signed_in
def step_back(slug: str, number: int) -> Answer:
    """Give the seat back."""
    _place, session = _session(slug, number)
    commands.step_back(session, current_user.id)
    db.session.commit()
    flash(_("已经取消报名。"), "note")
    return redirect(url_for("learning.lesson", slug=slug, number=number))


def _session(slug: str, number: int) -> tuple[access.Place, ClassSession]:
    place = access.place(slug, number)
    session = queries.open_to(current_user.id, request.form.get("session", 0, int))
    if (session.course_id, session.lesson_id) != (place.course.id, place.lesson.id):
        raise Missing("没有找到这场课。请回到课程页再看看。")
    return place, session
