"""Lessons of a draft: add, order, write, delete. Each kind has its page; what this page cannot edit it shows."""

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from courses.model import Body, DocumentBody, Played, QuizBody, TextBody, TextPage
from lms.authoring import commands, deeds, documents, forms, media_lessons, queries, steps, uploads
from lms.authoring.models import DraftLesson
from lms.authoring.views import conflict_page
from lms.core.errors import Invalid
from lms.core.templating import markdown
from lms.extensions import db
from lms.federations.guards import requires
from lms.federations.permissions import Permission

bp = Blueprint("lessons", __name__, template_folder="templates", url_prefix="/teach")
PAGE_BREAK = "---"
LessonForm = forms.TextForm | forms.VideoForm | forms.PaperForm | deeds.DeedForm | media_lessons.DocumentForm
FORMS: Mapping[str, type[LessonForm]] = {
    "text": forms.TextForm,
    "video": forms.VideoForm,
    "quiz": forms.PaperForm,
    **deeds.FORMS,
    **media_lessons.FORMS,
}


@bp.post("/c/<int:draft_id>/lessons")
@requires(Permission.COURSES_WRITE)
def add(draft_id: int) -> Answer:
    """Add an empty lesson and open its page."""
    draft = queries.draft(draft_id)
    kind = request.form.get("kind", "")
    if kind not in FORMS:
        raise Invalid(_("请从几种课里选一种要加的。"))
    row = commands.add_lesson(draft, kind, actor_id=current_user.id)
    db.session.commit()
    return redirect(url_for(".edit", lesson_id=row.id))


@bp.post("/l/<int:lesson_id>/move")
@requires(Permission.COURSES_WRITE)
def move(lesson_id: int) -> Answer:
    """Move a lesson one place up or down."""
    row = queries.lesson(lesson_id)
    commands.move_lesson(row, -1 if request.form.get("to") == "up" else 1, actor_id=current_user.id)
    db.session.commit()
    return redirect(url_for("teach.build", draft_id=row.draft_id, _anchor=f"lesson-{row.id}"))


@bp.get("/l/<int:lesson_id>/deletion")
@requires(Permission.COURSES_WRITE)
def ask_delete(lesson_id: int) -> str:
    """Ask once, on a page of its own."""
    row = queries.lesson(lesson_id)
    return render_template("authoring/delete.html", lesson=row, draft=row.draft)


@bp.post("/l/<int:lesson_id>/deletion")
@requires(Permission.COURSES_WRITE)
def delete(lesson_id: int) -> Answer:
    """Take the lesson out of the draft."""
    row = queries.lesson(lesson_id)
    draft_id, title = row.draft_id, row.title
    commands.delete_lesson(row, actor_id=current_user.id)
    db.session.commit()
    flash(_("《%(title)s》删除了。", title=title), "ok")
    return redirect(url_for("teach.build", draft_id=draft_id))


@bp.get("/l/<int:lesson_id>")
@requires(Permission.COURSES_WRITE)
def edit(lesson_id: int) -> str:
    """Show the page of a lesson."""
    row = queries.lesson(lesson_id)
    if row.kind not in FORMS or not deeds.fits(documents.body_of(row)):
        return render_template("authoring/fixed.html", lesson=row, draft=row.draft)
    return lesson_page(row, _held(row))


def _held(row: DraftLesson) -> LessonForm:
    """Return the form of a lesson as it is kept."""
    body = documents.body_of(row)
    values: dict[str, object] = {"title": row.title, "revision": row.revision}
    if isinstance(body, TextBody):
        own = body.min_seconds != queries.stay_of(body.markdown)
        values |= {"body": body.markdown, "min_seconds": str(body.min_seconds) if own else ""}
    elif isinstance(body, Played):
        values["pages"] = join_pages(body)
    elif isinstance(body, QuizBody):
        values |= {
            "pass_mark": str(body.pass_mark),
            "tries": str(body.tries or ""),
            "limit_minutes": str(body.limit_minutes or ""),
            "waits": row.waits_for_earlier,
        }
    return FORMS[row.kind](
        formdata=None, **values, **deeds.held(body, row.minutes), **media_lessons.held(body)
    )


def join_pages(body: Played) -> str:
    """Return the text version as one text, its pages parted by lines of ---."""
    return f"\n\n{PAGE_BREAK}\n\n".join(page.markdown.strip() for page in body.pages)


def split_pages(text: str) -> tuple[TextPage, ...]:
    """Return the pages of a text, each with its minimum time."""
    pages: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.strip() == PAGE_BREAK:
            pages.append([])
        else:
            pages[-1].append(line)
    texts = ("\n".join(lines).strip() for lines in pages)
    return tuple(TextPage(text, queries.stay_of(text)) for text in texts if text)


