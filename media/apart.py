"""Documents are opened in a process of their own, with an end to its memory and time: a bad file ends that, not us."""

import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

from media.errors import MediaError

MEGABYTES = 2_000
CHECK_SECONDS, TEXT_SECONDS, DRAW_SECONDS = 30.0, 120.0, 900.0
HEAVY = "这个文件太复杂，打开它要用太多内存或时间。请压缩图片、减少页数，或分成几个文件再传。"


def check(path: Path, name: str) -> int:
    """Return how many pages a document has; raises MediaError for one that cannot be opened."""
    return int(_ask(["check", str(path), name], CHECK_SECONDS)["pages"])


def require_opens(path: Path, name: str) -> None:
    """Open a document that is handed in; raises MediaError for one that cannot be."""
    _ask(["opens", str(path), name], CHECK_SECONDS)


def text(path: Path, name: str) -> list[dict[str, Any]]:
    """Return {"n", "text"} of each page; raises MediaError."""
    pages: list[dict[str, Any]] = _ask(["text", str(path), name], TEXT_SECONDS)["pages"]
    return pages


def draw(path: Path, name: str, out: Path, seconds: float = 0) -> list[dict[str, Any]]:
    """Draw every page into a folder, in at most `seconds` where given; return {"n", "text", "file", "width", "height"}.

    Raises MediaError.
    """
    most = min(DRAW_SECONDS, seconds or DRAW_SECONDS)
    pages: list[dict[str, Any]] = _ask(["draw", str(path), name, str(out)], most)["pages"]
    return pages


def _ask(words: list[str], seconds: float) -> dict[str, Any]:
    module = "media.apart_draw" if words[0] == "draw" else "media.apart_work"
    command = [sys.executable, "-m", module, *words]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=seconds, check=False, stdin=subprocess.DEVNULL,
            cwd=Path(__file__).resolve().parent.parent,
        )  # fmt: skip
        answer: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        raise MediaError("document-heavy", HEAVY) from None
    if "code" in answer:
        raise MediaError(answer["code"], answer["message"])
    return answer


def limit_memory() -> None:
    """Put an end to the memory of this process."""
    most = MEGABYTES * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
