"""Errors as people meet them: the right status, a sentence in Chinese, a support code when it is our fault."""

import re

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from lms.core import errors
from lms.core.doors import public

NAMED = [
    errors.Invalid, errors.BadRequest, errors.NotAllowed, errors.Missing, errors.Conflict, errors.TooMany,
    errors.Busy, errors.DiskFull,
]  # fmt: skip


@pytest.mark.parametrize("kind", NAMED)
def test_a_named_error_is_a_page_with_its_own_sentence(
    app: Flask, client: FlaskClient, kind: type[errors.LmsError]
) -> None:
    def view() -> str:
        raise kind("请先读完第 1 页。")

    app.add_url_rule("/fault", "fault", public(view))
    answer = client.get("/fault")
    assert answer.status_code == kind.status
    assert "请先读完第 1 页。" in answer.get_data(as_text=True)


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 422, 429, 503])
def test_a_status_without_a_sentence_gets_one(app: Flask, client: FlaskClient, status: int) -> None:
    def view() -> str:
        abort(status)

    app.add_url_rule("/fault", "fault", public(view))
    answer = client.get("/fault")
    assert answer.status_code == status
    assert re.search("[一-鿿]{6,}", answer.get_data(as_text=True))
    assert ("Retry-After" in answer.headers) == (status in (429, 503))


def test_our_own_fault_has_a_support_code_and_tells_nothing_else(app: Flask, client: FlaskClient) -> None:
    def view() -> str:
        raise RuntimeError("secret words")

    app.add_url_rule("/fault", "fault", public(view))
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = client.get("/fault")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert re.search(r"\b[0-9A-F]{6}\b", text)
    assert "secret words" not in text


def test_a_form_without_its_token_is_refused(client: FlaskClient) -> None:
    assert client.post("/login", data={"phone": "13900000001", "password": "x"}).status_code == 400


def test_json_addresses_answer_in_json(client: FlaskClient) -> None:
    answer = client.post("/api/outbox", json={})
    assert answer.status_code == 400
    assert answer.get_json()["error"]


def test_a_foreign_host_name_is_refused(client: FlaskClient) -> None:
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_every_page_carries_the_headers(client: FlaskClient) -> None:
    headers = client.get("/").headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "'nonce-" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Secure" not in headers.get("Set-Cookie", "")
