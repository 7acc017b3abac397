"""Bytes, language level and policy of what a learner's phone loads (ux.md 11: 12 KB of style, 12 KB of script)."""

import gzip
import re
import shutil
import subprocess
from pathlib import Path

import pytest

LMS = Path(__file__).parents[2] / "lms"
SCRIPTS = [LMS / "static/js" / name for name in ("outbox.js", "player.js", "quiz.js", "kinds.js", "pages.js")]
WORKER = LMS / "static/js/sw.js"
# What is printed on paper goes to the PDF maker, never to a browser.
ON_PAPER = ("certificates/paper.html", "certificates/service_paper.html")
TEMPLATES = sorted(p for p in LMS.glob("**/templates/**/*.html") if not p.as_posix().endswith(ON_PAPER))
BUDGET = 12 * 1024


def packed(*files: Path) -> int:
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files)


def without_words(script: Path) -> str:
    text = re.sub(r"/\*.*?\*/", "", script.read_text("utf-8"), flags=re.S)
    return re.sub(r"'(?:[^'\\\n]|\\.)*'", "''", text)


def test_the_style_sheet_fits_its_budget() -> None:
    assert packed(LMS / "static/css/site.css") <= BUDGET


@pytest.mark.parametrize("page", [p for p in TEMPLATES if p.parent.name == "learning"], ids=lambda p: p.name)
def test_the_scripts_of_a_page_fit_their_budget(page: Path) -> None:
    names = {"outbox.js", *re.findall(r"asset\('js/(\w+\.js)'\)", page.read_text("utf-8"))}
    assert packed(*(LMS / "static/js" / name for name in names)) <= BUDGET


def test_every_script_of_a_learner_is_held_to_the_rules_here() -> None:
    named = {
        name
        for page in TEMPLATES
        if page.parent.name in ("learning", "accounts", "catalogue", "certificates")
        for name in re.findall(r"asset\('js/(\w+\.js)'\)", page.read_text("utf-8"))
    }
    assert named <= {script.name for script in SCRIPTS}


@pytest.mark.parametrize("script", [*SCRIPTS, WORKER], ids=lambda path: path.name)
def test_a_script_stays_within_es5(script: Path) -> None:
    newer = r"=>|`|\b(?:let|const|class|async|await|import|export)\b|\.\.\.|\?\.|\?\?|\bfor \(.* of "
    assert not re.search(newer, without_words(script))


@pytest.mark.parametrize("script", [*SCRIPTS, WORKER], ids=lambda path: path.name)
def test_a_script_runs_no_text_as_code_and_writes_no_markup(script: Path) -> None:
    assert not re.search(
        r"\beval\(|new Function|innerHTML|outerHTML|document\.write|\.style\b", without_words(script)
    )


@pytest.mark.parametrize("script", [*SCRIPTS, WORKER], ids=lambda path: path.name)
def test_a_script_can_be_read_by_an_engine(script: Path) -> None:
    node = shutil.which("node")
    if node:
        subprocess.run([node, "--check", script], check=True, timeout=30)
    assert script.read_text("utf-8").count("{") == script.read_text("utf-8").count("}")


@pytest.mark.parametrize("page", TEMPLATES, ids=lambda path: path.name)
def test_a_template_carries_no_inline_style_or_handler(page: Path) -> None:
    text = page.read_text("utf-8")
    assert not re.search(r"\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|<style|javascript:", text)


@pytest.mark.parametrize("page", TEMPLATES, ids=lambda path: path.name)
def test_a_template_loads_nothing_from_another_host(page: Path) -> None:
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", page.read_text("utf-8"))
