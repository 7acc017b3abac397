"""The studio: her courses, a new one, the build page, its details, publishing and withdrawing."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as Answer
from wtforms.fields.choices import SelectChoice

from courses.errors import CourseError
from lms.authoring import commands, documents, forms, media_lessons, queries, steps, today
from lms.authoring.models import Draft
from lms.catalogue.models import Course
from lms.catalogue.words import CATEGORIES, TIERS
from lms.core.errors import Conflict
from lms.extensions import db
from lms.federations import queries as units
from lms.federations import scope
from lms.federations.guards import requires
from lms.federations.models import Unit
from lms.federations.permissions import Permission

bp = Blueprint("teach", __name__, template_folder="templates", url_prefix="/teach")
STATES = ("draft", "published", "withdrawn")


def unit_choices() -> list[SelectChoice]:
    """Return present code and name of the units in scope, from the top down."""
    rows = db.session.scalars(db.select(Unit).where(Unit.id.in_(scope.ids())).order_by(Unit.id))
    return forms.choices((units.code_of(unit.id), unit.full_name) for unit in rows)


def unit_in_scope(code: str) -> Unit:
    """Return the chosen unit inside the scope; raises Missing."""
    found = units.by_code(code)
    return scope.one_or_404(Unit, found.id if found else 0)


@bp.get("")
@requires(Permission.COURSES_WRITE)
def index() -> str:
    """Show what waits for her today, and her courses by state."""
    rows = queries.shelves()
    groups = [(state, [one for one in rows if one.state == state]) for state in STATES]
    return render_template("authoring/index.html", groups=groups, empty=not rows, today=today.lines())


@bp.get("/failed")
@requires(Permission.COURSES_WRITE)
def failed() -> str:
    """List the lessons whose film, recording or document could not be made."""
    return render_template("authoring/failed.html", rows=queries.failed_films())


@bp.get("/new")
@requires(Permission.COURSES_WRITE)
def new() -> str:
    """Ask for a name and one sentence."""
    return _new_page(_new_form())


def _new_form() -> forms.NewForm:
    form = forms.NewForm()
    form.unit.choices = unit_choices()
    return form


def _new_page(form: forms.NewForm) -> str:
    return render_template("authoring/new.html", form=form)


@bp.post("")
@requires(Permission.COURSES_WRITE)
def create() -> Answer | tuple[str, int]:
    """Begin the course and go on to its build page."""
    form = _new_form()
    if not form.validate():
        return _new_page(form), 422
    draft = commands.create(
        form.title.data.strip(), form.summary.data.strip(), unit_id=unit_in_scope(form.unit.data).id,
        actor_id=current_user.id,
    )  # fmt: skip
    db.session.commit()
    return redirect(url_for(".build", draft_id=draft.id))


@bp.post("/courses/<int:course_id>/draft")
@requires(Permission.COURSES_WRITE)
def open_draft(course_id: int) -> Answer:
    """Go on writing a published course that has no draft yet."""
    course = scope.one_or_404(Course, course_id)
    draft = commands.of_course(course, actor_id=current_user.id)
    db.session.commit()
    return redirect(url_for(".build", draft_id=draft.id))


@bp.get("/c/<int:draft_id>")
@requires(Permission.COURSES_WRITE)
def build(draft_id: int) -> str:
    """Show the lessons in order and what is left to do."""
    return _build_page(queries.draft(draft_id))


def _build_page(draft: Draft, problems: list[str] | None = None) -> str:
    course = queries.course_of(draft)
    content = documents.content_of(draft)
    return render_template(
        "authoring/build.html", draft=draft, course=course, content=content, steps=steps.of_draft(draft, content),
        films={row.id: queries.film_of(row) for row in draft.lessons if row.kind in media_lessons.KINDS},
        changed=queries.has_changes(draft, course), has_captions=steps.has_captions, problems=problems or [],
        modules={one["id"]: one["title"] for one in draft.details["modules"]},
        owner=units.by_id(draft.unit_id), tiers=TIERS, categories=CATEGORIES,
    )  # fmt: skip


@bp.get("/c/<int:draft_id>/details")
@requires(Permission.COURSES_WRITE)
def details(draft_id: int) -> str:
    """Show name, summary, tier, category, audience, outcomes, issuing unit."""
    draft = queries.draft(draft_id)
    held = draft.details
    form = forms.DetailsForm(
        formdata=None, title=held["title"], summary=held["summary"], tier=held["tier"], category=held["category"],
        audience=held["audience"], outcomes="\n".join(held["outcomes"]), unit=units.code_of(draft.unit_id),
        revision=draft.revision,
    )  # fmt: skip
    return _details_page(draft, form)


def _details_page(draft: Draft, form: forms.DetailsForm) -> str:
    form.unit.choices = unit_choices()
    published = queries.course_of(draft) is not None
    return render_template("authoring/details.html", draft=draft, form=form, published=published)


@bp.post("/c/<int:draft_id>/details")
@requires(Permission.COURSES_WRITE)
def save_details(draft_id: int) -> Answer | tuple[str, int]:
    """Keep the details; a colleague's newer ones are shown beside."""
    draft = queries.draft(draft_id)
    form = forms.DetailsForm()
    form.unit.choices = unit_choices()
    if not form.validate():
        return _details_page(draft, form), 422
    unit = unit_in_scope(form.unit.data)
    values = _details_of(form)
    commands.lock_draft(draft)
    theirs = {name: draft.details[name] for name in values}
    if form.revision.data != str(draft.revision) and theirs != values:
        return _details_conflict(draft, form, theirs), 409
    try:
        commands.change_details(draft, values, unit.id, actor_id=current_user.id)
    except Conflict as error:
        db.session.rollback()
        form.unit.errors = [error.message]
        return _details_page(draft, form), 422
    db.session.commit()
    flash(_("课程信息存好了。"), "ok")
    return redirect(url_for(".build", draft_id=draft.id))


