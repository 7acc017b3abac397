"""The organiser's pages: activities, who took part, hours, confirmation."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select
from werkzeug.wrappers import Response as Answer
from wtforms.fields.choices import SelectChoice

from lms.catalogue.words import CATEGORIES
from lms.core import audit_log, crypto
from lms.core.errors import Conflict, Invalid, LmsError
from lms.extensions import db
from lms.federations import people_queries, scope
from lms.federations import queries as units
from lms.federations.guards import requires
from lms.federations.models import Unit
from lms.federations.permissions import Permission
from lms.service_records import activity_corrections, commands, days, hours, queries
from lms.service_records.forms import ActivityForm
from lms.service_records.models import Activity, RecordState

bp = Blueprint("activities", __name__, template_folder="templates", url_prefix="/activities")
FAR_PAGE = 1000


@bp.get("")
@requires(Permission.RECORDS_CONFIRM)
def index() -> str:
    """List the activities of her units, or those that wait for confirmation."""
    page = min(max(request.args.get("page", 1, int), 1), FAR_PAGE)
    pending = request.args.get("show") == "pending"
    lines, more = queries.activities(pending=pending, page=page)
    return render_template(
        "service_records/activities.html",
        lines=lines,
        more=more,
        page=page,
        pending=pending,
        waiting=queries.waiting_requests(),
        hours=hours,
        days=days,
    )


@bp.get("/new")
@requires(Permission.RECORDS_CONFIRM)
def blank() -> str:
    """Show the empty form; the leader is most often herself."""
    form = ActivityForm(form_id=crypto.token(16), leader=current_user.name, unit=request.args.get("unit", ""))
    return _form_page(form, None)


def _form_page(form: ActivityForm, activity: Activity | None, error: str = "") -> str:
    choices = [
        SelectChoice(units.code_of(one.id), one.full_name)
        for one in people_queries.units_in_charge(current_user.id)
    ]
    form.unit.choices = choices
    has_confirmed = activity is not None and any(
        one.state == RecordState.CONFIRMED for one in queries.records(activity.id)
    )
    return render_template(
        "service_records/activity_form.html",
        form=form,
        activity=activity,
        error=error,
        asks_reason=has_confirmed,
        proofs=_stated(activity),
    )


def _stated(activity: Activity | None) -> int:
    if activity is None:
        return 0
    return len(commands.proofs_of([one.id for one in queries.records(activity.id)]))


@bp.post("")
@requires(Permission.RECORDS_CONFIRM)
def record() -> Answer | tuple[str, int]:
    """Record an activity; the same form sent twice gives the same activity."""
    form = ActivityForm()
    valid, unit = form.validate(), _unit(form.unit.data or "")
    if unit is None:
        form.unit.errors = [*form.unit.errors, _("没有找到这个单位，或者它不归您管。请从列表里选。")]
    if not valid or unit is None:
        return _form_page(form, None), 422
    form_id = (form.form_id.data or crypto.token(16))[:64]
    activity = commands.record_activity(form.facts(), unit, form_id=form_id, actor_id=current_user.id)
    db.session.commit()
    return redirect(url_for(".show", activity_id=activity.id))


def _unit(code: str) -> Unit | None:
    found = units.by_code(code[:64].replace("\0", ""))
    inside = select(Unit).where(Unit.id == found.id, Unit.id.in_(scope.ids())) if found else None
    return db.session.scalar(inside) if inside is not None else None


@bp.get("/<int:activity_id>")
@requires(Permission.RECORDS_CONFIRM)
def show(activity_id: int) -> str:
    """Show an activity with its people; `q` looks for more."""
    activity = scope.one_or_404(Activity, activity_id)
    page = _page(activity, q=request.args.get("q", ""))
    audit_log.record(current_user.id, "activity.read", "activity", activity.id)
    db.session.commit()
    return page


def _page(
    activity: Activity,
    *,
    q: str = "",
    chosen: Sequence[str] = (),
    add_hours: str = "",
    error: str = "",
    typed: Mapping[int, str] | None = None,
    wrong: Mapping[int, str] | None = None,
) -> str:
    found, more, not_found = _search(q)
    records = queries.records(activity.id)
    return render_template(
        "service_records/activity.html",
        activity=activity,
        category=CATEGORIES[activity.category],
        pending=[one for one in records if one.state == RecordState.PENDING],
        confirmed=[one for one in records if one.state == RecordState.CONFIRMED],
        listed={one.person_id for one in records},
        overlaps=queries.overlaps(activity),
        corrections=queries.corrections(activity.id),
        names={one.id: one.person.name for one in records},
        categories=CATEGORIES,
        due=commands.due(activity),
        q=q,
        found=found,
        more=more,
        not_found=not_found,
        chosen=chosen,
        add_hours=add_hours or hours.words(hours.span(activity)),
        error=error,
        typed=typed or {},
        wrong=wrong or {},
        hours=hours,
        days=days,
    )


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


@bp.post("/<int:activity_id>/participants")
@requires(Permission.RECORDS_CONFIRM)
def add(activity_id: int) -> Answer | tuple[str, int]:
    """Take the ticked people onto the list, with the same hours."""
    activity = scope.one_or_404(Activity, activity_id)
    chosen, typed, q = (
        request.form.getlist("person"),
        request.form.get("hours", ""),
        request.form.get("q", ""),
    )
    try:
        if not chosen:
            raise Invalid(_("还没有选人。请在要添加的人前面打勾。"))
        quarters, people = hours.parse(typed), people_queries.people_of(chosen[:500])
        added = commands.add_people(activity, people, quarters=quarters, actor_id=current_user.id)
    except Invalid as error:
        db.session.rollback()
        return _page(activity, q=q, chosen=chosen, add_hours=typed, error=error.message), error.status
    db.session.commit()
    flash(_("添加了 %(n)s 人，时长还要您确认。", n=added), "ok" if added else "note")
    return redirect(url_for(".show", activity_id=activity.id))


@bp.post("/<int:activity_id>/hours")
@requires(Permission.RECORDS_CONFIRM)
def set_hours(activity_id: int) -> Answer | tuple[str, int]:
    """Save the hours of the list, and confirm or remove the ticked ones."""
    activity = scope.one_or_404(Activity, activity_id)
    typed = {
        int(name.removeprefix("hours-")): value
        for name, value in request.form.items()
        if name.startswith("hours-") and _is_id(name.removeprefix("hours-"))
    }
    ticked = [int(one) for one in request.form.getlist("record") if _is_id(one)]
    action = request.form.get("action", "save")
    wanted, wrong = _parse(activity, typed, set(ticked) if action == "remove" else set())
    try:
        if wrong:
            raise Invalid(_("有几个时长写得不对，都还没有保存。"))
        words = _act(activity, action, wanted, ticked)
    except (Invalid, Conflict) as error:
        db.session.rollback()
        return _page(activity, error=error.message, typed=typed, wrong=wrong), error.status
    db.session.commit()
    flash(words, "ok")
    return redirect(url_for(".show", activity_id=activity.id))


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _parse(
    activity: Activity, typed: Mapping[int, str], leaving: set[int]
) -> tuple[dict[int, int], dict[int, str]]:
    """Return the hours by record, and a sentence for each that is wrong; whoever leaves needs none."""
    wanted: dict[int, int] = {}
    wrong: dict[int, str] = {}
    for record_id, text in typed.items():
        if record_id in leaving:
            continue
        try:
            wanted[record_id] = hours.parse(text)
            hours.check_within(activity, wanted[record_id])
        except LmsError as error:
            wrong[record_id] = error.message
    return wanted, wrong


def _act(activity: Activity, action: str, wanted: Mapping[int, int], ticked: Sequence[int]) -> str:
    commands.set_hours(activity, wanted, actor_id=current_user.id)
    if action == "save":
        return _("时长已保存，还没有确认。")
    if not ticked:
        raise Invalid(_("还没有选人。请在名字前面打勾。"))
    if action == "remove":
        commands.remove(activity, ticked, actor_id=current_user.id)
        return _("已从名单里移除 %(n)s 人。", n=len(ticked))
    confirmed = commands.confirm(activity, ticked, actor_id=current_user.id)
    return _("已确认 %(n)s 人的时长。", n=confirmed)


@bp.get("/<int:activity_id>/correction")
@requires(Permission.RECORDS_CONFIRM)
def edit(activity_id: int) -> str:
    """Show what is recorded of an activity in the form."""
    activity = scope.one_or_404(Activity, activity_id)
    form = ActivityForm(
        obj=activity,
        unit=units.code_of(activity.unit_id),
        day=days.day_of(activity.starts_at).isoformat(),
        start=days.clock_of(activity.starts_at),
        end=days.clock_of(activity.ends_at),
    )
    return _form_page(form, activity)


@bp.post("/<int:activity_id>/correction")
@requires(Permission.RECORDS_CONFIRM)
def correct(activity_id: int) -> Answer | tuple[str, int]:
    """Correct what is recorded of an activity; once hours are confirmed the old values stay on record."""
    activity = scope.one_or_404(Activity, activity_id)
    form = ActivityForm(unit=units.code_of(activity.unit_id))
    if not form.validate():
        return _form_page(form, activity), 422
    try:
        changed = activity_corrections.correct(
            activity, form.facts(), reason=form.reason.data or "", actor_id=current_user.id
        )
    except Invalid as error:
        db.session.rollback()
        return _form_page(form, activity, error.message), error.status
    db.session.commit()
    flash(_("已更正。") if changed else _("没有改动。"), "ok" if changed else "note")
    return redirect(url_for(".show", activity_id=activity.id))
