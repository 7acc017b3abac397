"""Signed, short-lived addresses of export files, good for the one who asked for the file only."""

from flask import current_app, url_for
from itsdangerous import BadSignature, URLSafeSerializer

from lms.core import clock
from lms.core.errors import Missing

GOOD_FOR_SECONDS = 15 * 60


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="lms.audit.export")


def address(export_id: int, person_id: int) -> str:
    """Return the address of an export's file for one person."""
    until = int(clock.now().timestamp()) + GOOD_FOR_SECONDS
    return url_for("audit_exports.file", token=_serializer().dumps([export_id, person_id, until]))


def read(token: str, person_id: int) -> int:
    """Return the export a token names; raises Missing for a forged, expired, or another person's one."""
    try:
        export_id, whose, until = _serializer().loads(token)
    except (BadSignature, ValueError):
        raise Missing from None
    if until < clock.now().timestamp():
        raise Missing("这个地址过期了。请回到导出记录，再下载一次。")
    if whose != person_id:
        raise Missing
    return int(export_id)
