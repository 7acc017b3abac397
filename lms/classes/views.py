"""The organiser's pages: sessions, the roster, the code on the wall, ticks by hand."""

from collections.abc import Sequence

import segno
from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy import select
from werkzeug.wrappers import Response as Answer
from wtforms.fields.choices import SelectChoice

from lms.catalogue.models import Course
from lms.classes import codes, commands, queries
from lms.classes.forms import Refused, SessionForm
from lms.classes.models import ClassSession
from lms.core import audit_log, clock, crypto, days
from lms.core.errors import Conflict, Invalid
from lms.extensions import db
from lms.federations import people_queries, scope
from lms.federations import queries as units
from lms.federations.guards import requires
from lms.federations.models import Unit
from lms.federations.permissions import Permission

bp = Blueprint("classes", __name__, template_folder="templates", url_prefix="/teach/sessions")
FAR_PAGE = 1000
MOST_TICKS = 500


@bp.get("")
@requires(Permission.CLASSES_HOLD)
def index() -> str:
    """List the sessions of her units; with `when` only those of today, or of the seven days after it."""
    page = min(max(request.args.get("page", 1, int), 1), FAR_PAGE)
    when = request.args.get("when", None, queries.When)
    lines, more = queries.sessions(page, when)
    return render_template(
        "classes/index.html", lines=lines, more=more, page=page, when=when, days=days, now=clock.now(),
        counts={one: queries.count(one) for one in queries.When},
    )  # fmt: skip


@bp.get("/new")
@requires(Permission.CLASSES_HOLD)
def blank() -> str:
    """Show the empty form; the contact is most often herself."""
    return _form_page(SessionForm(form_id=crypto.token(16), organiser=current_user.name))


def _form_page(form: SessionForm) -> str:
    form.lesson.choices = [
        SelectChoice(f"{course.slug}/{lesson_id}", f"{course.title}：{title}")
        for course, lesson_id, title in queries.classroom_lessons()
    ]
    form.unit.choices = [
        SelectChoice(units.code_of(one.id), one.full_name)
        for one in people_queries.units_in_charge(current_user.id)
    ]
    return render_template("classes/form.html", form=form)


@bp.post("")
@requires(Permission.CLASSES_HOLD)
def hold() -> Answer | tuple[str, int]:
    """Add a session."""
    form = SessionForm()
    valid, unit, lesson = form.validate(), _unit(form.unit.data or ""), _lesson(form.lesson.data or "")
    if unit is None:
        form.unit.errors = [*form.unit.errors, _("没有找到这个单位，或者它不归您管。请从列表里选。")]
    if lesson is None:
        form.lesson.errors = [*form.lesson.errors, _("请从列表里选一节面授课。")]
    if not valid or unit is None or lesson is None:
        return _form_page(form), 422
    form_id = (form.form_id.data or crypto.token(16))[:64]
    course, lesson_id = lesson
    session = commands.hold(form.facts(lesson_id), course, unit, form_id=form_id, actor_id=current_user.id)
    db.session.commit()
    return redirect(url_for(".show", session_id=session.id))


def _unit(code: str) -> Unit | None:
    found = units.by_code(code[:64].replace("\0", ""))
    inside = select(Unit).where(Unit.id == found.id, Unit.id.in_(scope.ids())) if found else None
    return db.session.scalar(inside) if inside is not None else None


def _lesson(typed: str) -> tuple[Course, str] | None:
    for course, lesson_id, _title in queries.classroom_lessons():
        if typed == f"{course.slug}/{lesson_id}":
            return course, lesson_id
    return None


@bp.get("/<int:session_id>")
@requires(Permission.CLASSES_HOLD)
def show(session_id: int) -> str:
    """Show the roster; `q` looks for people who are not on it."""
    session = scope.one_or_404(ClassSession, session_id)
    shown = page(session, q=request.args.get("q", ""))
    audit_log.record(current_user.id, "class.read", "class", session.id)
    db.session.commit()
    return shown


