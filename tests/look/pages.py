"""Templates rendered without the application, for tests of the look alone."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from lms.core.templating import markdown, pictured, stem
from lms.home import styleguide_views as guide

LMS = Path(__file__).parents[2] / "lms"
PERSON = SimpleNamespace(is_authenticated=True, get_id=lambda: "7")


def environment() -> Environment:
    """Return the templates with the names lms.core.templating gives them; static files by file address."""
    folders = [str(LMS / "templates"), str(LMS / "home/templates")]
    env = Environment(
        loader=FileSystemLoader(folders),
        undefined=StrictUndefined,
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
    )
    env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(
        asset=lambda name: (LMS / "static" / name).as_uri(),
        site_name="巾帼云课堂",
        url_for=lambda name, **_: "/" + name,
        csrf_token=lambda: "token",
        g=SimpleNamespace(csp_nonce="nonce"),
        get_flashed_messages=lambda **_: [],
        request=SimpleNamespace(path="/", full_path="/?", query_string=b""),
    )
    env.globals["chinese"] = str  # nothing to say on a Chinese page
    env.filters.update(
        sentence=lambda text: text,
        markdown=markdown,
        stem=stem,
        pictured=pictured,
        without_pictures=str,
        picture=str,
        picture_size=lambda address: (0, 0),
        duration=lambda seconds: f"{seconds // 60} 分 {seconds % 60} 秒",
    )
    return env


def guide_page(size: str) -> str:
    """Return /styleguide at a text size, with a QR block on its certificate."""
    square = Markup('<svg viewBox="0 0 9 9"><rect width="9" height="9"/></svg>')
    sample = SimpleNamespace(**{**vars(guide.CERTIFICATE), "qr_svg": square})
    return environment().get_template("home/styleguide.html").render(**_guide_values(sample), text_size=size)


def _guide_values(sample: Any) -> dict[str, Any]:
    return {
        "colours": guide.COLOURS,
        "single": guide.SINGLE,
        "truefalse": guide.TRUE_FALSE,
        "multiple": guide.MULTIPLE,
        "certificate_sample": sample,
        "columns": guide.COLUMNS,
        "rows": guide.ROWS,
        "lang": "zh",
        "current_user": PERSON,
    }


def paper_page() -> str:
    """Return a paper of three questions with its bar and scripts."""
    source = (
        "{% extends 'base.html' %}{% from '_macros/quiz.html' import question, quiz_bar %}"
        "{% from '_macros/saved.html' import saved_line %}{% block main %}"
        "<form id='paper' data-behaviour='quiz' data-attempt='a1'>{{ question(single, 1, 3) }}"
        "{{ question(truefalse, 2, 3) }}{{ question(multiple, 3, 3) }}</form>{{ saved_line() }}{% endblock %}"
        "{% block bar %}{{ quiz_bar('paper') }}{% endblock %}"
        "{% block scripts %}<script src='{{ asset('js/quiz.js') }}' defer></script>{% endblock %}"
    )
    return environment().from_string(source).render(**_guide_values(guide.CERTIFICATE), text_size="standard")
