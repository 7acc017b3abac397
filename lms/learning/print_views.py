"""A text lesson on paper: the words alone, with the course it belongs to."""

from flask import Blueprint, render_template
from werkzeug.wrappers import Response as Answer

from courses.model import TextBody
from lms.core.doors import public
from lms.core.errors import Missing
from lms.enrolment.models import Enrolment
from lms.learning import access

bp = Blueprint("printing", __name__, template_folder="templates")


@bp.get("/c/<slug>/<int:number>/print")
@public
def show(slug: str, number: int) -> Answer | str:
    """Show the words of a text lesson for the printer, to whoever may read the lesson."""
    place = access.place(slug, number)
    if not isinstance(place.lesson.body, TextBody):
        raise Missing("只有文字课能打印。")
    enrolment = access.entered(place)
    if not isinstance(enrolment, Enrolment):
        return enrolment
    return render_template("learning/print.html", place=place, lesson=place.lesson, body=place.lesson.body)
