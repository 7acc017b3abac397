"""XML of other people, read so that it can do no harm: no document type, no entities, bounded depth and size."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from io import BytesIO
from xml.parsers import expat

from courses.formats.bank import refuse
from courses.formats.decoding import MAX_FILE

_DECLARED = re.compile(
    rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"'][^>]{0,200}\?>"
)
_OWN = {"utf-8", "utf-16", "us-ascii", "ascii", "iso-8859-1"}
_MAX_DEPTH = 60


class _Guard:
    """Looks over a document before it is read."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._depth = 0
        self.parser = expat.ParserCreate()
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype
        self.parser.EntityDeclHandler = self._refuse_doctype
        self.parser.StartElementHandler = self._down
        self.parser.EndElementHandler = self._up

    def _refuse_doctype(self, *_: object) -> None:
        line = self.parser.CurrentLineNumber
        words = (
            "文件里有文档类型或实体声明（DOCTYPE、ENTITY），可能藏着有害内容，没有导入。请重新从题库导出。"
        )
        raise refuse(self._file, "entities", words, line)

    def _down(self, *_: object) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise refuse(
                self._file, "xml-deep", "文件的层次太深，不像题库，没有导入。", self.parser.CurrentLineNumber
            )

    def _up(self, *_: object) -> None:
        self._depth -= 1


def questions(data: bytes, file: str) -> Iterator[tuple[ET.Element, int]]:
    """Yield each `question` element with its line; raises CourseError."""
    if len(data) > MAX_FILE:
        raise refuse(file, "too-large", f"“{file}”太大了（最多 {MAX_FILE // 1024**2} MB）。请分几次导出。")
    data = _as_utf8(data, file)
    guard = _Guard(file)
    lines = _Lines()
    try:
        guard.parser.Parse(data, True)
        lines.parser.Parse(data, True)
        yield from zip(_elements(data, file), lines.found, strict=True)
    except (expat.ExpatError, ET.ParseError) as error:
        line = getattr(error, "lineno", None) or (getattr(error, "position", None) or (0,))[0]
        raise refuse(
            file, "xml", f"第 {line} 行附近的 XML 写法不对，读不懂。请重新从题库导出。", line
        ) from None
    except (ValueError, LookupError):
        raise refuse(file, "xml", "文件的编码读不懂。请用 UTF-8 重新导出。", 1) from None


class _Lines:
    """The lines on which questions begin."""

    def __init__(self) -> None:
        self.found: list[int] = []
        self._depth = 0
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._down
        self.parser.EndElementHandler = self._up

    def _down(self, tag: str, _: object) -> None:
        self._depth += 1
        if self._depth == 2 and tag == "question":
            self.found.append(self.parser.CurrentLineNumber)

    def _up(self, _: object) -> None:
        self._depth -= 1


def _elements(data: bytes, file: str) -> Iterator[ET.Element]:
    depth = 0
    root: ET.Element | None = None
    for event, element in ET.iterparse(BytesIO(data), events=("start", "end")):
        depth += 1 if event == "start" else -1
        if root is None:
            root = element
            if root.tag != "quiz":
                raise refuse(
                    file,
                    "xml-root",
                    "这不是 Moodle 题库（最外层应该是 quiz）。请在题库里选“Moodle XML 格式”导出。",
                    1,
                )
        if event == "end" and depth == 1:
            if element.tag == "question":
                yield element
            root.clear()  # what was read is let go, so that memory stays small


def _as_utf8(data: bytes, file: str) -> bytes:
    """Return the document in an encoding the parser knows; others are turned into UTF-8."""
    found = _DECLARED.match(data)
    name = found.group(1).decode("ascii").lower() if found else "utf-8"
    if name in ("gb2312", "gbk", "gb18030", "big5"):
        try:
            text = data.decode("gb18030" if name.startswith("gb") else name)
        except UnicodeDecodeError:
            raise refuse(
                file, "encoding", f"文件写明是 {name} 编码，内容却不是。请用 UTF-8 重新导出。", 1
            ) from None
        return re.sub(r"^\s*<\?xml[^>]*\?>", "", text).encode()
    if name not in _OWN:
        raise refuse(file, "encoding", f"不认识的编码“{name}”。请用 UTF-8 重新导出。", 1)
    return data
