"""A folder as storage."""

from pathlib import Path

import pytest

from media.errors import MediaError
from media.storage import open_storage


def test_what_was_put_is_read_back_and_forgotten(tmp_path: Path) -> None:
    source = tmp_path / "a.bin"
    source.write_bytes(b"abc")
    store = open_storage(f"file:{tmp_path / 'kept'}")
    store.put("films/1/720p.mp4", source)
    with store.open("films/1/720p.mp4") as kept:
        assert kept.read() == b"abc"
    assert store.size("films/1/720p.mp4") == 3
    store.delete("films/1/720p.mp4")
    assert not store.exists("films/1/720p.mp4")


@pytest.mark.parametrize(
    "key", ["", "../a", "a/../b", "/etc/passwd", "a//b", "A.mp4", "a\\b", "a/.hidden", "a\n"]
)
def test_a_key_of_another_form_is_refused(tmp_path: Path, key: str) -> None:
    store = open_storage(f"file:{tmp_path / 'kept'}")
    with pytest.raises(MediaError):
        store.put(key, tmp_path / "a.bin")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_address_is_refused() -> None:
    with pytest.raises(MediaError):
        open_storage("ftp://somewhere")
