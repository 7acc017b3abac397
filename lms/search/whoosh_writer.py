"""The embedded engine, for writing: bigrams, words and sounds of titles; one writer at a time, swaps by name."""

import contextlib
import fcntl
import secrets
import shutil
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import pypinyin
import rjieba
from whoosh import fields, index

from lms.search.engine import NotReady, Passage
from lms.search.folding import fold, grams
from lms.search.whoosh_reader import FORMAT, WhooshReader, current

BATCH_MEGABYTES = 128
LONGEST_SOUND = 40
LONGEST_WORD = 20


def _schema() -> Any:
    """Only classes of Whoosh itself: our tokens are handed in as lists, so our code may move."""
    return fields.Schema(
        source=fields.ID(),
        grams=fields.TEXT(),
        heading=fields.TEXT(),
        words=fields.KEYWORD(),
        sounds=fields.KEYWORD(),
        passage=fields.STORED(),
    )


class WhooshWriter:
    """Changes the index of a folder; a killed writer leaves the state before."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def change(self, gone: Collection[str], come: Iterable[Passage]) -> None:
        """Forget and take in, in one commit; raises NotReady when there is no index."""
        with self._alone():
            folder = current(self._folder)
            kept = WhooshReader(self._folder).kept()
            if folder is None or kept is None:
                raise NotReady
            with index.open_dir(str(folder)).writer(limitmb=BATCH_MEGABYTES) as writer:
                for key in gone:
                    if key in kept:
                        writer.delete_by_term("source", f"{key}\n{kept[key]}")
                _write(writer, come)

    def rebuild(self, passages: Iterable[Passage]) -> None:
        """Write a whole new index beside the old one, swap the name, remove the old one."""
        with self._alone():
            fresh = self._folder / f"v{FORMAT}-{secrets.token_hex(6)}"
            fresh.mkdir()
            with index.create_in(str(fresh), _schema()).writer(limitmb=BATCH_MEGABYTES) as writer:
                _write(writer, passages)
            pointer = self._folder / "CURRENT.new"
            pointer.write_text(fresh.name, "ascii")
            pointer.replace(self._folder / "CURRENT")
            for other in self._folder.iterdir():
                if other.is_dir() and other != fresh:
                    shutil.rmtree(other, ignore_errors=True)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _write(writer: Any, passages: Iterable[Passage]) -> None:
    for one in passages:
        text = fold(f"{one.heading}。{one.text}")
        writer.add_document(
            source=f"{one.source.key}\n{one.source.stamp}",
            grams=list(grams(text)),
            heading=list(grams(fold(one.heading))),
            words=[word for word in rjieba.cut(text) if 1 < len(word) <= LONGEST_WORD],
            sounds=sounds(one.heading),
            passage=(
                one.source.key, one.source.stamp, one.kind.value, one.title, one.text, one.place, one.n, one.marks,
            ),
        )  # fmt: skip


def sounds(title: str) -> list[str]:
    """Return what may be typed for a title: pinyin and initials from each of its characters on."""
    syllables = [one for one in pypinyin.lazy_pinyin(fold(title)) if one.isascii() and one.strip()]
    whole = ["".join(syllables[at:])[:LONGEST_SOUND] for at in range(len(syllables))]
    initials = ["".join(one[0] for one in syllables[at:])[:LONGEST_SOUND] for at in range(len(syllables))]
    return sorted({one for one in whole + initials if len(one) > 1})
