"""The library for the people who keep it: list, upload, withdraw."""

import tempfile
from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from lms.core.errors import Conflict, Invalid
from lms.core.uploads import takes_files
from lms.extensions import db
from lms.federations import queries as units
from lms.federations import scope
from lms.federations.guards import requires
from lms.federations.permissions import Permission
from lms.materials import commands, queries
from lms.materials.forms import UploadForm
from lms.materials.models import Material, Visibility
from lms.materials.words import KINDS, STATUSES
from media.kinds import MAX_BYTES

bp = Blueprint("material_shelf", __name__, template_folder="templates", url_prefix="/teach/materials")


@bp.get("")
@requires(Permission.COURSES_WRITE)
def shelf() -> str:
    """List the materials of her units with what became of each."""
    return render_template(
        "materials/shelf.html",
        materials=queries.of_units(scope.ids()),
        kinds=KINDS,
        statuses=STATUSES,
    )


@bp.get("/new")
@requires(Permission.COURSES_WRITE)
def new() -> str:
    """Ask for a file."""
    return _form_page(_form())


def _form(**words: Any) -> UploadForm:
    places = sorted((units.by_id(unit_id) for unit_id in set(g.scope)), key=lambda unit: unit.id)
    return UploadForm([(units.code_of(unit.id), unit.full_name) for unit in places], **words)


def _form_page(form: UploadForm) -> str:
    return render_template("materials/new.html", form=form, most=MAX_BYTES // 1_000_000)


def _too_large() -> tuple[str, int]:
    form = _form(formdata=None)  # the body was not read
    form.file.errors = [_("文件超过 %(n)s MB。请压缩图片，或分成几个文件。", n=MAX_BYTES // 1_000_000)]
    return _form_page(form), 413


@bp.post("/new")
@requires(Permission.COURSES_WRITE)
@takes_files(MAX_BYTES, too_large=_too_large)
def upload() -> Answer | tuple[str, int]:
    """Take a file; one that cannot be used is said here, and nothing of it is kept."""
    form = _form()
    if not form.validate():
        return _form_page(form), 422
    try:
        _take(form)
    except Invalid as error:
        db.session.rollback()
        form.file.errors = [error.message]
        return _form_page(form), error.status
    db.session.commit()
    flash(_("收到了，正在处理页面，一两分钟就好。"), "ok")
    return redirect(url_for(".shelf"))


def _take(form: UploadForm) -> None:
    unit = units.by_code(form.unit.data)
    base: Path = current_app.extensions["lms_settings"].data / "tmp"
    base.mkdir(parents=True, exist_ok=True)
    if unit is None:
        raise Invalid(_("请从列表里选一个单位。"))
    with tempfile.TemporaryDirectory(prefix="upload-", dir=base) as folder:
        path = Path(folder) / "file"
        form.file.data.save(path)
        commands.take(
            commands.examine(path, form.file.data.filename),
            title=form.title.data or "",
            unit_id=unit.id,
            visibility=Visibility(form.visibility.data),
            actor_id=current_user.id,
        )


@bp.get("/<int:material_id>/withdrawal")
@requires(Permission.COURSES_WRITE)
def ask(material_id: int) -> str:
    """Ask once more, on a page of its own."""
    return render_template("materials/withdraw.html", material=scope.one_or_404(Material, material_id))


@bp.post("/<int:material_id>/withdrawal")
@requires(Permission.COURSES_WRITE)
def withdraw(material_id: int) -> Answer:
    """Take a material out of the library."""
    material = scope.one_or_404(Material, material_id)
    try:
        commands.withdraw(material, actor_id=current_user.id)
    except Conflict:
        db.session.rollback()  # a repeated submit gives the first answer
        return redirect(url_for(".shelf"))
    db.session.commit()
    return redirect(url_for(".shelf"))
