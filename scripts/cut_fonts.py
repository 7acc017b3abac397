"""Cut the Noto CJK faces to the characters the product prints, as OpenType files WeasyPrint can load.

Usage: python -m scripts.cut_fonts [--from FOLDER] [--to FOLDER]
"""

import argparse
import bz2
import gzip
import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont

UNIHAN = Path("/usr/share/unicode")
NOTO = Path("/usr/share/fonts/opentype/noto")
FACES = (
    ("NotoSansCJK-Regular.ttc", "Noto Sans CJK SC", "NotoSansSC-Regular.otf"),
    ("NotoSansCJK-Bold.ttc", "Noto Sans CJK SC", "NotoSansSC-Bold.otf"),
    ("NotoSerifCJK-Regular.ttc", "Noto Serif CJK SC", "NotoSerifSC-Regular.otf"),
    ("NotoSerifCJK-Bold.ttc", "Noto Serif CJK SC", "NotoSerifSC-Bold.otf"),
)
STANDARD_CHARACTERS = 8105
"""Size of the 通用规范汉字表 (State Council, 2013); field kTGH of the Unihan database."""

PUNCTUATION = ((0x20, 0x17F), (0x2000, 0x206F), (0x2100, 0x22FF), (0x2460, 0x24FF), (0x2500, 0x25FF))
CJK_SIGNS = ((0x2600, 0x267F), (0x2700, 0x27BF), (0x3000, 0x30FF), (0xFE30, 0xFE4F), (0xFF00, 0xFFEF))


def main() -> int:
    """Write every face that the machine has; exit code 1 when the Regular or the Bold sans is missing."""
    parser = argparse.ArgumentParser(description="Cut the fonts of certificates to standard characters.")
    parser.add_argument("--from", dest="source", type=Path, default=NOTO)
    parser.add_argument("--to", dest="target", type=Path, default=Path("lms/static/fonts"))
    options = parser.parse_args()
    wanted = characters()
    options.target.mkdir(parents=True, exist_ok=True)
    jobs = [(options.source / file, family, options.target / name, wanted) for file, family, name in FACES]
    with ProcessPoolExecutor() as pool:
        cut = list(pool.map(_cut, *zip(*jobs, strict=True)))
    missing = [face[2] for face, done in zip(FACES, cut, strict=True) if not done]
    if any(name.startswith("NotoSans") for name in missing):
        print(
            f"缺少字体 fonts missing: {', '.join(missing)} — apt-get install fonts-noto-cjk", file=sys.stderr
        )
        return 1
    return 0


def characters() -> frozenset[int]:
    """Code points to keep: the standard list, GB 2312, Latin and the signs around Chinese text.

    Raises SystemExit with a sentence when Debian's unicode-data is absent or holds another list.
    """
    standard = frozenset(_standard_list())
    if len(standard) != STANDARD_CHARACTERS:
        raise SystemExit(
            f"通用规范汉字表应有 {STANDARD_CHARACTERS} 字，读到 {len(standard)} 字：请安装 unicode-data。"
        )
    ranges = (point for first, last in PUNCTUATION + CJK_SIGNS for point in range(first, last + 1))
    return standard | frozenset(_gb2312()) | frozenset(ranges)


def _standard_list() -> Iterator[int]:
    pattern = re.compile(r"^U\+([0-9A-F]+)\tkTGH\t", re.MULTILINE)
    for path in sorted(UNIHAN.glob("Unihan*")):
        for code in pattern.findall(_text(path)):
            yield int(code, 16)


def _text(path: Path) -> str:
    opener = {".bz2": bz2.open, ".gz": gzip.open}.get(path.suffix, open)
    with opener(path, "rt", encoding="utf-8") as stream:
        return str(stream.read())


def _gb2312() -> Iterator[int]:
    for high in range(0xA1, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                yield ord(bytes((high, low)).decode("gb2312"))
            except UnicodeDecodeError:
                continue


def _cut(source: Path, family: str, target: Path, wanted: frozenset[int]) -> bool:
    if not source.exists():
        return False
    started = time.monotonic()
    font = _face(source, family)
    subsetter = Subsetter(_settings())
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    unfinished = target.with_suffix(".part")
    font.save(unfinished)
    unfinished.replace(target)
    size = target.stat().st_size / 1e6
    print(f"  {target.name}  {len(font.getBestCmap())} 字  {size:.1f} MB  {time.monotonic() - started:.1f} s")
    return True


def _face(path: Path, family: str) -> TTFont:
    for font in TTCollection(path, lazy=True).fonts:
        if font["name"].getDebugName(1) == family or font["name"].getDebugName(16) == family:
            return font
    raise SystemExit(f"{path.name} 中没有 {family}。")


def _settings() -> Options:
    options = Options()
    options.name_IDs = ["*"]
    options.notdef_outline = True
    # Hints cost a third of the size and nothing draws these faces at screen sizes on low-resolution glass.
    options.hinting = False
    # No `locl`: it would bring the Japanese, Korean and Taiwanese shape of every character along.
    options.layout_features = ["kern", "vert", "liga", "ccmp"]
    return options


if __name__ == "__main__":
    raise SystemExit(main())
