"""Run every bench and write docs/benchmarks.md.

Usage: python -m bench.run [NAME…]   (`outbox` for bench/bench_outbox.py; without names: all)
Each bench is a program that prints JSON lines {"name", "value", "unit", "ratio_to", "goal", "ok"}; `goal` is
text, `ok` is true, false, or null for a figure without a goal. Other lines are notes, kept below the table.
Exit code 1 when a goal was missed or a bench did not run to its end.
"""

import datetime
import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
LONGEST = 1800.0
HEAD = """# Benchmarks

Written by `make bench`. The machines these run on drift by up to 2× between runs, so goals are ratios taken
within one run, or limits with room. `hello` is a view of the same application, with the same hooks, that says
hello.
"""


@dataclass
class Outcome:
    """What one bench printed."""

    name: str
    figures: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    ended: bool = True

    @property
    def ok(self) -> bool:
        """Whether it ran to its end with no goal missed."""
        return self.ended and all(figure.get("ok") is not False for figure in self.figures)


def main() -> int:
    """Run, print, write the page."""
    wanted = sys.argv[1:]
    paths = [path for path in sorted(ROOT.glob("bench/bench_*.py")) if not wanted or _name(path) in wanted]
    outcomes = [_run(path) for path in paths]
    if wanted:
        print("只运行了一部分，docs/benchmarks.md 没有改写。")
    else:
        PAGE.write_text(page(outcomes, _where()), encoding="utf-8")
    return 0 if outcomes and all(outcome.ok for outcome in outcomes) else 1


def _name(path: Path) -> str:
    return path.stem.removeprefix("bench_")


def _run(path: Path) -> Outcome:
    print(f"— {_name(path)}", flush=True)
    outcome = Outcome(_name(path))
    command = [sys.executable, "-m", f"bench.{path.stem}"]
    try:
        done = subprocess.run(
            command, cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=LONGEST, check=False
        )
    except subprocess.TimeoutExpired:
        outcome.ended = False
        return outcome
    outcome.ended = done.returncode == 0
    for line in done.stdout.splitlines():
        _take(line, outcome)
    return outcome


def _take(line: str, outcome: Outcome) -> None:
    print("  " + line, flush=True)
    try:
        figure = json.loads(line)
    except ValueError:
        figure = None
    if isinstance(figure, dict) and {"name", "value"} <= figure.keys():
        outcome.figures.append(figure)
    elif line.strip():
        outcome.notes.append(line)


def _where() -> str:
    commit = subprocess.run(
        ["git", "log", "-1", "--format=%h %cs"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    today = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")
    machine = f"{os.cpu_count()} cores · Python {platform.python_version()}"
    return f"{today} · commit {commit.stdout.strip()} · {machine}"


def page(outcomes: list[Outcome], where: str) -> str:
    """The whole page as Markdown."""
    parts = [HEAD, where + "\n"]
    parts += [_section(outcome) for outcome in outcomes]
    return "\n".join(parts)


def _section(outcome: Outcome) -> str:
    lines = [f"## {outcome.name}\n"]
    if not outcome.ended:
        lines.append("**Did not run to its end.**\n")
    if outcome.figures:
        lines += ["| figure | value | compared with | goal | met |", "| --- | --- | --- | --- | --- |"]
        lines += [_row(figure) for figure in outcome.figures]
    if outcome.notes:
        lines += ["\n```", *outcome.notes, "```"]
    return "\n".join(lines) + "\n"


def _row(figure: dict[str, Any]) -> str:
    ok = figure.get("ok")
    met = "" if ok is None else "yes" if ok else "**no**"
    value = f"{figure['value']} {figure.get('unit') or ''}".strip()
    cells = (figure["name"], value, figure.get("ratio_to") or "", figure.get("goal") or "", met)
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    raise SystemExit(main())