def page(
    session: ClassSession,
    *,
    q: str = "",
    chosen: Sequence[str] = (),
    error: str = "",
    refused: Refused | None = None,
) -> str:
    """Return the page of a session with its roster; a refused form of it opens, or (once it is gone) is only said."""
    found, more, not_found = _search(q)
    listed = queries.roster(session.id)
    fields = _fields(session, listed)
    return render_template(
        "classes/show.html",
        session=session,
        title=queries.title_of(session),
        fields=fields,
        refused=refused if refused and refused.field in fields else None,
        came=[one for one in listed if one.attendance],
        missing=[one for one in listed if not one.attendance and one.sign_up and one.sign_up.seat],
        queue=[one for one in listed if not one.attendance and one.sign_up and not one.sign_up.seat],
        there={one.person.id for one in listed if one.attendance},
        began=clock.now() >= session.starts_at,
        over=clock.now() > session.ends_at,
        put_right=[one for one in listed if one.record and one.record.changes],
        may_tick=clock.now() >= session.starts_at - commands.OPENS_BEFORE and session.cancellation is None,
        q=q,
        found=found,
        more=more,
        not_found=not_found,
        chosen=chosen,
        error=refused.why if refused else error,
        days=days,
    )


def _fields(session: ClassSession, listed: Sequence[queries.OnRoster]) -> set[str]:
    """Return the ids of the fields that ask why: of what can still be exported, called off, put right."""
    shown = {"purpose"} | {f"absent-{one.attendance.id}" for one in listed if one.attendance}
    if session.cancellation is not None:
        return shown
    if clock.now() <= session.ends_at:
        shown.add("cancel-reason")
    return shown | {f"came-{one.record.id}" for one in listed if one.record and not one.attendance}


def _search(q: str) -> tuple[Sequence[object], bool, str]:
    if not q.strip():
        return (), False, ""
    try:
        found, more = people_queries.find_people(q)
    except Invalid as error:
        return (), False, error.message
    audit_log.record(current_user.id, "people.searched", "person", "-", {"found": len(found)})
    missing = "" if found else _("没有找到。只能找到家在您管的单位里的人；手机号要写全 11 位。")
    return found, more, missing


@bp.post("/<int:session_id>/attendance")
@requires(Permission.CLASSES_HOLD)
def tick(session_id: int) -> Answer | tuple[str, int]:
    """Record the ticked people as present: those on the list, and those of her units."""
    session = scope.one_or_404(ClassSession, session_id)
    chosen = request.form.getlist("person")[:MOST_TICKS]
    try:
        if not chosen:
            raise Invalid(_("还没有选人。请在到场的人前面打勾。"))
        on_list = {one.person.public_id: one.person for one in queries.roster(session.id)}
        others = [one for one in chosen if one not in on_list]
        people = [on_list[one] for one in chosen if one in on_list]
        people += people_queries.people_of(others) if others else []
        new = commands.tick(session, people, actor_id=current_user.id)
    except (Invalid, Conflict) as error:
        db.session.rollback()
        return page(session, q=request.form.get("q", ""), chosen=chosen, error=error.message), error.status
    db.session.commit()
    flash(_("记下了 %(n)s 人到场。", n=new), "ok" if new else "note")
    return redirect(url_for(".show", session_id=session.id))


@bp.get("/<int:session_id>/code")
@requires(Permission.CLASSES_HOLD)
def wall(session_id: int) -> str:
    """Show the code for the projector; the page renews itself before the code goes stale."""
    session = scope.one_or_404(ClassSession, session_id)
    base = current_app.extensions["lms_settings"].base_url
    path = url_for("venue.show", code=codes.code_of(session))
    qr = segno.make(base + path, error="m", micro=False).svg_inline(
        border=2, dark="#1F1A1C", light="#FFFFFF", omitsize=True, svgclass="qr", lineclass=None
    )
    return render_template(
        "classes/code.html",
        session=session,
        title=queries.title_of(session),
        qr=Markup(qr),
        path=path,
        closed=commands.closed_words(session),
        came=len([one for one in queries.roster(session.id) if one.attendance]),
        days=days,
    )
