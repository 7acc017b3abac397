"""Signed, short-lived addresses of files: whoever made the page decided, the address only carries it."""

from dataclasses import dataclass

from flask import current_app, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer

from lms.core.errors import Missing

GOOD_FOR_SECONDS = 12 * 3600


@dataclass(frozen=True, slots=True)
class Link:
    """What a signed address says: which asset, for which visit ("" for none)."""

    asset_id: int
    visit: str


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="lms.assets.link")


def address(asset_id: int, role: str, *, visit: str = "") -> str:
    """Return the address of one file of an asset, good for GOOD_FOR_SECONDS."""
    return url_for("assets.file", token=_serializer().dumps([asset_id, visit]), role=role)


def read(token: str) -> Link:
    """Return what a token says; raises Missing for a forged or expired one."""
    try:
        asset_id, visit = _serializer().loads(token, max_age=GOOD_FOR_SECONDS)
    except (BadSignature, ValueError):
        raise Missing("这个地址过期了。请回到课程页面，再打开一次。") from None
    return Link(asset_id, visit)
