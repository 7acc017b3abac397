"""A paper rendered warm against the floor of the job: appending one drawn QR to a made PDF with pikepdf.

The paper is a certificate's size and content, not the template of lms/certificates. The floor draws no text
and cuts no font, so it is a floor and not an equal job. Memory is read over 200 papers.
"""

import io
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import segno

from bench.figures import say
from lms.core import pdf

GOAL, PAPERS = 8.0, 200
GROWTH_MB = 8.0
ADDRESS = "https://ketang.example/v/3f9c1d7ab24e4c0f9a5577d0c1e2b3a4#" + "k" * 86
PAPER = """<html lang="zh-CN"><style>
@page {{ size: A4 landscape; margin: 18mm }}
body {{ font-family: "LMS Sans"; text-align: center; color: #222 }}
h1 {{ font-size: 40pt; color: #b3261e; margin: 6mm }}
.name {{ font-size: 46pt; font-weight: 700; margin: 8mm }}
p {{ font-size: 15pt; line-height: 1.9 }} footer {{ display: flex; justify-content: space-between }}
</style><h1>结业证书</h1><p class="name">{name}</p>
<p>于2026年11月24日学完《认识巾帼云课堂》，共4课，学习1.5学时，测验成绩96分，准予结业。</p>
<p>白沙县妇女联合会（演示）　证书编号 JG-2026-{number:06d}</p><footer><span>{qr}</span>
<svg width="120" height="120">
<circle cx="60" cy="60" r="54" fill="none" stroke="#b3261e" stroke-width="4"/></svg>
</footer></html>"""


def main() -> None:
    """Measure in turns, then the memory."""
    _render(0)
    template = _render(1)
    pairs = [(_seconds(_render, number), _seconds(_append, template)) for number in range(20)]
    paper, floor = (sorted(column)[len(pairs) // 2] * 1000 for column in zip(*pairs, strict=True))
    say("floor: pikepdf append with a QR, median", round(floor, 1), "ms")
    say("paper rendered warm, median", round(paper, 1), "ms")
    ratio = paper / floor
    say("paper", round(ratio, 1), "× floor", ratio_to="pikepdf append", goal=f"≤ {GOAL:g}", ok=ratio <= GOAL)
    say("size of a paper", round(len(template) / 1000), "KB")
    _memory()


def _memory() -> None:
    for number in range(20):
        _render(number)
    before = _megabytes()
    for number in range(PAPERS):
        _render(number)
    grown = _megabytes() - before
    say("memory of the process", round(before), "MB")
    say(
        f"memory grown over {PAPERS} papers",
        round(grown, 1),
        "MB",
        goal=f"≤ {GROWTH_MB:g}",
        ok=grown <= GROWTH_MB,
    )


def _render(number: int) -> bytes:
    drawing = segno.make(f"{ADDRESS}{number}", error="m").svg_inline(scale=2)
    return pdf.render(PAPER.format(name="王秀英", number=number, qr=drawing))


def _append(template: bytes) -> bytes:
    matrix = segno.make(ADDRESS, error="m").matrix
    dark = ((x, y) for y, row in enumerate(matrix) for x, on in enumerate(row) if on)
    squares = (f"{40 + 2 * x} {40 + 2 * y} 2 2 re" for x, y in dark)
    with pikepdf.open(io.BytesIO(template)) as document:
        document.pages[0].contents_add(" ".join(squares).encode() + b" f")
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


def _seconds(work: Callable[[Any], object], argument: object) -> float:
    begun = time.perf_counter()
    work(argument)
    return time.perf_counter() - begun


def _megabytes() -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))


if __name__ == "__main__":
    main()