def lesson_page(row: DraftLesson, form: LessonForm | None = None, **more: object) -> str:
    """Return the page of a lesson; `more` holds messages of the other forms on it."""
    body = documents.body_of(row)
    values = {
        "film_form": media_lessons.FILE_FORMS.get(row.kind, forms.FilmForm)(formdata=None), "captions_form": forms.CaptionsForm(formdata=None),
        "paste_form": forms.PasteForm(formdata=None), "sketch": None, **more,
    }  # fmt: skip
    return render_template(
        f"authoring/{row.kind}.html", lesson=row, draft=row.draft, body=body, form=form or _held(row),
        questions=documents.items_of(body), film=queries.film_of(row), unfinished=uploads.unfinished(row),
        has_captions=steps.has_captions(row), answered=queries.answered(row.draft, row.lesson_id),
        names=queries.names(row.draft.lessons), limits=uploads.LIMITS, most=media_lessons.MOST_BYTES.get(row.kind, 0), too_large=media_lessons.too_large(row.kind), reading=queries.reading_words, **values,
    )  # fmt: skip


@bp.post("/l/<int:lesson_id>")
@requires(Permission.COURSES_WRITE)
def save(lesson_id: int) -> Answer | str | tuple[str, int]:
    """Keep the lesson, or only show how it would look; a colleague's newer version is shown beside."""
    row = queries.lesson(lesson_id, *FORMS)
    form = FORMS[row.kind]()
    if not form.validate():
        return lesson_page(row, form), 422
    if request.form.get("do") == "sketch":
        return lesson_page(row, form, sketch=_sketch(form))
    commands.lock_lesson(row)
    held = _held(row)
    if form.revision.data != str(row.revision) and _words(held) != _words(form):
        return _conflict(row, held, form), 409
    commands.save_lesson(row, actor_id=current_user.id, **_values(row, form))
    db.session.commit()
    flash(_("《%(title)s》存好了。", title=row.title), "ok")
    if request.form.get("do") == "back":
        return redirect(url_for("teach.build", draft_id=row.draft_id))
    return redirect(url_for(".edit", lesson_id=row.id))


def _values(row: DraftLesson, form: LessonForm) -> dict[str, object]:
    """Return what a checked form writes into the row."""
    body = documents.body_of(row)
    title = form.title.data.strip()
    if isinstance(form, forms.TextForm):
        text = clean(form.body.data)
        stay = form.min_seconds.number if form.min_seconds.number is not None else queries.stay_of(text)
        return _kept(title, TextBody(text, stay), queries.minutes_of(text))
    if isinstance(form, forms.VideoForm) and isinstance(body, Played):
        return _kept(title, replace(body, pages=split_pages(clean(form.pages.data))), row.minutes)
    if isinstance(form, forms.PaperForm) and isinstance(body, QuizBody):
        paper = replace(
            body,
            pass_mark=form.pass_mark.number,
            tries=form.tries.number,
            limit_minutes=form.limit_minutes.number or 0,
        )
        return _kept(title, paper, row.minutes) | {"waits_for_earlier": form.waits.data, "requires": []}
    if isinstance(form, media_lessons.DocumentForm) and isinstance(body, DocumentBody):
        return _kept(title, media_lessons.written(form, body, clean), row.minutes)
    if isinstance(form, deeds.DeedForm):
        return _kept(title, *deeds.written(form, clean(form.body.data), body, commands.short_id))
    raise Invalid


def _kept(title: str, body: Body, minutes: int) -> dict[str, object]:
    return {"title": title, "body": documents.body_json(body), "minutes": minutes}


def clean(text: str | None) -> str:
    """Return a typed text with plain line ends and without control characters."""
    plain = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char for char in plain if char in "\n\t" or ord(char) >= 32)


def _words(form: LessonForm) -> dict[str, object]:
    """Return what a form says, to compare two of them."""
    skipped = ("csrf_token", "revision")
    return {
        name: clean(value).strip() if isinstance(value, str) else value
        for name, value in form.data.items()
        if name not in skipped
    }


def _conflict(row: DraftLesson, held: LessonForm, form: LessonForm) -> str:
    yes_no = {True: _("是"), False: _("否")}
    rows: list[tuple[object, object, object]] = [
        (
            field.label.text,
            yes_no.get(held[field.name].data, held[field.name].data or ""),
            yes_no.get(field.data, field.data or ""),
        )
        for field in form
        if field.name not in ("csrf_token", "revision")
    ]
    return conflict_page(
        rows, row.revision, request.path, url_for(".edit", lesson_id=row.id), row.updated_by_name
    )


def _sketch(form: LessonForm) -> Markup:
    """Return how the typed text will look."""
    if isinstance(form, forms.TextForm | deeds.DeedForm | media_lessons.DocumentForm):
        return markdown(clean(form.body.data))
    if isinstance(form, forms.VideoForm):
        pages = split_pages(clean(form.pages.data))
        return Markup("<hr>").join(markdown(page.markdown) for page in pages)
    return Markup("")


@bp.post("/l/<int:lesson_id>/sketch")
@requires(Permission.COURSES_WRITE)
def sketch(lesson_id: int) -> str:
    """Answer with the preview and the count of a text being typed; keeps nothing."""
    row = queries.lesson(lesson_id)
    text = clean(request.form.get("body") or request.form.get("pages") or "")[: forms.MARKDOWN_LENGTH]
    pages = split_pages(text) if row.kind in ("video", "audio") else ()
    html = Markup("<hr>").join(markdown(page.markdown) for page in pages) if pages else markdown(text)
    return render_template(
        "authoring/_sketch.html", html=html, text=text, pages=len(pages), reading=queries.reading_words
    )
