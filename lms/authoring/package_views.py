"""Whole courses as packages: bring a zip in as a draft, take a draft out as a zip."""

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as Answer

from courses.errors import CourseError, Problem
from lms.authoring import exchange, forms, outgoing, queries, uploads
from lms.authoring.film_views import scratch
from lms.authoring.views import unit_choices, unit_in_scope
from lms.core import audit_log, bodies
from lms.core.bodies import accepts
from lms.core.errors import Conflict, TooLarge
from lms.extensions import csrf, db
from lms.federations.guards import requires
from lms.federations.permissions import Permission
from media.errors import MediaError

bp = Blueprint("packages", __name__, template_folder="templates", url_prefix="/teach")
WHOLE = uploads.LIMITS.package + bodies.MEGABYTE
SHOWN = 200
"""Problems listed on one page; a broken package may have thousands."""


@bp.get("/import")
@requires(Permission.COURSES_WRITE)
def ask() -> str:
    """Ask for a zip."""
    form = forms.PackageForm(formdata=None)
    form.unit.choices = unit_choices()
    return _page(form)


def _page(form: forms.PackageForm, problems: list[Problem] | None = None) -> str:
    found = problems or []
    return render_template("authoring/import.html", form=form, problems=found[:SHOWN], total=len(found))


@bp.post("/import")
@accepts(WHOLE)
@requires(Permission.COURSES_WRITE)
def bring_in() -> Answer | tuple[str, int]:
    """Read a package into a draft; everything that is wrong is listed and nothing is kept."""
    if (request.content_length or 0) > WHOLE:
        raise TooLarge(_("课程包最大 300 MB。大的视频请先去掉，导入后在网页上分段传。"))
    csrf.protect()  # only now is the body read: after the door and the size
    form = forms.PackageForm()
    form.unit.choices = unit_choices()
    file = form.package.data
    if not form.validate():
        return _page(form), 422
    if not isinstance(file, FileStorage) or not file.filename:
        form.package.errors = [_("请先选一个课程包。")]
        return _page(form), 422
    unit = unit_in_scope(form.unit.data)
    with scratch() as folder:
        path = folder / "package.zip"
        file.save(path)
        try:
            draft = exchange.bring_in_draft(
                path, unit=unit, actor_id=current_user.id, replace_draft=form.replace.data
            )
        except (CourseError, MediaError, Conflict) as error:
            db.session.rollback()
            return _refused(form, error), 422
        db.session.commit()
    flash(_("课程包导入了，现在是一份草稿。视频在后台转码。"), "ok")
    return redirect(url_for("teach.build", draft_id=draft.id))


csrf.exempt(bring_in)  # checked inside, after the door: a stranger's 300 MB are never read


def _refused(form: forms.PackageForm, error: CourseError | MediaError | Conflict) -> str:
    if isinstance(error, CourseError):
        form.package.errors = [_("这个课程包有 %(n)s 处要改，没有导入。", n=len(error.problems))]
        return _page(form, list(error.problems))
    form.package.errors = [error.message]
    return _page(form)


@bp.get("/c/<int:draft_id>/package")
@requires(Permission.COURSES_WRITE)
def export_package(draft_id: int) -> Answer:
    """Send the draft as a zip."""
    draft = queries.draft(draft_id)
    with scratch() as folder:
        path = folder / "package.zip"
        outgoing.write_draft(draft, path)
        packed = path.open("rb")  # the file goes with its folder; what is open is still sent
    answer: Answer = send_file(
        packed, "application/zip", as_attachment=True, download_name=f"{draft.slug}.zip"
    )
    audit_log.record(current_user.id, "draft.exported", "draft", draft.id)
    db.session.commit()
    return answer
