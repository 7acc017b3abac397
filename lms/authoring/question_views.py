"""Questions of a paper, or the check questions of a text version: type, change, order, delete."""

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from courses.items import Item
from courses.model import Played, QuizBody
from lms.authoring import commands, documents, queries, questions
from lms.authoring.forms import choices
from lms.authoring.models import DraftLesson
from lms.authoring.views import conflict_page
from lms.core.errors import Conflict, Missing
from lms.extensions import db
from lms.federations.guards import requires
from lms.federations.permissions import Permission

bp = Blueprint(
    "questions", __name__, template_folder="templates", url_prefix="/teach/l/<int:lesson_id>/items"
)


def paper_of(lesson_id: int) -> tuple[DraftLesson, tuple[Item, ...]]:
    """Return a lesson that holds questions, and these."""
    row = queries.lesson(lesson_id, "quiz", "video", "audio")
    return row, documents.items_of(documents.body_of(row))


def _item(items: tuple[Item, ...], item_id: str) -> Item:
    found = next((one for one in items if one.id == item_id), None)
    if found is None:
        raise Missing(_("没有找到这道题。可能刚被删除，请回到题目列表看看。"))
    return found


def keep(row: DraftLesson, items: tuple[Item, ...]) -> None:
    """Write the questions of a locked lesson."""
    body = documents.body_of(row)
    if isinstance(body, QuizBody):
        values = {"body": documents.body_json(replace(body, items=items)), "minutes": max(1, len(items))}
        commands.save_lesson(row, actor_id=current_user.id, **values)
    elif isinstance(body, Played):
        kept = documents.body_json(replace(body, checks=items))
        commands.save_lesson(row, actor_id=current_user.id, body=kept)


def _back(row: DraftLesson, anchor: str = "questions") -> Answer:
    return redirect(url_for("lessons.edit", lesson_id=row.id, _anchor=anchor))


def _page(row: DraftLesson, form: questions.QuestionForm, item: Item | None) -> str:
    return render_template(
        "authoring/question.html", lesson=row, draft=row.draft, form=form, item=item,
        answered=queries.answered(row.draft, row.lesson_id),
    )  # fmt: skip


EDITABLE = frozenset(questions.KINDS)


def _form(row: DraftLesson, item: Item | None = None, *, typed: bool) -> questions.QuestionForm:
    form = questions.QuestionForm() if typed else questions.form_of(item)
    others = [(one.lesson_id, one.title) for one in row.draft.lessons if one.kind != "quiz"]
    form.lesson.choices = choices([("", _("不指定")), *others])
    return form


@bp.get("/new")
@requires(Permission.COURSES_WRITE)
def new(lesson_id: int) -> str:
    """Show an empty question."""
    row, _items = paper_of(lesson_id)
    return _page(row, _form(row, typed=False), None)


@bp.post("/new")
@requires(Permission.COURSES_WRITE)
def add(lesson_id: int) -> Answer | tuple[str, int]:
    """Add a question at the end."""
    row, _items = paper_of(lesson_id)
    form = _form(row, typed=True)
    item = questions.item_of(form, commands.short_id())
    if item is None:
        return _page(row, form, None), 422
    commands.lock_lesson(row)
    keep(row, (*documents.items_of(documents.body_of(row)), item))
    db.session.commit()
    flash(_("题目存好了。"), "ok")
    if request.form.get("do") == "more":
        return redirect(url_for(".new", lesson_id=row.id))
    return _back(row)


@bp.get("/<item_id>")
@requires(Permission.COURSES_WRITE)
def edit(lesson_id: int, item_id: str) -> str:
    """Show a question."""
    row, items = paper_of(lesson_id)
    item = _item(items, item_id)
    if item.kind not in EDITABLE:
        raise Conflict(_("这种题在网页上不能改。请改好课程包再导入，或删除它重新出题。"))
    return _page(row, _form(row, item, typed=False), item)


@bp.post("/<item_id>")
@requires(Permission.COURSES_WRITE)
def save(lesson_id: int, item_id: str) -> Answer | tuple[str, int]:
    """Change a question; its number stays its own. A colleague's newer wording is shown beside."""
    row, items = paper_of(lesson_id)
    form = _form(row, typed=True)
    written = questions.item_of(form, item_id, old=_item(items, item_id))
    if written is None:
        return _page(row, form, _item(items, item_id)), 422
    commands.lock_lesson(row)
    items = documents.items_of(documents.body_of(row))
    held = _item(items, item_id)
    if form.revision.data != questions.stamp(held) and held != written:
        rows = questions.compare(held, written)
        own = url_for(".edit", lesson_id=row.id, item_id=item_id)
        return conflict_page(rows, questions.stamp(held), request.path, own, row.updated_by_name), 409
    keep(row, tuple(written if one.id == item_id else one for one in items))
    db.session.commit()
    flash(_("题目存好了。"), "ok")
    return _back(row)


@bp.post("/<item_id>/move")
@requires(Permission.COURSES_WRITE)
def move(lesson_id: int, item_id: str) -> Answer:
    """Move a question one place up or down."""
    row, _items = paper_of(lesson_id)
    commands.lock_lesson(row)
    items = list(documents.items_of(documents.body_of(row)))
    at = items.index(_item(tuple(items), item_id))
    to = at + (-1 if request.form.get("to") == "up" else 1)
    if 0 <= to < len(items):
        items[at], items[to] = items[to], items[at]
        keep(row, tuple(items))
    db.session.commit()
    return _back(row, f"item-{item_id}")


@bp.post("/<item_id>/deletion")
@requires(Permission.COURSES_WRITE)
def delete(lesson_id: int, item_id: str) -> Answer:
    """Take a question out of the draft; published versions keep theirs."""
    row, _items = paper_of(lesson_id)
    commands.lock_lesson(row)
    items = documents.items_of(documents.body_of(row))
    gone = _item(items, item_id)
    keep(row, tuple(one for one in items if one.id != item_id))
    db.session.commit()
    flash(_("删除了一道题：%(stem)s", stem=gone.stem[:30]), "ok")
    return _back(row)
