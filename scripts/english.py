"""The English of the interface: what of it must be translated, and what still lacks a translation.

Usage: python -m scripts.english          bring both catalogues up to date; what has no English is printed as JSON
       python -m scripts.english FILE     the same, after taking English from a JSON object {Chinese: English}

messages.po holds the words marked with `_` and `_l`. sentences.json holds the sentences of errors and of the
libraries, which know no gettext; the gaps of f-strings are written %(a)s, %(b)s … in both languages.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
MESSAGES = ROOT / "lms/translations/en/LC_MESSAGES/messages.po"
SENTENCES = ROOT / "lms/translations/en/sentences.json"
MARKS = ("_", "_l")
GAPS = re.compile(r"%\(\w+\)[sd]")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_SENTENCE = re.compile(r"。(%\(\w\)s)?$")
_NEVER_SHOWN = (
    "lms/cli",
    "lms/operations/",
    "lms/config.py",
    "lms/core/site_lock.py",
    "lms/audit/jobs.py",
    "lms/certificates/course_papers.py",
    "lms/home/styleguide_views.py",
    "courses/__main__.py",
    "media/__main__.py",
    "media/slides.py",
    "media/speech.py",
)
"""What speaks in a terminal, on paper or in a workbook, and not on a page."""
PARTS = (
    *("看", "听", "视频", "录音", "文档", "作业", "问卷", "考试", "学这一课", "够了", "还不够，再学几课"),
    *("课", "单元", "题", "本地信息", "要说明的情况", "答复", "可能已经损坏", "更像 %(a)s"),
    *(
        "单选题",
        "多选题",
        "判断题",
        "填空题",
        "数字题",
        "完形题",
        "排序题",
        "连线题",
        "问答题",
        "看图题",
        "材料题",
    ),
    *(
        "几个空的填空题",
        "任选 %(a)s 课，",
        "%(a)s分%(b)s秒",
        "%(a)s秒",
        "正确答案的写法不对：%(a)s",
        "%(a)s到%(b)s还没%(c)s。",
        "%(a)s了 %(b)s%，还有 %(c)s 段没%(d)s。",
    ),
    *("《%(a)s》：%(b)s", "《%(a)s》%(b)s", "视频“%(a)s”不能用：%(b)s"),
)
"""What sentences put into their gaps, and sentences that end with one."""


def marked() -> list[str]:
    """Return every text that is marked for translation, in the order of the files."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as mapping:
        methods, options = parse_mapping_cfg(mapping)
    found = extract_from_dir(
        ROOT, methods, options, keywords={mark: None for mark in MARKS}, directory_filter=lambda _: True
    )
    return list(dict.fromkeys(str(text) for _, _, text, _, _ in found))


def sentences() -> list[str]:
    """Return the sentences that are not marked: those of errors, forms and the libraries."""
    found: list[str] = []
    for room in ("lms", "courses", "media"):
        for file in sorted((ROOT / room).rglob("*.py")):
            if not file.relative_to(ROOT).as_posix().startswith(_NEVER_SHOWN):
                found += _of_file(ast.parse(file.read_text("utf-8")))
    return list(dict.fromkeys(found))


def _of_file(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
        return
    text = _text(node)
    if text is None:
        for child in ast.iter_child_nodes(node):
            yield from _of_file(child)
    elif _CHINESE.search(text) and _SENTENCE.search(text):
        yield text


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return None
    names = iter("abcdefgh")
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else f"%({next(names)})s" for part in node.values
    )


def bring_up_to_date(given: dict[str, str]) -> list[str]:
    """Write both catalogues with what is there and what is given; return what has no English."""
    old = Catalog(locale="en")
    if MESSAGES.is_file():
        with MESSAGES.open("rb") as file:
            old = read_po(file, locale="en")
    words = {text: given.get(text) or _known(old, text) for text in marked()}
    said = json.loads(SENTENCES.read_text("utf-8")) if SENTENCES.is_file() else {}
    said = {text: given.get(text) or said.get(text, "") for text in (*sentences(), *PARTS)}
    _write(words)
    kept = {text: english for text, english in said.items() if english}
    SENTENCES.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return [text for text in (*said, *words) if not said.get(text, "-") or not words.get(text, "-")]


def _known(catalogue: Catalog, text: str) -> str:
    message = catalogue.get(text)
    return str(message.string) if message else ""


def _write(words: dict[str, str]) -> None:
    new = Catalog(locale="en", project="巾帼云课堂", header_comment="# English of the interface.")
    for text, english in words.items():
        new.add(text, english)
    MESSAGES.parent.mkdir(parents=True, exist_ok=True)
    with MESSAGES.open("wb") as file:
        write_po(file, new, width=0, omit_header=True)
    plain = 'msgid ""\nmsgstr ""\n"Language: en\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    MESSAGES.write_text(plain + MESSAGES.read_text("utf-8"), "utf-8")


if __name__ == "__main__":
    english = json.loads(Path(sys.argv[1]).read_text("utf-8")) if len(sys.argv) > 1 else {}
    print(json.dumps(dict.fromkeys(bring_up_to_date(english), ""), ensure_ascii=False, indent=0))
