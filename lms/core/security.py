"""Security headers: a nonce policy, nothing from another host (about 40 own lines, ux.md 1)."""

import secrets

from flask import Flask, Response, abort, g, request

LOCAL_HOSTS = {"127.0.0.1", "localhost"}


def attach(app: Flask, base_host: str, *, secure: bool) -> None:
    """Give each request a nonce, refuse foreign Host headers, set the headers of every answer."""
    hosts = {base_host} | LOCAL_HOSTS

    def before() -> None:
        g.csp_nonce = secrets.token_urlsafe(12)
        if request.host.rsplit(":", 1)[0].strip("[]") not in hosts:
            abort(400)

    def after(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy(g.get("csp_nonce", "")))
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("X-Frame-Options", "SAMEORIGIN")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if response.mimetype == "text/html":
            headers.setdefault("Cache-Control", "no-store")
        return response

    app.before_request(before)
    app.after_request(after)


def policy(nonce: str) -> str:
    """Return the content policy of a page: our own files, and scripts or styles carrying this nonce."""
    return (
        "default-src 'self'; "
        f"script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
        "img-src 'self' data:; media-src 'self'; connect-src 'self'; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
    )
