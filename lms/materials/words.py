"""Kinds of materials in words, and their media types."""

from flask_babel import lazy_gettext as _l

KINDS = {"pdf": "PDF", "docx": "Word", "pptx": "PowerPoint", "md": _l("文字")}
STATUSES = {
    "received": _l("正在处理"),
    "ready": _l("可以看了"),
    "refused": _l("没有收下"),
    "withdrawn": _l("已撤下"),
}
MIMES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "md": "text/plain; charset=utf-8",
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
}
