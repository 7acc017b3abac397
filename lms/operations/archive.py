"""A backup file: a zip of tables, stored files and keys, with a manifest of the sha-256 of every member."""

import contextlib
import hashlib
import json
import os
import re
import secrets
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from lms.core.errors import Conflict, DiskFull, Invalid

FORMAT, VERSION = "jinguo-backup", 1
MANIFEST = "manifest.json"
MEMBER = re.compile(r"tables/[a-z0-9_]+\.jsonl|keys/[a-z0-9_.-]+|storage/[a-z0-9_][a-z0-9_./-]*")
CHUNK = 1024 * 1024
LONGEST_MANIFEST = 256 * 1024 * 1024
DAMAGED = "这份备份损坏了（{why}），没有恢复，什么也没有改。请换另一份备份。"


class Writer:
    """An archive being written: members one after the other, the manifest at the end."""

    def __init__(self, stream: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED, allowZip64=True)
        self.members: dict[str, dict[str, Any]] = {}

    def add(self, name: str, chunks: Iterable[bytes], *, packed: bool = False) -> None:
        """Write one member; text is packed, media are as small as they get."""
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        digest, size = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=True) as out:
            for chunk in chunks:
                out.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        self.members[name] = {"bytes": size, "sha256": digest.hexdigest()}

    def close(self, about: Mapping[str, Any]) -> None:
        """Write the manifest and the end of the file."""
        manifest = {"format": FORMAT, "version": VERSION, **about, "members": self.members}
        self._zip.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
        self._zip.close()


def drop_left(folder: Path, name: str, before: float) -> None:
    """Drop what a killed writer left half-written beside files of such names (a pattern), if untouched since a moment."""
    left = re.compile(rf"\.(?:{name})\.[0-9a-f]{{8}}")
    for path in folder.iterdir():
        if left.fullmatch(path.name) and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def writing(target: Path) -> Iterator[Writer]:
    """Write an archive beside its name, sync it, rename it; the caller closes the Writer. A fault leaves nothing."""
    if target.exists():
        raise Conflict(f"已经有 {target} 这个文件了，没有覆盖。请换一个文件名。")
    if not target.parent.is_dir():
        raise Conflict(f"没有 {target.parent} 这个文件夹。请先建好，再备份。")
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as stream:
            yield Writer(stream)
            stream.flush()
            os.fsync(stream.fileno())
        beside.rename(target)
        sync_folder(target.parent)
    except OSError as error:
        raise DiskFull(f"备份没有写成（{error.strerror}），没有留下半份。请腾出空间或检查权限。") from error
    finally:
        beside.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make a rename in this folder last."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def chunks_of(path: Path) -> Iterator[bytes]:
    """Return a file in pieces."""
    with path.open("rb") as stream:
        yield from pieces(stream)


def pieces(stream: BinaryIO) -> Iterator[bytes]:
    """Return what is left of an open file in pieces."""
    while chunk := stream.read(CHUNK):
        yield chunk


def digest_of(stream: BinaryIO) -> str:
    """Return the SHA-256 of what is left of an open file, in hex."""
    digest = hashlib.sha256()
    for piece in pieces(stream):
        digest.update(piece)
    return digest.hexdigest()


class Reader:
    """An archive whose manifest is sound; the members are checked while they are read."""

    def __init__(self, path: Path) -> None:
        self._zip = _open(path)
        self.manifest = _manifest(self._zip)
        self.members: Mapping[str, Mapping[str, Any]] = self.manifest["members"]
        if set(self._zip.namelist()) != {MANIFEST, *self.members}:
            raise Invalid(DAMAGED.format(why="里面的文件和清单不一致"))

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def names(self, folder: str) -> list[str]:
        """Return the members below a folder."""
        return [name for name in self.members if name.startswith(folder + "/")]

    def chunks(self, name: str) -> Iterator[bytes]:
        """Return a member in pieces; raises Invalid at its end when it is not what the manifest says."""
        wanted, digest, size = self.members[name], hashlib.sha256(), 0
        try:
            with self._zip.open(name) as stream:
                while (chunk := stream.read(CHUNK)) and size <= wanted["bytes"]:
                    digest.update(chunk)
                    size += len(chunk)
                    yield chunk
        except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError) as error:
            raise Invalid(DAMAGED.format(why=name)) from error
        if (size, digest.hexdigest()) != (wanted["bytes"], wanted["sha256"]):
            raise Invalid(DAMAGED.format(why=name))

    def lines(self, name: str) -> Iterator[bytes]:
        """Return a text member line by line."""
        rest = b""
        for chunk in self.chunks(name):
            *whole, rest = (rest + chunk).split(b"\n")
            yield from whole
        if rest:
            yield rest


def _open(path: Path) -> zipfile.ZipFile:
    if not path.is_file():
        raise Invalid(f"没有 {path} 这个文件。请核对文件名。")
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError):
        raise Invalid("这个文件不完整，或者不是本站的备份，没有恢复，什么也没有改。请换一份备份。") from None


def _manifest(archive: zipfile.ZipFile) -> Mapping[str, Any]:
    try:
        if archive.getinfo(MANIFEST).file_size > LONGEST_MANIFEST:
            raise ValueError
        manifest = json.loads(archive.read(MANIFEST))
        is_ours = manifest["format"] == FORMAT
    except (KeyError, ValueError, TypeError, zipfile.BadZipFile, OSError, EOFError, NotImplementedError):
        is_ours = False
    if not is_ours:
        raise Invalid("这个文件不是本站的备份，没有恢复，什么也没有改。")
    if manifest.get("version") != VERSION:
        raise Invalid("这份备份是更新的版本做的，这里还读不懂，没有恢复。请先升级，再恢复。")
    if not _sound(manifest):
        raise Invalid(DAMAGED.format(why="清单"))
    return dict(manifest)


def _sound(manifest: Any) -> bool:
    """Say whether every name is one of ours (none leads out of its folder) and every member has size and digest."""
    members = manifest.get("members")
    return isinstance(members, dict) and all(
        MEMBER.fullmatch(name)
        and not {"", ".", ".."} & set(name.split("/"))
        and isinstance(one, dict)
        and isinstance(one.get("bytes"), int)
        and isinstance(one.get("sha256"), str)
        for name, one in members.items()
    )
