"""Documents become a picture and the words of each page; what cannot be shown is refused with a sentence."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from media import apart, paged
from media.errors import MediaError
from tests.media import hostile, papers


def test_each_page_of_a_pdf_is_a_picture_for_phones_with_its_words(tmp_path: Path) -> None:
    made = paged.package(papers.sheets(tmp_path / "a.pdf"), "a.pdf", tmp_path / "out")
    assert [(one.n, one.text) for one in made] == list(enumerate(papers.SAID, 1))
    for one in made:
        with Image.open(one.path) as picture:
            assert (picture.format, picture.size) == ("WEBP", (one.width, one.height))
        assert one.width == 1080
        assert one.path.stat().st_size < 60_000


def test_slides_and_words_are_shown_page_by_page_too(tmp_path: Path) -> None:
    made = paged.package(hostile.show(tmp_path / "a.pptx"), "a.pptx", tmp_path / "out")
    assert [one.text.split("\n")[0] for one in made] == ["走访前", "走访时"]


@pytest.mark.parametrize(("name", "make", "word"), papers.BAD)
def test_what_cannot_be_shown_is_refused_at_a_look(
    tmp_path: Path, name: str, make: Callable[[Path], Path], word: str
) -> None:
    trap = make(tmp_path / name)
    with pytest.raises(MediaError) as refused:
        paged.look(trap, name)
    assert word in refused.value.message
    with pytest.raises(MediaError):
        paged.package(trap, name, tmp_path / "out")
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_a_page_that_never_ends_is_given_up_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paged, "FIRST_SECONDS", 4.0)
    monkeypatch.setattr(paged, "PAGE_SECONDS", 0.0)
    trap, begun = papers.bomb(tmp_path / "a.pdf"), time.monotonic()
    with pytest.raises(MediaError, match="太复杂"):
        paged.package(trap, "a.pdf", tmp_path / "out")
    assert time.monotonic() - begun < 30
    assert [one.name for one in tmp_path.iterdir()] == ["a.pdf"]


def test_a_document_that_loses_a_page_while_it_is_drawn_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = [{"n": 1, "text": "", "file": "p1.webp", "width": 9, "height": 9}]
    monkeypatch.setattr(apart, "draw", lambda *_: drawn)
    with pytest.raises(MediaError, match="画不出来"):
        paged.package(papers.sheets(tmp_path / "a.pdf"), "a.pdf", tmp_path / "out")
