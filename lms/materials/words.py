"""Kinds of materials in words, and their media types."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from media import kinds

KINDS = {"pdf": "PDF", "docx": "Word", "pptx": "PowerPoint", "md": _l("文字")}
STATUSES = {
    "received": _l("正在处理"),
    "ready": _l("可以看了"),
    "refused": _l("没有收下"),
    "withdrawn": _l("已撤下"),
}
MIMES: Mapping[str, str] = {
    **kinds.MIMES,
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
}
