"""What templates may use: text size, language, dates in the site's zone, hashed asset addresses, Markdown."""

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import nh3
from babel.support import NullTranslations
from flask import Flask, current_app, g, has_request_context, request
from flask_babel import get_locale, get_translations
from jinja2 import StrictUndefined
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup, escape

from courses.items.typed import GAP
from courses.items.words import PICTURE, without_pictures
from lms.core.sentences import in_english

SIZES = ("standard", "large", "huge")
LANGUAGES = ("zh", "en")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_COUNTED = re.compile(r"(%\((\w+)\)s[^\[\]%]*)\[([^|\]]*)\|([^|\]]*)\]")
"""A word that follows a number: `%(n)s [lesson|lessons]`."""
_markdown = MarkdownIt("js-default", {"html": False, "linkify": False})
_TOP_TITLE = re.compile(r"\A\s*# [^\n]*(\n|\Z)")
_SIZED = re.compile(r"/pictures/[0-9a-f]{40}-(\d{1,5})x(\d{1,5})")
_ATTRIBUTES = {**nh3.ALLOWED_ATTRIBUTES, "img": {"src", "alt", "width", "height", "loading"}}
_TAGS = {
    "p", "h2", "h3", "h4", "ul", "ol", "li", "strong", "em", "blockquote", "a", "img", "table", "thead", "tbody",
    "tr", "th", "td", "hr", "br", "code", "pre", "del",
}  # fmt: skip


def attach(app: Flask, *, site_name: str, timezone: ZoneInfo) -> None:
    """Give templates their filters and globals; an undefined variable is an error."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.globals.update(asset=asset, site_name=site_name, chinese=chinese, url_for=address)
    app.jinja_env.filters.update(
        markdown=markdown,
        stem=stem,
        pictured=pictured,
        without_pictures=without_pictures,
        picture=picture,
        picture_size=picture_size,
        day=lambda moment: day(moment, timezone),
        moment=lambda value: f"{day(value, timezone)} {value.astimezone(timezone):%H:%M}",
        clock=lambda value: f"{value.astimezone(timezone):%H:%M}",
        duration=duration,
        sentence=sentence,
        title_of=lambda thing: hers(thing.title, thing.title_en),
        summary_of=lambda course: hers(course.summary, course.summary_en),
        hours=lambda number: f"{float(number):g}",
        points=points,
        megabytes=lambda size: f"{max(size / 1_000_000, 0.1):.1f} MB",
    )
    app.context_processor(lambda: {"text_size": text_size(), "lang": language()})


def attach_words(app: Flask) -> None:
    """Give templates `_`: a word of the interface in her language, `%(name)s` filled in and escaped."""
    app.jinja_env.globals["_"] = word


def word(text: str, **values: object) -> Markup:
    """Return a text of the interface in the language of the request."""
    found = Markup(_words().ugettext(text))
    if "|" in found:
        found = Markup(
            _COUNTED.sub(lambda made: made[1] + made[3 if str(values[made[2]]) == "1" else 4], found)
        )
    return found % values if "%" in found else found


def hers(text: str, english: str) -> str:
    """Return a text of a course in her language; without English it is shown and marked as Chinese."""
    if language() != "en":
        return text
    return english or Markup('<span lang="zh-CN">{}</span>').format(text)


def chinese() -> Markup:
    """Return the attribute of an element whose content is Chinese while the page is not."""
    return Markup(' lang="zh-CN"' if language() == "en" else "")


def sentence(text: str) -> str:
    """Return the sentence of an error, a rule or a problem in her language."""
    if language() != "en":
        return text
    said = in_english(str(text))
    return Markup(said) if isinstance(text, Markup) else said


def _words() -> NullTranslations:
    """Return the translations of this request, fetched once and not for every word."""
    try:
        found: NullTranslations = g.words
    except (AttributeError, RuntimeError):
        found = get_translations()
        if has_request_context():
            g.words = found
    return found


def text_size() -> str:
    """Return the size she chose (cookie `size`), standard otherwise."""
    chosen = request.cookies.get("size", "")
    return chosen if chosen in SIZES else SIZES[0]


def language() -> str:
    """Return the language she chose (cookie `lang`), Chinese otherwise."""
    chosen = request.cookies.get("lang", "") if has_request_context() else ""
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


def address(endpoint: str, **values: Any) -> str:
    """Return what `url_for` returns; an address that names nothing but its page is worked out once."""
    if values or endpoint.startswith(".") or not has_request_context():
        return current_app.url_for(endpoint, **values)
    known: dict[tuple[str, str], str] = current_app.extensions.setdefault("lms_addresses", {})
    key = (request.root_path, endpoint)
    if key not in known:
        known[key] = current_app.url_for(endpoint)
    return known[key]


def asset(name: str) -> str:
    """Return the address of a static file, changing with its content."""
    return _asset(current_app.static_folder or "", current_app.static_url_path or "", name)


@lru_cache(maxsize=256)
def _asset(static_folder: str, static_url: str, name: str) -> str:
    folder = Path(static_folder)
    if name.startswith("vendor/"):
        plain = name.removeprefix("vendor/")
        return f"{static_url}/vendor/{_vendor(folder).get(plain, plain)}"
    return f"{static_url}/{name}?v={_digest(folder / name)}"


@lru_cache(maxsize=256)
def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else "0"


@lru_cache(maxsize=1)
def _vendor(folder: Path) -> dict[str, str]:
    manifest = folder / "vendor" / "manifest.json"
    found: dict[str, str] = json.loads(manifest.read_text("utf-8")) if manifest.is_file() else {}
    return found


def markdown(text: str) -> Markup:
    """Render Markdown to HTML that passed the sanitiser; a title on top is left to the page's own h1."""
    html = _markdown.render(_TOP_TITLE.sub("", text, count=1))
    schemes = {"http", "https", "mailto", "tel"}
    return Markup(nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=schemes))


