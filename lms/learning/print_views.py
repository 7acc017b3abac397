"""A text lesson on paper: the words alone, with the course it belongs to."""

from flask import Blueprint, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from courses.model import TextBody
from lms.core.doors import public, turn_away
from lms.core.errors import Missing
from lms.learning import access

bp = Blueprint("printing", __name__, template_folder="templates")


@bp.get("/c/<slug>/<int:number>/print")
@public
def show(slug: str, number: int) -> Answer | str:
    """Show the words of a text lesson for the printer, to whoever may read the lesson."""
    place = access.place(slug, number)
    if not isinstance(place.lesson.body, TextBody):
        raise Missing("只有文字课能打印。")
    if not place.is_first and not current_user.is_authenticated:
        answer: Answer = turn_away()
        return answer
    if place.enrolment is None:
        return redirect(url_for("learning.lesson", slug=slug, number=number))
    access.require_open(place, place.enrolment)
    return render_template("learning/print.html", place=place, lesson=place.lesson, body=place.lesson.body)
