"""The paper: begin, answer, look over, hand in, result."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from courses import completion
from courses.items import Item
from courses.model import QuizBody
from lms.assessment import commands
from lms.assessment.forms import response_of
from lms.assessment.models import Attempt, Response
from lms.core.doors import signed_in
from lms.core.errors import Conflict, Missing
from lms.enrolment.commands import Learner, enrol
from lms.extensions import db
from lms.learning import access, queries

bp = Blueprint("quiz", __name__, template_folder="templates")


@bp.post("/c/<slug>/<int:number>/try")
@signed_in
def begin(slug: str, number: int) -> Answer:
    """Begin the paper, or go on with the open attempt."""
    place, paper = _paper(slug, number)
    who = _person()
    enrolment = place.enrolment or enrol(who, place.course)
    waiting = completion.waits_for(place.content, place.lesson, queries.states(enrolment))
    if waiting:
        raise Conflict(f"还差 {len(waiting)} 课没学完，学完就能考试。")
    attempt = commands.begin(enrolment, place.lesson.id, paper)
    db.session.commit()
    return redirect(url_for(".paper", slug=slug, number=number, attempt_id=attempt.public_id))


@bp.get("/c/<slug>/<int:number>/try/<attempt_id>")
@signed_in
def paper(slug: str, number: int, attempt_id: str) -> Answer | str:
    """Show the whole paper as one long form; the script shows one question at a time."""
    place, attempt = _attempt(slug, number, attempt_id)
    if attempt.submitted_at:
        return redirect(url_for(".result", slug=slug, number=number, attempt_id=attempt_id))
    return render_template(
        "learning/paper.html",
        place=place,
        lesson=place.lesson,
        attempt=attempt,
        leaves=commands.leaves_of(attempt),
        answers=commands.answers_of(attempt),
    )


@bp.post("/c/<slug>/<int:number>/try/<attempt_id>")
@signed_in
def save(slug: str, number: int, attempt_id: str) -> Answer:
    """Save the whole form (no scripts), then look over or go on answering."""
    _, attempt = _attempt(slug, number, attempt_id)
    if attempt.submitted_at:
        return redirect(url_for(".result", slug=slug, number=number, attempt_id=attempt_id))
    given = {item.id: response_of(item, request.form) for item in commands.items_of(attempt)}
    answers = {item_id: response for item_id, response in given.items() if response}
    for item_id, response in answers.items():
        commands.check_answer(attempt, item_id, response)
    for item_id, response in answers.items():
        commands.save_answer(attempt, item_id, response)
    db.session.commit()
    return redirect(url_for(".look_over", slug=slug, number=number, attempt_id=attempt_id))


@bp.get("/c/<slug>/<int:number>/try/<attempt_id>/hand-in")
@signed_in
def look_over(slug: str, number: int, attempt_id: str) -> Answer | str:
    """Say what is not answered yet, and ask once."""
    place, attempt = _attempt(slug, number, attempt_id)
    if attempt.submitted_at:
        return redirect(url_for(".result", slug=slug, number=number, attempt_id=attempt_id))
    answers = commands.answers_of(attempt)
    items = list(enumerate(commands.items_of(attempt), start=1))
    left = [(position, item) for position, item in items if not answers.get(item.id)]
    return render_template(
        "learning/hand_in.html",
        place=place,
        lesson=place.lesson,
        attempt=attempt,
        left=left,
        total=len(items),
    )


@bp.post("/c/<slug>/<int:number>/try/<attempt_id>/submission")
@signed_in
def submit(slug: str, number: int, attempt_id: str) -> Answer:
    """Hand in; a repeated hand-in shows the first result."""
    _, attempt = _attempt(slug, number, attempt_id)
    commands.submit(attempt)
    db.session.commit()
    return redirect(url_for(".result", slug=slug, number=number, attempt_id=attempt_id))


@bp.get("/c/<slug>/<int:number>/try/<attempt_id>/result")
@signed_in
def result(slug: str, number: int, attempt_id: str) -> Answer | str:
    """Show score, each miss with the lesson behind it, and what opens next."""
    place, attempt = _attempt(slug, number, attempt_id)
    if not attempt.submitted_at:
        return redirect(url_for(".paper", slug=slug, number=number, attempt_id=attempt_id))
    numbers = {lesson.id: n for n, lesson in enumerate(place.content.lessons(), start=1)}
    misses = [(position, item, numbers.get(item.lesson)) for position, item in _misses(attempt)]
    return render_template(
        "learning/result.html",
        place=place,
        lesson=place.lesson,
        attempt=attempt,
        misses=misses,
        titles={n: lesson.title for n, lesson in enumerate(place.content.lessons(), start=1)},
        explanation=queries.explain(attempt.enrolment),
        completion=queries.completion_of(attempt.enrolment_id),
        pass_mark=commands.paper_of(attempt).pass_mark,
    )


def _misses(attempt: Attempt) -> list[tuple[int, Item]]:
    right = {
        row.item_id
        for row in db.session.scalars(db.select(Response).where(Response.attempt_id == attempt.id))
        if row.correct
    }
    items = enumerate(commands.items_of(attempt), start=1)
    return [(position, item) for position, item in items if item.id not in right]


def _person() -> Learner:
    who = access.learner()
    if who is None or current_user.is_anonymous:
        raise Missing
    return who


def _paper(slug: str, number: int) -> tuple[access.Place, QuizBody]:
    place = access.place(slug, number)
    if not isinstance(place.lesson.body, QuizBody):
        raise Missing("这一课不是测验。")
    return place, place.lesson.body


def _attempt(slug: str, number: int, attempt_id: str) -> tuple[access.Place, Attempt]:
    place, _ = _paper(slug, number)
    attempt = commands.of_learner(attempt_id, _person())
    if attempt.lesson_id != place.lesson.id or attempt.enrolment.course_id != place.course.id:
        raise Missing("没有找到这份答卷。")
    return place, attempt
