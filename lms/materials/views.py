"""The library for readers: list, a material, its pages one by one, its files by signed address."""

from flask import Blueprint, render_template
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from lms.assets.sending import send
from lms.core.doors import public, signed_url
from lms.core.errors import Missing
from lms.extensions import db
from lms.materials import links, queries
from lms.materials.models import Material, MaterialStatus
from lms.materials.words import KINDS, MIMES

bp = Blueprint("materials", __name__, template_folder="templates")


@bp.get("/materials")
@public
def library() -> str:
    """List what this reader may read."""
    return render_template("materials/library.html", materials=queries.visible(_reader()), kinds=KINDS)


def _reader() -> int | None:
    return current_user.id if current_user.is_authenticated else None


@bp.get("/materials/<int:material_id>")
@public
def show(material_id: int) -> str:
    """Show what a material is, its pages, and how to keep it."""
    material = queries.one(material_id, _reader())
    return render_template(
        "materials/show.html", material=material, kinds=KINDS, original=links.address(material.id)
    )


@bp.get("/materials/<int:material_id>/<int:n>")
@public
def page(material_id: int, n: int) -> str:
    """Show one page: its picture, and its words."""
    material = queries.one(material_id, _reader())
    found = queries.page(material, n)
    return render_template(
        "materials/page.html", material=material, page=found, picture=links.address(material.id, n)
    )


@bp.get("/materials/file/<token>")
@signed_url
def file(token: str) -> Answer:
    """Send the picture of a page, or the original to keep; a withdrawn material answers no more."""
    link = links.read(token)
    material = db.session.get(Material, link.material_id)
    if material is None or material.status != MaterialStatus.READY:
        raise Missing("这份资料已经撤下了。")
    if link.page:
        picture = queries.page(material, link.page).picture_key
        return send(picture, MIMES[picture.rpartition(".")[2]])
    return send(material.source_key, MIMES[material.kind], save_as=material.file_name)
