"""A course package as a set of named files: a folder or a zip, read with limits, never trusted."""

import stat
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from courses.errors import CourseError, Problem

MAX_FILES = 2_000
MAX_TOTAL = 4 * 1024**3
MAX_TEXT = 2 * 1024**2
MAX_RATIO = 200
RATIO_FROM = 1024**2
CHUNK = 1024**2


def refuse(name: str, code: str, message: str) -> CourseError:
    """Return the error for one file of the package."""
    return CourseError([Problem(name, 0, "", code, message)])


class Source:
    """Named files with their sizes in bytes; names are relative, with forward slashes."""

    sizes: Mapping[str, int]

    def read(self, name: str, limit: int = MAX_TEXT) -> bytes:
        """Return a whole small file; raises CourseError when it is missing or longer than `limit` bytes."""
        raise KeyError(name)

    def extract(self, name: str, target: Path) -> None:
        """Write one file to `target`."""
        raise KeyError(name)


class FolderSource(Source):
    """The files of a folder; links are refused."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        sizes: dict[str, int] = {}
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_symlink():
                raise refuse(name, "link", f"“{name}”是一个链接。请把真正的文件放进课程包。")
            if path.is_file():
                sizes[name] = path.stat().st_size
                _limit_count(len(sizes))
        _check_names(sizes)
        self.sizes = sizes

    def read(self, name: str, limit: int = MAX_TEXT) -> bytes:
        _present(self.sizes, name, limit)
        return (self._folder / name).read_bytes()

    def extract(self, name: str, target: Path) -> None:
        _present(self.sizes, name, MAX_TOTAL)
        with (self._folder / name).open("rb") as incoming, target.open("wb") as out:
            while piece := incoming.read(CHUNK):
                out.write(piece)


class ZipSource(Source):
    """The files of a zip; counts, names, kinds and sizes are checked before anything is unpacked."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError):
            raise refuse(
                path.name, "zip-broken", "这个压缩包打不开，可能没有传完整。请重新压缩后再试。"
            ) from None
        infos = [info for info in self._zip.infolist() if not info.is_dir()]
        _limit_count(len(infos))
        names = [info.filename for info in infos]
        if len(set(names)) != len(names):
            raise refuse(path.name, "name-twice", "压缩包里有两个同名的文件。请留下一个，重新压缩。")
        _check_names(dict.fromkeys(names, 0))
        for info in infos:
            _check_entry(info)
        self._prefix = _common_folder(names)
        self.sizes = {info.filename.removeprefix(self._prefix): info.file_size for info in infos}
        if sum(self.sizes.values()) > MAX_TOTAL:
            raise refuse(path.name, "too-large", "压缩包解开后超过 4 GB，太大了。请减小视频再试。")

    def read(self, name: str, limit: int = MAX_TEXT) -> bytes:
        _present(self.sizes, name, limit)
        return b"".join(self._pieces(name, limit))

    def extract(self, name: str, target: Path) -> None:
        _present(self.sizes, name, MAX_TOTAL)
        with target.open("wb") as out:
            for piece in self._pieces(name, self.sizes[name]):
                out.write(piece)

    def _pieces(self, name: str, limit: int) -> Iterator[bytes]:
        done = 0
        try:
            with self._zip.open(self._prefix + name) as incoming:
                while piece := incoming.read(CHUNK):
                    done += len(piece)
                    if done > limit:
                        raise refuse(name, "bomb", f"“{name}”解开后比它写明的还大，这样的压缩包不能用。")
                    yield piece
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
            raise refuse(
                name, "zip-broken", f"“{name}”读不出来，压缩包可能坏了。请重新压缩后再试。"
            ) from error


def open_source(path: Path) -> Source:
    """Return the files of a folder or a zip; raises CourseError."""
    if path.is_dir():
        return FolderSource(path)
    if path.is_file():
        return ZipSource(path)
    raise refuse(path.name, "missing", f"没有找到“{path.name}”。请检查路径。")


def _limit_count(count: int) -> None:
    if count > MAX_FILES:
        raise refuse("", "too-many", f"课程包里的文件超过 {MAX_FILES} 个。请只放这门课用到的文件。")


def _check_names(names: Mapping[str, int]) -> None:
    seen: dict[str, str] = {}
    for name in names:
        parts = PurePosixPath(name).parts
        unsafe = name.startswith("/") or "\\" in name or ".." in parts or "\0" in name or ":" in name
        if unsafe or any(ord(char) < 32 for char in name):
            raise refuse(
                name, "name-unsafe", f"文件名“{name[:60]}”指向课程包外面或含有不能用的字符，没有导入。"
            )
        other = seen.setdefault(name.casefold(), name)
        if other != name:
            raise refuse(name, "name-clash", f"“{other}”和“{name}”只差大小写，请改一个名字。")


def _check_entry(info: zipfile.ZipInfo) -> None:
    if stat.S_ISLNK(info.external_attr >> 16):
        raise refuse(info.filename, "link", f"“{info.filename}”是一个链接。请把真正的文件放进课程包。")
    big = info.file_size > RATIO_FROM
    if big and info.file_size > MAX_RATIO * max(info.compress_size, 1):
        raise refuse(info.filename, "bomb", f"“{info.filename}”压缩得不正常，像是压缩炸弹，没有导入。")
    if info.flag_bits & 0x1:
        raise refuse(info.filename, "encrypted", "压缩包加了密码，读不了。请去掉密码再试。")


def _common_folder(names: list[str]) -> str:
    """Return "folder/" when the zip holds one folder with course.json in it, "" otherwise."""
    tops = {name.split("/", 1)[0] for name in names}
    top = next(iter(tops), "")
    return f"{top}/" if len(tops) == 1 and f"{top}/course.json" in names else ""


def _present(sizes: Mapping[str, int], name: str, limit: int) -> None:
    if name not in sizes:
        raise refuse(name, "missing", f"课程包里没有“{name}”。请放进去，或改正写它的地方。")
    if sizes[name] > limit:
        raise refuse(name, "too-large", f"“{name}”太大了（最多 {limit // 1024**2} MB）。")
