"""The landing page, her own page, help, text size, language, and the site's health."""

from pathlib import Path

from flask import Blueprint, Response, current_app, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import func, select
from werkzeug.wrappers import Response as Answer

from lms.accounts import second_factor
from lms.accounts.views import local_only
from lms.catalogue import covers, reviews
from lms.catalogue.queries import published
from lms.catalogue.words import CATEGORIES
from lms.core import clock
from lms.core.doors import public, signed_in
from lms.core.jobs import Job, JobState, WorkerSeen
from lms.core.templating import LANGUAGES, SIZES
from lms.extensions import csrf, db
from lms.federations import queries as units
from lms.federations import scope, seen_queries
from lms.federations.permissions import Permission

bp = Blueprint("home", __name__, template_folder="templates")
YEAR = 365 * 24 * 3600
QUIET_AFTER_SECONDS = 120


@bp.get("/")
@public
def index() -> str:
    """Say in five seconds what this is."""
    courses = published(limit=4)
    contents = [row.version.content for row in courses if row.version]
    return render_template(
        "home/index.html",
        courses=courses,
        pictures=covers.addresses(contents),
        categories=CATEGORIES,
        waiting={one.slug for one in contents if reviews.waits(one)},
    )


@bp.get("/me")
@signed_in
def me() -> str:
    """Show her account: name, masked phone, unit."""
    has = second_factor.of(current_user.id) is not None
    offer = not has and scope.holds_role(current_user.id)
    return render_template("home/me.html", path=_path(), offer_second_factor=offer, has_second_factor=has)


def _path() -> list[str]:
    unit_id = units.home_unit_id(current_user.id)
    return [unit.name for unit in units.path(unit_id)] if unit_id else []


@bp.get("/me/seen")
@signed_in
def seen() -> str:
    """Show her who looked at her data, why, and the reset slips that were made for her."""
    return render_template(
        "home/seen.html",
        looks=seen_queries.looks_at(current_user.id),
        lists=seen_queries.looks_at_lists(current_user.id),
    )


def first_page(person_id: int) -> str:
    """Return where she lands after signing in: an officer at her own unit, everyone else at her courses."""
    officer = scope.top_units(person_id, Permission.AUDIT_READ)
    return url_for("audit.own") if officer else url_for("learning.my_courses")


@bp.get("/help")
@public
def help_page() -> str:
    """Say how to do the common things, and whom to call."""
    unit_id = units.home_unit_id(current_user.id) if current_user.is_authenticated else None
    return render_template("home/help.html", phone=units.help_phone(unit_id))


@bp.get("/offline")
@public
def offline() -> str:
    """Say what happens to her work while there is no network; the service worker keeps this page."""
    return render_template("home/offline.html")


@bp.get("/sw.js")
@public
def service_worker() -> Response:
    """Send the service worker from the root, so that it may serve every page."""
    script = (Path(current_app.static_folder or "") / "js" / "sw.js").read_bytes()
    return Response(script, mimetype="text/javascript", headers={"Cache-Control": "no-cache"})


@bp.post("/size")
@public
def set_size() -> Answer:
    """Remember the text size; standard for anything unknown."""
    return _remember("size", SIZES)


@bp.post("/language")
@public
def set_language() -> Answer:
    """Remember the language."""
    return _remember("lang", LANGUAGES)


def _remember(name: str, allowed: tuple[str, ...]) -> Answer:
    chosen = request.form.get(name, "")
    answer = redirect(local_only(request.form.get("next") or "/"))
    answer.set_cookie(
        name, chosen if chosen in allowed else allowed[0], max_age=YEAR, samesite="Lax", httponly=True
    )
    return answer


# Forged, these two change how a page looks and nothing else; an old page must not lose its switch.
csrf.exempt(set_size)
csrf.exempt(set_language)


@bp.get("/healthz")
@public
def health() -> tuple[Response, int]:
    """Say whether database and workers live: 200 or 503."""
    seen = db.session.scalar(select(func.min(WorkerSeen.seen_at)))
    ago = round((clock.now() - seen).total_seconds(), 1) if seen else None
    counts: dict[str, int] = {
        state: number
        for state, number in db.session.execute(select(Job.state, func.count()).group_by(Job.state))
    }
    good = ago is not None and ago <= QUIET_AFTER_SECONDS
    answer = jsonify(
        status="ok" if good else "worker silent",
        database="ok",
        worker_seen_s=ago,
        jobs_waiting=counts.get(JobState.WAITING, 0),
        jobs_dead=counts.get(JobState.DEAD, 0),
    )
    return answer, 200 if good else 503
