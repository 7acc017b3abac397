"""Local fields: a text refers to what a unit fills in as {{local:id}}; nothing is ever invented."""

import re
from collections.abc import Mapping

PLACE = re.compile(r"\{\{local:([A-Za-z0-9_-]{1,40})\}\}")
ASK = "请问本村（社区）妇联"
BLANK = "\u2060".join("＿＿＿＿＿")
"""A line to write on; the joiners keep it in one piece."""
_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+.!|~:-])")


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return Markdown with every local field filled in as plain words; an empty one says whom to ask."""
    return "\n".join(_line(line, values) for line in text.split("\n"))


def _line(line: str, values: Mapping[str, str]) -> str:
    """Fill one line; where several fields are empty they become blanks to write on, and whom to ask is said once."""
    empty = [one for one in PLACE.findall(line) if not _plain(values.get(one, ""))]
    once = len(empty) > 1 and not line.lstrip().startswith("|")
    instead = BLANK if once else ASK
    filled = PLACE.sub(lambda found: _plain(values.get(found.group(1), "")) or instead, line)
    return f"{filled}（空着的，{ASK}）" if once else filled


def _plain(value: str) -> str:
    """Return a value so that Markdown shows it as it was typed."""
    return _MARKS.sub(r"\\\1", " ".join(value.split()))
