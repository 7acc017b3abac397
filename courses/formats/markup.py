"""HTML and the text formats of Moodle to Markdown: what questions need, no more."""

import re
from html.parser import HTMLParser

_BLOCKS = {
    "p",
    "div",
    "tr",
    "table",
    "blockquote",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "pre",
    "section",
    "dl",
    "dd",
    "dt",
}
OPENS, CLOSES = "\x0e", "\x0f"
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*"}
_ACTIVE = {"script", "iframe", "object", "embed", "style", "form", "meta", "link", "base", "svg", "applet"}
_VOID = {"br", "img", "hr", "meta", "link", "base", "embed", "input", "col"}
_PLAIN = {
    "span",
    "a",
    "u",
    "sub",
    "sup",
    "font",
    "tbody",
    "thead",
    "code",
    "hr",
    "label",
    "center",
    "small",
    "big",
    "s",
    "del",
    "ins",
    "html",
    "body",
    "head",
    "title",
    "audio",
    "video",
    "source",
    "input",
    "col",
    "colgroup",
    "caption",
    "o:p",
    "nobr",
    "cite",
    "q",
    "mark",
    "strike",
    "header",
    "footer",
    "article",
    "figure",
    "figcaption",
    "abbr",
    "var",
    "kbd",
    "samp",
}
_START = (
    dict.fromkeys(_BLOCKS, "\n\n")
    | {"br": "\n", "li": "\n- ", "td": " ", "th": " "}
    | {tag: OPENS + mark for tag, mark in _MARKS.items()}
)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_MAX_DEEP = 200


class ActiveContent(ValueError):
    """Text that holds scripts, frames or handlers."""


class _Reader(HTMLParser):
    """Gathers words and the few marks that Markdown has."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _ACTIVE or any(_is_active(name, value or "") for name, value in attrs):
            raise ActiveContent(tag)
        if tag == "img":
            self._picture(dict(attrs))
        else:
            self.out.append(_START.get(tag) or ("" if tag in _PLAIN else self.get_starttag_text() or ""))
        if tag not in _VOID and len(self._open) < _MAX_DEEP:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _MARKS:
            self.out.append(CLOSES + _MARKS[tag])
        elif tag in _BLOCKS:
            self.out.append("\n\n")

    def handle_data(self, data: str) -> None:
        self.out.append(_SPACE.sub(" ", data))

    def _picture(self, attrs: dict[str, str | None]) -> None:
        source = (attrs.get("src") or "").replace("@@PLUGINFILE@@/", "img/")
        alt = _SPACE.sub(" ", attrs.get("alt") or "").replace("]", "）").replace("[", "（")
        self.out.append(f"![{alt}]({source})")


def _is_active(name: str, value: str) -> bool:
    link = "".join(value.split()).casefold()
    return name.startswith("on") or link.startswith(("javascript:", "vbscript:", "data:text"))


def from_html(text: str) -> str:
    """Return HTML as Markdown; raises ActiveContent."""
    if "<" not in text and "&" not in text:
        return text.strip()
    reader = _Reader()
    whole = (
        text.rfind(">") + 1
    )  # what opens after the last > is no tag: the parser would try each again to the end
    reader.feed(text[:whole] + text[whole:].replace("<", "&lt;"))
    reader.close()
    return _tidy("".join(reader.out))


def _tidy(text: str) -> str:
    """Marks hug their words; lines lose spaces at their ends; at most one empty line."""
    text = re.sub(r" *\n *", "\n", re.sub(r" {2,}", " ", text.replace("\xa0", " ")))
    text = re.sub(r"\n{3,}", "\n\n", text)
    text = re.sub(rf"{OPENS}(\*{{1,2}})(\s*)", r"\2\1", text)
    text = re.sub(rf"(\s{{0,3}}){CLOSES}(\*{{1,2}})", r"\2\1", text)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r" *\n *", "\n", text)).strip()


def from_format(text: str, name: str) -> str:
    """Return a text in one of Moodle's formats as Markdown; raises ActiveContent."""
    if name in ("html", "moodle", "moodle_auto_format", ""):
        return from_html(text)
    return text.strip()
