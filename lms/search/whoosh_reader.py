"""The embedded engine, for reading: Whoosh keeps the postings, matching and ranking are ours.

`CURRENT` names the folder of the index that answers. The reader stays open and is opened anew after a commit, never
refreshed.
"""

import logging
import os
import threading
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from whoosh import index

from lms.search.asking import Term
from lms.search.engine import Found, Kind, NotReady, Passage, Source
from lms.search.matching import Segment, best

log = logging.getLogger(__name__)
FORMAT = "1"
"""Part of the folder's name: raise it when schema or folding change, and every site rebuilds."""


def current(folder: Path) -> Path | None:
    """Return the folder of the index that answers; None when there is none of this format."""
    try:
        name = (folder / "CURRENT").read_text("ascii")
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        return None
    good = name.startswith(f"v{FORMAT}-") and "/" not in name and (folder / name).is_dir()
    return folder / name if good else None


class WhooshReader:
    """One index of one folder; the threads of a process share it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._opened: tuple[Path, int] | None = None
        self._reader: Any = None
        self._segments: list[Segment] = []

    def kept(self) -> Mapping[str, str] | None:
        """Return key → stamp of the sources kept; None when the index must be rebuilt."""
        with self._lock:
            try:
                self._open_newest()
            except NotReady:
                return None
            sources = (one.split("\n", 1) for part in self._segments for one in part.living())
            return {key: stamp for key, stamp in sources}

    def find(self, terms: Sequence[Term], allowed: Collection[str], limit: int) -> Found:
        """Return the best passages; long unquoted terms that stand nowhere whole are looked for in pieces."""
        with self._lock:
            self._open_newest()
            total, top, loose = best(self._segments, terms, allowed, limit)
            return Found(total, [_passage(part.stored(number)) for part, number in top], loose)

    def _open_newest(self) -> None:
        folder = current(self._folder)
        if folder is None:
            raise NotReady
        try:
            state = (folder, _generation(folder))
            if state != self._opened:
                self._open(folder)
                self._opened = state
        # Whoosh raises many kinds of error over a broken or removed folder; all mean: build it anew.
        except Exception as error:
            self._opened = None
            log.warning("the index in %s cannot be read", folder, exc_info=True)
            raise NotReady from error

    def _open(self, folder: Path) -> None:
        reader = index.open_dir(str(folder), readonly=True).reader()
        self._segments = [Segment(leaf) for leaf, _ in reader.leaf_readers()]
        old, self._reader = self._reader, reader
        if old is not None:
            old.close()


def _generation(folder: Path) -> int:
    with os.scandir(folder) as entries:
        return max(int(one.name[6:-4]) for one in entries if one.name.endswith(".toc"))


def _passage(stored: Any) -> Passage:
    key, stamp, kind, title, text, place, n, marks = stored
    return Passage(Source(key, stamp), Kind(kind), title, text, place, n, marks=marks)