def _details_of(form: forms.DetailsForm) -> dict[str, object]:
    return {
        "title": form.title.data.strip(),
        "summary": form.summary.data.strip(),
        "tier": form.tier.data,
        "category": form.category.data,
        "audience": (form.audience.data or "").strip(),
        "outcomes": forms.lines_of(form.outcomes.data),
    }


def _details_conflict(draft: Draft, form: forms.DetailsForm, theirs: dict[str, object]) -> str:
    outcomes = theirs["outcomes"] if isinstance(theirs["outcomes"], list) else []
    held = theirs | {
        "outcomes": "\n".join(outcomes), "tier": TIERS[str(theirs["tier"])], "category": CATEGORIES[str(theirs["category"])],
    }  # fmt: skip
    shown = {"tier": TIERS[form.tier.data], "category": CATEGORIES[form.category.data]}
    rows = [
        (form[name].label.text, held[name], shown.get(name, form[name].data or ""))
        for name in ("title", "summary", "tier", "category", "audience", "outcomes")
    ]
    return conflict_page(
        rows, draft.revision, request.path, url_for(".details", draft_id=draft.id), draft.updated_by_name
    )


def conflict_page(
    rows: list[tuple[object, object, object]], revision: object, action: str, theirs_url: str, who: str
) -> str:
    """Return both versions side by side; hers travels on in hidden fields, to be saved over the newer one."""
    hidden = [
        (name, value)
        for name, values in request.form.lists()
        if name not in ("csrf_token", "revision")
        for value in values
    ]
    page = render_template(
        "authoring/conflict.html", rows=rows, revision=revision, action=action, theirs_url=theirs_url, who=who,
        hidden=hidden,
    )  # fmt: skip
    db.session.rollback()
    return page


@bp.get("/c/<int:draft_id>/publication")
@requires(Permission.COURSES_PUBLISH)
def ask_publish(draft_id: int) -> str:
    """Show what publishing will do, or what is missing."""
    return _publish_page(queries.draft(draft_id))


def _publish_page(draft: Draft, problems: list[str] | None = None) -> str:
    course = queries.course_of(draft)
    content = documents.content_of(draft)
    found = steps.of_draft(draft, content)
    return render_template(
        "authoring/publish.html", draft=draft, course=course, content=content, left=steps.left(found),
        advice=[step for step in found if not step.needed], problems=problems or [],
        learners=queries.learners(course) if course else 0, owner=units.by_id(draft.unit_id),
    )  # fmt: skip


@bp.post("/c/<int:draft_id>/publication")
@requires(Permission.COURSES_PUBLISH)
def publish(draft_id: int) -> Answer | tuple[str, int]:
    """Freeze the draft as the next version; with steps left it says which and changes nothing."""
    draft = queries.draft(draft_id)
    if steps.left(steps.of_draft(draft, documents.content_of(draft))):
        return _publish_page(draft), 409
    try:
        version = commands.publish(draft, actor_id=current_user.id)
    except (CourseError, Conflict) as error:
        db.session.rollback()
        messages = (
            [one.message for one in error.problems] if isinstance(error, CourseError) else [error.message]
        )
        return _publish_page(draft, messages), 409
    db.session.commit()
    flash(_("发布了，第 %(n)s 版。志愿者现在就能学。", n=version.number), "ok")
    return redirect(url_for(".build", draft_id=draft.id))


@bp.get("/c/<int:draft_id>/withdrawal")
@requires(Permission.COURSES_PUBLISH)
def ask_withdraw(draft_id: int) -> str:
    """Say what withdrawing does, on a page of its own."""
    draft = queries.draft(draft_id)
    course = queries.course_of(draft)
    learners = queries.learners(course) if course else 0
    return render_template("authoring/withdraw.html", draft=draft, course=course, learners=learners)


@bp.post("/c/<int:draft_id>/withdrawal")
@requires(Permission.COURSES_PUBLISH)
def withdraw(draft_id: int) -> Answer:
    """Take the course out of the catalogue; with no published course the draft is deleted."""
    draft = queries.draft(draft_id)
    if queries.course_of(draft) is None:
        commands.delete_draft(draft, actor_id=current_user.id)
        db.session.commit()
        flash(_("草稿删除了。"), "ok")
        return redirect(url_for(".index"))
    commands.withdraw(draft, actor_id=current_user.id)
    db.session.commit()
    flash(_("课程下架了。学过的记录和证书都还在。"), "ok")
    return redirect(url_for(".build", draft_id=draft.id))
