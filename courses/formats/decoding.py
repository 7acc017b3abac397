"""Bytes of a text file to text: UTF-8 with or without BOM, UTF-16 with BOM, GB18030."""

from courses.formats.bank import refuse

MAX_FILE = 64 * 1024**2
MAX_LINE = 1024**2
BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def text_of(data: bytes, file: str) -> str:
    """Return the words of a file; raises CourseError when they cannot be read."""
    if len(data) > MAX_FILE:
        raise refuse(file, "too-large", f"“{file}”太大了（最多 {MAX_FILE // 1024**2} MB）。请分成几个文件。")
    text = _decoded(data, file)
    if "\0" in text:
        raise refuse(file, "encoding", f"“{file}”不是文字文件。请检查选的文件对不对。")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > MAX_LINE:
            words = f"“{file}”第 {number} 行超过 100 万个字，不像题目。请检查是不是少了换行。"
            raise refuse(file, "line-long", words, number)
    return text


def _decoded(data: bytes, file: str) -> str:
    named = next((name for bom, name in BOMS if data.startswith(bom)), None)
    for name in (named,) if named else ("utf-8", "gb18030"):
        try:
            return data.decode(name)
        except UnicodeDecodeError:
            continue
    raise refuse(file, "encoding", f"“{file}”的文字编码认不出来。请用 UTF-8 另存一次。")
