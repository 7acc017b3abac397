"""The paper: begin, answer, look over, hand in, result."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from courses import completion
from courses.model import QuizBody
from lms.assessment import answering, commands, event_log, papers, regrading
from lms.assessment.forms import responses_of
from lms.assessment.models import Attempt
from lms.core.doors import signed_in
from lms.core.errors import Conflict, Invalid, Missing
from lms.core.templating import hers
from lms.enrolment.commands import Learner, enrol
from lms.extensions import db
from lms.learning import access, queries, results

bp = Blueprint("quiz", __name__, template_folder="templates")


@bp.post("/c/<slug>/<int:number>/try")
@signed_in
def begin(slug: str, number: int) -> Answer:
    """Begin the paper, or go on with the open attempt."""
    place, paper = _paper(slug, number)
    who = _person()
    enrolment = place.enrolment or enrol(who, place.course)
    access.require_open(place, enrolment)
    waiting = completion.waits_for(place.content, place.lesson, queries.states(enrolment))
    if waiting:
        raise Conflict(f"还差 {len(waiting)} 课没学完，学完就能考试。")
    attempt = commands.begin(enrolment, place.lesson.id, paper, device=request.user_agent.string)
    db.session.commit()
    return redirect(url_for(".paper", slug=slug, number=number, attempt_id=attempt.public_id))


@bp.get("/c/<slug>/<int:number>/try/<attempt_id>")
@signed_in
def paper(slug: str, number: int, attempt_id: str) -> Answer | str:
    """Show the whole paper as one long form; the script shows one question at a time."""
    place, attempt = _attempt(slug, number, attempt_id)
    if attempt.submitted_at:
        return _to_result(slug, number, attempt_id)
    return _form(place, attempt, papers.answers_of(attempt))


def _form(
    place: access.Place, attempt: Attempt, answers: Mapping[str, Sequence[object]], error: str = ""
) -> str:
    return render_template(
        "learning/paper.html",
        place=place,
        lesson=place.lesson,
        attempt=attempt,
        leaves=papers.asked_of(attempt),
        answers=answers,
        left=answering.seconds_left(attempt.due_at),
        saved_at=papers.saved_at(attempt),
        error=error,
    )


@bp.post("/c/<slug>/<int:number>/try/<attempt_id>")
@signed_in
def save(slug: str, number: int, attempt_id: str) -> Answer | tuple[str, int]:
    """Save the whole form (no scripts), then look over; an answer that cannot be kept brings the form back."""
    place, attempt = _attempt(slug, number, attempt_id)
    if attempt.submitted_at:
        return _to_result(slug, number, attempt_id)
    before = papers.answers_of(attempt)
    answers = responses_of(papers.items_of(attempt), request.form, before)
    try:
        for item_id, response in answers.items():
            commands.check_answer(attempt, item_id, response)
    except Invalid as error:
        return _form(place, attempt, {**before, **answers}, error.message), error.status
    for item_id, response in answers.items():
        commands.save_answer(attempt, item_id, response)
    if answers:
        event_log.note_saved(attempt.id, len(answers), request.user_agent.string)
    db.session.commit()
    return redirect(url_for(".look_over", slug=slug, number=number, attempt_id=attempt_id))


@bp.get("/c/<slug>/<int:number>/try/<attempt_id>/hand-in")
@signed_in
def look_over(slug: str, number: int, attempt_id: str) -> Answer | str:
    """Say what is not answered yet, and ask once."""
    place, attempt = _attempt(slug, number, attempt_id)
    if attempt.submitted_at:
        return _to_result(slug, number, attempt_id)
    answers = papers.answers_of(attempt)
    items = list(enumerate(papers.items_of(attempt), start=1))
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
    commands.submit(attempt, device=request.user_agent.string)
    db.session.commit()
    return _to_result(slug, number, attempt_id)


@bp.get("/c/<slug>/<int:number>/try/<attempt_id>/result")
@signed_in
def result(slug: str, number: int, attempt_id: str) -> Answer | str:
    """Show the score (or that a person has to look first), each miss with its lesson, what opens next."""
    place, attempt = _attempt(slug, number, attempt_id)
    if not attempt.submitted_at:
        return redirect(url_for(".paper", slug=slug, number=number, attempt_id=attempt_id))
    paper, tries = commands.paper_of(attempt), commands.tries(attempt.enrolment_id, attempt.lesson_id)
    lessons = place.content.lessons()
    numbers = {lesson.id: n for n, lesson in enumerate(lessons, start=1)}
    explanation = queries.explain(attempt.enrolment)
    looked = results.looked_through(attempt, numbers)
    over = paper.tries is not None and tries.used >= paper.tries + tries.added
    return render_template(
        "learning/result.html",
        place=place,
        lesson=place.lesson,
        attempt=attempt,
        looked=looked,
        misses=looked.misses,
        marked=looked.marked,
        tell=bool(attempt.passed) or over,
        over=over,
        titles={n: hers(lesson.title, lesson.title_en) for n, lesson in enumerate(lessons, start=1)},
        next_number=numbers.get(explanation.next_lesson or ""),
        opened=results.opened_by(place.content, place.lesson.id, explanation),
        spared=results.spared_by(place.content, place.lesson.id, explanation),
        completion=queries.completion_of(attempt.enrolment_id),
        tries=tries,
        paper=paper,
        change=regrading.last_change(attempt.id),
        pass_mark=paper.pass_mark,
    )


def _to_result(slug: str, number: int, attempt_id: str) -> Answer:
    return redirect(url_for(".result", slug=slug, number=number, attempt_id=attempt_id))


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
    """Return her attempt; one whose time is over is handed in at this look."""
    place, _ = _paper(slug, number)
    attempt = commands.of_learner(attempt_id, _person())
    if attempt.lesson_id != place.lesson.id or attempt.enrolment.course_id != place.course.id:
        raise Missing("没有找到这份答卷。")
    if commands.close_overdue(attempt):
        db.session.commit()  # what follows only reads, or finds the paper handed in
    return place, attempt
