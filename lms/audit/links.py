"""Signed, short-lived addresses of export files, good for the one who asked for the file only."""

from flask import current_app, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer

from lms.core.errors import Missing

GOOD_FOR_SECONDS = 15 * 60


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="lms.audit.export")


def address(export_id: int, person_id: int) -> str:
    """Return the address of an export's file for one person."""
    return url_for("audit_exports.file", token=_serializer().dumps([export_id, person_id]))


def read(token: str, person_id: int) -> int:
    """Return the export a token names; raises Missing for a forged, expired, or another person's one."""
    try:
        export_id, whose = _serializer().loads(token, max_age=GOOD_FOR_SECONDS)
    except (BadSignature, ValueError):
        raise Missing("这个地址过期了。请回到导出记录，再下载一次。") from None
    if whose != person_id:
        raise Missing
    return int(export_id)
