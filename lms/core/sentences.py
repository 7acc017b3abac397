"""English for sentences that know no gettext: those of errors, completion rules and problems of courses.

They are matched whole against a catalogue of sentences with gaps; what is not found stays Chinese.
`python -m scripts.english` finds the sentences in the code and keeps the catalogue up to date.
"""

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

CATALOGUE = Path(__file__).parent.parent / "translations" / "en" / "sentences.json"
_GAP = re.compile(r"%\((\w)\)s")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


class _Sentence(NamedTuple):
    pattern: re.Pattern[str]
    english: str


def in_english(text: str) -> str:
    """Return a sentence in English, what stands in its gaps too; the sentence itself when it is not known."""
    if not _CHINESE.search(text):
        return text
    whole, with_gaps = _catalogue()
    if text in whole:
        return whole[text]
    for pattern, english in with_gaps:
        if found := pattern.fullmatch(text):
            said = {name: in_english(value) for name, value in found.groupdict().items()}
            return _GAP.sub(lambda gap, said=said: said[gap[1]], english)  # type: ignore[misc]
    return text


@lru_cache(maxsize=1)
def _catalogue() -> tuple[dict[str, str], tuple[_Sentence, ...]]:
    """Read the catalogue when the first page in English needs it; what says most stands first."""
    known: dict[str, str] = json.loads(CATALOGUE.read_text("utf-8"))
    gapped = sorted((text for text in known if _GAP.search(text)), key=_rank)
    return known, tuple(_Sentence(_pattern(text), known[text]) for text in gapped)


def _rank(text: str) -> tuple[bool, int]:
    """What begins with a word comes before what begins with a gap, the longer before the shorter."""
    return text.startswith("%("), -len(_GAP.sub("", text))


def _pattern(text: str) -> re.Pattern[str]:
    literals = [re.escape(part) for part in _GAP.split(text)[::2]]
    names = _GAP.findall(text)
    middle = "".join(f"(?P<{name}>.*?){after}" for name, after in zip(names, literals[1:], strict=True))
    return re.compile(literals[0] + middle, re.DOTALL)
