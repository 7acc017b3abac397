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


FILES, ORIGINAL = "lms.assets.link", "lms.assets.original"
"""What a token is good for: whoever may look at the pages may not keep the original with the same token."""


def _serializer(salt: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt=salt)


def address(asset_id: int, role: str, *, visit: str = "") -> str:
    """Return the address of one file of an asset, good for GOOD_FOR_SECONDS."""
    return url_for("assets.file", token=_serializer(FILES).dumps([asset_id, visit]), role=role)


def page(asset_id: int, n: int) -> str:
    """Return the address of the picture of one page of a document."""
    return address(asset_id, f"p{n}")


def original(asset_id: int) -> str:
    """Return the address at which the original of a document may be kept."""
    return url_for("assets.keep", token=_serializer(ORIGINAL).dumps([asset_id, ""]))


def read(token: str, use: str = FILES) -> Link:
    """Return what a token says; raises Missing for a forged or expired one, or one for another use."""
    try:
        asset_id, visit = _serializer(use).loads(token, max_age=GOOD_FOR_SECONDS)
    except (BadSignature, ValueError):
        raise Missing("这个地址过期了。请回到课程页面，再打开一次。") from None
    return Link(asset_id, visit)
