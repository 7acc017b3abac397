"""How errors reach a person: one page or one JSON answer per status, with a support code, never a bare 500."""

import logging
import secrets
import sqlite3
from typing import Any

from flask import Flask, Response, jsonify, make_response, render_template, request
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import DataError, OperationalError, TimeoutError
from werkzeug.exceptions import HTTPException

from lms.core.doors import wants_json
from lms.core.errors import LmsError
from lms.core.templating import sentence
from lms.extensions import db

log = logging.getLogger(__name__)
PAGES = (400, 403, 404, 409, 413, 422, 429, 500, 503, 507)
PG_DISK_FULL = "53100"
PG_PASSING = frozenset({"40P01", "53300", "55P03", "57P01", "57P02", "57P03"})
"""PostgreSQL's codes for deadlock, too many connections, a lock waited for too long, stopping and starting."""
SENTENCES = {
    400: _l("这个请求不完整。请退回上一页，刷新后再试一次。"),
    401: _l("请先登录。"),
    403: _l("您的身份还不能看这一页。"),
    404: _l("没有找到这一页。"),
    405: _l("没有找到这一页。"),
    409: _l("现在还不能这样做。"),
    413: _l("文件太大了。请换一个小一点的文件。"),
    415: _l("这个请求不完整。请退回上一页，刷新后再试一次。"),
    416: _l("没有这一段内容。请刷新页面后再试。"),
    422: _l("有几处需要改一下。"),
    429: _l("试得太快了。请过一会儿再试。"),
    500: _l("网站出了点问题，不是您的错。请过一会儿再试。"),
    503: _l("网站现在有点忙。请过几秒再试一次。"),
    507: _l("网站存放东西的地方满了，刚才的内容没有存下。请告诉管理这个网站的人。"),
}


def attach(app: Flask) -> None:
    """Turn named errors, HTTP errors, a full disk and everything unexpected into answers."""
    app.register_error_handler(LmsError, lambda error: answer(error.status, error.message))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(TimeoutError, lambda _: answer(503))
    for error in (DataError, OverflowError):
        app.register_error_handler(error, _not_to_be_stored)
    app.register_error_handler(Exception, _unexpected)


def answer(status: int, message: str = "", *, support_code: str = "") -> Response:
    """Return the page or JSON of a status; the message says what is wrong and what to do."""
    db.session.rollback()
    text = sentence(str(message or SENTENCES.get(status, SENTENCES[500])))
    if wants_json():
        response = jsonify(error=text, support_code=support_code)
    else:
        page = status if status in PAGES else 404 if status < 500 else 500
        response = make_response(
            render_template(f"errors/{page}.html", message=text, support_code=support_code)
        )
    response.status_code = status
    if status in (429, 503):
        response.headers["Retry-After"] = str(2 + secrets.randbelow(4))
    return response


def _http(error: HTTPException) -> Any:
    if error.response is not None or (error.code or 500) < 400:
        return error
    response = answer(error.code or 500)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After", "Content-Range"):
            response.headers[name] = value
    return response


def _database(error: OperationalError) -> Response:
    status = _status_of(error.orig)
    return answer(status) if status else _unexpected(error)


def _not_to_be_stored(error: Exception) -> Response:
    """A number or a character that no column can hold: nothing of that name is there, nothing can be kept."""
    log.warning("%s at %s", type(error).__name__, request.endpoint)
    return answer(404 if request.method in ("GET", "HEAD") else 422)


def _status_of(cause: object) -> int | None:
    """Return 507 for a full disk, 503 for what passes by itself, None for everything else."""
    if isinstance(cause, sqlite3.OperationalError):
        return 507 if "full" in str(cause) else 503 if "locked" in str(cause) else None
    code = getattr(cause, "sqlstate", None)  # None: PostgreSQL was not reached at all
    return 507 if code == PG_DISK_FULL else 503 if code is None or code in PG_PASSING else None


def _unexpected(error: Exception) -> Response:
    code = secrets.token_hex(3).upper()
    log.error("support code %s", code, exc_info=error)
    return answer(500, support_code=code)
