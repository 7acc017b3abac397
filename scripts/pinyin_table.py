"""Write lms/core/pinyin.txt: one line a syllable, then the characters of the 通用规范汉字表 that are read so.

Usage: python -m scripts.pinyin_table
"""

from collections import defaultdict

from pypinyin import Style, pinyin

from lms.core.pinyin import TABLE
from scripts.cut_fonts import characters

FIRST = 0x3400  # below stand letters and signs


def table() -> str:
    """Return the lines for the characters the site's fonts are cut to, every reading of each."""
    found: dict[str, list[str]] = defaultdict(list)
    for character in map(chr, sorted(point for point in characters() if point >= FIRST)):
        for reading in pinyin(character, style=Style.NORMAL, heteronym=True)[0]:
            if reading.isascii() and reading.isalpha():
                found[reading].append(character)
    return "".join(f"{syllable} {''.join(found[syllable])}\n" for syllable in sorted(found))


if __name__ == "__main__":
    TABLE.write_text(table(), "utf-8")
