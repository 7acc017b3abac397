"""Questions pasted from a document: recognised, looked through, then kept. What is not clear is flagged, never guessed."""

import re
from collections.abc import Iterable
from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from courses.errors import Problem
from courses.formats import pasted
from courses.items import Item, codec
from lms.authoring import commands, documents, forms
from lms.authoring.models import DraftLesson
from lms.authoring.question_views import keep, paper_of
from lms.core import audit_log
from lms.extensions import db
from lms.federations.guards import requires
from lms.federations.permissions import Permission

bp = Blueprint("paste", __name__, template_folder="templates", url_prefix="/teach/l/<int:lesson_id>/paste")
STARTS = re.compile(r"\s*[(（]?\d{1,3}[)）.．、:：]")


@bp.get("")
@requires(Permission.COURSES_WRITE)
def ask(lesson_id: int) -> str:
    """Show the box."""
    row, _items = paper_of(lesson_id)
    return _page(row, forms.PasteForm(formdata=None), (), ())


def _page(
    row: DraftLesson,
    form: forms.PasteForm,
    found: Iterable[Item],
    problems: Iterable[Problem],
    saved: int = 0,
) -> str:
    return render_template(
        "authoring/paste.html", lesson=row, draft=row.draft, form=form, found=list(found), problems=list(problems),
        saved=saved,
    )  # fmt: skip


@bp.post("")
@requires(Permission.COURSES_WRITE)
def read(lesson_id: int) -> Answer | str | tuple[str, int]:
    """Show what was recognised, or keep it; what was not clear stays in the box."""
    row, _items = paper_of(lesson_id)
    form = forms.PasteForm()
    if not form.validate():
        return _page(row, form, (), ()), 422
    found, problems = pasted.read(form.text.data)
    if request.form.get("do") != "save":
        return _page(row, form, found, problems)
    if not found:
        return _page(row, form, found, problems), 422
    count = _keep(row, found)
    db.session.commit()
    if problems:
        form.text.data = left_over(form.text.data, problems)
        return _page(row, form, (), problems, saved=count)
    flash(_("存了 %(n)s 题。", n=count), "ok")
    return redirect(url_for("lessons.edit", lesson_id=row.id, _anchor="questions"))


def _keep(row: DraftLesson, found: tuple[Item, ...]) -> int:
    """Add what the lesson does not hold yet; says how many questions it holds of these."""
    commands.lock_lesson(row)
    held = documents.items_of(documents.body_of(row))
    known = {_content(item) for item in held}
    fresh = tuple(_renamed(item) for item in found if _content(item) not in known)
    if fresh:
        keep(row, (*held, *fresh))
        audit_log.record(
            current_user.id,
            "questions.pasted",
            "draft",
            row.draft_id,
            {"lesson": row.lesson_id, "items": len(fresh)},
        )
    return len(found)


def _content(item: Item) -> str:
    """A question without its id: pasting the same text twice adds nothing."""
    return str(codec.to_json(replace(item, id="", items=())))


def _renamed(item: Item) -> Item:
    """Return the item under an id of its own, which no other lesson has."""
    return replace(item, id=commands.short_id(), items=tuple(_renamed(one) for one in item.items))


def left_over(text: str, problems: Iterable[Problem]) -> str:
    """Return the questions of a text that a problem names, each from its number to the next one."""
    lines = text.replace("\r\n", "\n").split("\n")
    starts = [at for at, line in enumerate(lines) if STARTS.match(line)] or [0]
    kept = set()
    for problem in problems:
        at = max(problem.line - 1, 0)
        kept.add(max((start for start in starts if start <= at), default=starts[0]))
    ends = dict(zip(starts, [*starts[1:], len(lines)], strict=True))
    return "\n".join("\n".join(lines[start : ends[start]]).rstrip() for start in sorted(kept))
