"""flask doctor: what operations looks at, and the search beside it (two rooms of one floor meet here)."""

import tempfile
from pathlib import Path
from typing import Any

from lms.operations import doctor
from lms.operations.checks import Check
from lms.search import asking
from lms.search.engine import Kind, Passage, Source
from lms.search.finder import finder
from lms.search.whoosh_reader import WhooshReader
from lms.search.whoosh_writer import WhooshWriter

PHRASE = "求助热线"


def examine() -> dict[str, Any]:
    """Run every check."""
    return doctor.examine((search,))


def search() -> Check:
    """Index a sentence in a temporary place and find a phrase inside it; then ask the real index whether it is readable."""
    source = Source("doctor", "1")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "index"
        WhooshWriter(place).rebuild(
            [Passage(source, Kind.LESSON, "体检", f"遇到危险请拨打妇女{PHRASE}一二三三八。")]
        )
        found = WhooshReader(place).find(asking.read(f'"{PHRASE}"'), {source.key}, 10).total
    if not found:
        return Check("搜索", False, f"没有搜到“{PHRASE}”", "重新安装软件包（make setup），再运行 reindex。")
    if finder().kept() is None:
        return Check(
            "搜索", False, f"搜得到“{PHRASE}”，但本站的索引还没有建好", "运行 flask --app wsgi reindex。"
        )
    return Check("搜索", True, f"在句子中间搜到了“{PHRASE}”，本站的索引可用")