def _image(self: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType) -> str:
    """Let a picture come when it is near, and keep its place free meanwhile."""
    token = tokens[at]
    token.attrSet("loading", "lazy")
    if size := _SIZED.fullmatch(str(token.attrGet("src") or "")):
        token.attrSet("width", size.group(1))
        token.attrSet("height", size.group(2))
    return self.image(tokens, at, options, env)


_markdown.add_render_rule("image", _image)


def stem(text: str) -> Markup:
    """Render the words of a question; the gaps of a cloze show as numbered blanks."""
    return markdown(
        GAP.sub("（\\1）\u2060＿\u2060＿\u2060＿", text)
    )  # joined, so that no line ends inside a blank


def pictured(text: str) -> Markup:
    """Return the words of an option as they are, with the pictures that Markdown names in them."""
    shown, at = Markup(), 0
    for found in PICTURE.finditer(text):
        shown += escape(text[at : found.start()]) + picture(found[2], found[1])
        at = found.end()
    return shown + escape(text[at:])


def picture(address: str, alt: str) -> Markup:
    """Return a picture with its words; its size, where the address says it, keeps its place free."""
    across, down = picture_size(address)
    size = Markup(' width="{}" height="{}"').format(across, down) if across else ""
    return Markup('<img src="{}" alt="{}"{}>').format(address, alt, size)


def picture_size(address: str) -> tuple[int, int]:
    """Return width and height as the address of a picture tells them, (0, 0) when it does not."""
    found = _SIZED.fullmatch(address)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def day(value: datetime, timezone: ZoneInfo) -> str:
    """Return a date in words: 2026年11月24日, or 24 November 2026."""
    local = value.astimezone(timezone)
    if str(get_locale() or "zh").startswith("en"):
        return f"{local.day} {MONTHS[local.month - 1]} {local.year}"
    return f"{local.year}年{local.month}月{local.day}日"


def points(value: Fraction | float) -> str:
    """Return points as a person writes them: 2, 2.5, 1.67."""
    return f"{float(value):.2f}".rstrip("0").rstrip(".")


def duration(seconds: float) -> str:
    """Return a length of time in words: 8 分 20 秒."""
    minutes, rest = divmod(round(seconds), 60)
    if str(get_locale() or "zh").startswith("en"):
        return f"{minutes} min {rest} s" if minutes else f"{rest} s"
    return f"{minutes} 分 {rest} 秒" if minutes else f"{rest} 秒"
