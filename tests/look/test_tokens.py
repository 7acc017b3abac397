"""The colours of the style sheet, their contrast by the WCAG formula, and the rules every page leans on."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[2] / "lms/static/css/site.css"
TOKENS = dict(re.findall(r"--([a-z0-9-]+):(#[0-9A-Fa-f]{6})", CSS.read_text("utf-8")))
TEXT = [
    *(("ink", ground) for ground in ("paper", "canvas", "sunken")),
    *(("ink-2", ground) for ground in ("paper", "canvas", "sunken")),
    *(("ink-3", ground) for ground in ("paper", "canvas", "sunken")),
    ("paper", "red"),
    ("paper", "red-hover"),
    ("paper", "red-active"),
    ("paper", "ok"),
    ("red", "paper"),
    ("red", "red-soft"),
    ("red-active", "red-soft"),
    ("link", "canvas"),
    ("link", "red-soft"),
    ("ok", "ok-soft"),
    ("warn", "warn-soft"),
    ("danger", "danger-soft"),
    ("info", "info-soft"),
    ("gold", "paper"),
]
CONTROLS = [
    *(("line-strong", ground) for ground in ("paper", "canvas", "sunken")),
    ("red", "line"),
    ("ok", "line"),
    ("focus", "ink"),
    ("focus", "red"),
]


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(TOKENS[one]), luminance(TOKENS[other])), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_gives_21_for_black_on_white() -> None:
    assert round((luminance("#FFFFFF") + 0.05) / (luminance("#000000") + 0.05), 3) == 21


@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_is_readable_on_its_ground(text: str, ground: str) -> None:
    assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize(("part", "ground"), CONTROLS)
def test_borders_bars_and_focus_stand_out(part: str, ground: str) -> None:
    assert contrast(part, ground) >= 3


def test_the_style_guide_prints_the_contrast_that_is_true() -> None:
    from lms.home.styleguide_views import COLOURS

    for name, value, _use, printed in COLOURS:
        assert TOKENS[name] == value
        assert float(printed) == pytest.approx(contrast(name, "paper"), abs=0.06), name


def test_hidden_always_wins() -> None:
    assert "[hidden]{display:none!important}" in CSS.read_text("utf-8")


def test_nothing_newer_than_chrome_70_is_needed() -> None:
    css = re.sub(r"/\*.*?\*/", "", CSS.read_text("utf-8"), flags=re.S)
    assert not re.search(r":has\(|\binset:|[^-]\bgap:|\bmax\(|\bclamp\(|aspect-ratio:|:is\(|:where\(", css)


def test_every_token_that_is_used_is_defined() -> None:
    css = CSS.read_text("utf-8")
    used = set(re.findall(r"var\(--([a-z0-9-]+)\)", css))
    assert used <= set(re.findall(r"--([a-z0-9-]+):", css))
