"""Names found by pinyin: full syllables, initials, or a mixture (wangxiuying, wxy, wangxy).

The readings stand in a small file made by scripts/pinyin_table.py: pypinyin itself would cost every web process
57 MB. A character with several readings matches by each of them (曾 as zeng and as ceng).
"""

from functools import lru_cache
from pathlib import Path

TABLE = Path(__file__).with_name("pinyin.txt")


@lru_cache(maxsize=1)
def _readings() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in TABLE.read_text("utf-8").splitlines():
        syllable, _, characters = line.partition(" ")
        for character in characters:
            found[character] = (*found.get(character, ()), syllable)
    return found


def looks_like(typed: str) -> bool:
    """Say whether something typed could be pinyin: Latin letters, with spaces or apostrophes."""
    letters = _letters(typed)
    return bool(letters) and letters.isascii() and letters.isalpha()


def matches(typed: str, name: str) -> bool:
    """Say whether letters spell a name, or a part of it that begins at any of its characters."""
    letters = _letters(typed)
    return bool(letters) and any(_spells(letters, name[start:]) for start in range(len(name)))


def _letters(typed: str) -> str:
    return "".join(typed.split()).replace("'", "").replace("ü", "v").lower()


def _spells(letters: str, name: str) -> bool:
    if not letters:
        return True
    if not name:
        return False
    for reading in _readings().get(name[0], (name[0].lower(),)):
        if reading.startswith(letters):  # the last syllable may be half typed
            return True
        if letters.startswith(reading) and _spells(letters[len(reading) :], name[1:]):
            return True
        if letters[0] == reading[0] and _spells(letters[1:], name[1:]):
            return True
    return False
