"""A survey: a plain form answered once, and for trainers what was answered, as counts without names."""

from collections import Counter
from collections.abc import Mapping, Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as Answer

from courses.model import Asks, Question, SurveyBody
from lms.catalogue.queries import by_slug
from lms.core import clock
from lms.core.doors import signed_in
from lms.core.errors import Conflict, Invalid, Missing
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.federations import scope
from lms.federations.guards import requires
from lms.federations.permissions import Permission
from lms.federations.queries import home_unit_id
from lms.learning import access, commands
from lms.learning.models import SurveyAnswer

bp = Blueprint("surveys", __name__, template_folder="templates")
SCALE = ("1", "2", "3", "4", "5")
WORDS_LENGTH = 1000


def page(place: access.Place, enrolment: Enrolment, notice: str = "", wrong: Sequence[str] = ()) -> str:
    """Return the page of a survey."""
    return render_template(
        "learning/survey.html",
        **access.frame(place, enrolment, notice),
        wrong=wrong,
        given=request.form,
        asks=enrolment.person_id is not None,
        choices=choices_of,
    )


def choices_of(question: Question) -> tuple[str, ...]:
    """Return what she may choose: the options, or the numbers of a scale."""
    return SCALE if question.asks == Asks.SCALE else question.options


@bp.post("/c/<slug>/<int:number>/survey")
@signed_in
def answer(slug: str, number: int) -> Answer | tuple[str, int]:
    """Take her answers once; a second time shows the first."""
    place = access.place(slug, number)
    body, enrolment = place.lesson.body, place.enrolment
    if not isinstance(body, SurveyBody):
        raise Missing("这一课不是问卷。")
    if enrolment is None:
        raise Conflict("请先打开这一课，再填问卷。")
    access.require_open(place, enrolment)
    given = {one.id: _given(one) for one in body.questions}
    wrong = [one.id for one in body.questions if not given[one.id] and not one.optional]
    if wrong:
        return page(place, enrolment, f"还有 {len(wrong)} 个问题没有填。", wrong), Invalid.status
    row = commands.insert(SurveyAnswer).values(
        enrolment_id=enrolment.id, lesson_id=place.lesson.id, answers=given, at=clock.now(),
        unit_id=home_unit_id(enrolment.person_id) if enrolment.person_id else None,
    )  # fmt: skip
    db.session.execute(row.on_conflict_do_nothing())
    commands.check_lesson(enrolment, place.lesson)
    db.session.commit()
    return redirect(url_for("learning.lesson", slug=slug, number=number))


def _given(question: Question) -> list[str]:
    """Return what fits the question of what was sent."""
    sent = [one.replace("\0", "").strip() for one in request.form.getlist(f"q-{question.id}")]
    if question.asks == Asks.WORDS:
        return [one[:WORDS_LENGTH] for one in sent[:1] if one]
    known = [one for one in choices_of(question) if one in sent]
    return known if question.asks == Asks.SEVERAL else known[:1]


@bp.get("/teach/surveys")
@requires(Permission.ATTEMPTS_MANAGE)
def results() -> str:
    """Show the counts of a survey (`course` and `lesson`) over the people of her units, without names."""
    course = by_slug(request.args["course"]) if "course" in request.args else None
    lessons = course.version.content.lessons() if course and course.version else ()
    surveys = [one for one in lessons if isinstance(one.body, SurveyBody)]
    answers = {one.id: _answers(course.id, one.id) for one in surveys} if course else {}
    counts = {
        lesson_id: {question: Counter(all_of) for question, all_of in _by_question(rows).items()}
        for lesson_id, rows in answers.items()
    }
    return render_template(
        "learning/survey_results.html",
        course=course,
        surveys=surveys,
        counts=counts,
        people={lesson_id: len(rows) for lesson_id, rows in answers.items()},
        choices=choices_of,
    )


def _answers(course_id: int, lesson_id: str) -> Sequence[Mapping[str, list[str]]]:
    return db.session.scalars(
        select(SurveyAnswer.answers)
        .join(Enrolment, Enrolment.id == SurveyAnswer.enrolment_id)
        .where(
            Enrolment.course_id == course_id,
            SurveyAnswer.lesson_id == lesson_id,
            SurveyAnswer.unit_id.in_(scope.ids()),
        )
    ).all()


def _by_question(rows: Sequence[Mapping[str, list[str]]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        for question, answers in row.items():
            found.setdefault(question, []).extend(answers)
    return found
