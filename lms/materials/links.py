"""Signed, short-lived addresses of originals and page pictures: the page that made one has decided."""

from dataclasses import dataclass

from flask import current_app, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer

from lms.core.errors import Missing

GOOD_FOR_SECONDS = 4 * 3600


@dataclass(frozen=True, slots=True)
class Link:
    """What an address says: a page of a material, or its original (page 0)."""

    material_id: int
    page: int


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="lms.materials.link")


def address(material_id: int, page: int = 0) -> str:
    """Return the address of a page's picture, or of the original, good for GOOD_FOR_SECONDS."""
    return url_for("materials.file", token=_serializer().dumps([material_id, page]))


def read(token: str) -> Link:
    """Return what a token says; raises Missing for a forged or expired one."""
    try:
        material_id, page = _serializer().loads(token, max_age=GOOD_FOR_SECONDS)
    except (BadSignature, ValueError):
        raise Missing("这个地址过期了。请回到资料页面，再打开一次。") from None
    return Link(material_id, page)
