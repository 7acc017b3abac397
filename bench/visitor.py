"""A person with a browser's manners: cookies, CSRF, forms; for benches that drive a running site."""

import html
import http.client
import json
import re
import urllib.parse
from dataclasses import dataclass, field
from typing import Any

PASSWORD = "demo-2026-jinguo"


@dataclass
class Answer:
    """Status, headers (names in small letters) and body of one answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """Body as text."""
        return self.body.decode("utf-8", errors="replace")


@dataclass
class Visitor:
    """One connection kept open to `host:port`, with the cookies of one person."""

    host: str
    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    link: http.client.HTTPConnection | None = None

    def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        """GET one address."""
        return self._ask("GET", path, None, headers or {})

    def follow(self, path: str) -> Answer:
        """GET, going where up to five redirects lead."""
        answer = self.get(path)
        for _ in range(5):
            if answer.status not in (301, 302, 303):
                break
            answer = self.get(_path(answer.headers["location"]))
        return answer

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        """POST a form."""
        body = urllib.parse.urlencode(fields).encode()
        return self._ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def send(self, path: str, value: Any, token: str) -> Answer:
        """POST JSON with the CSRF header."""
        headers = {"Content-Type": "application/json", "X-CSRFToken": token}
        return self._ask("POST", path, json.dumps(value).encode(), headers)

    def close(self) -> None:
        """Close the connection; the next request opens a new one."""
        if self.link:
            self.link.close()
        self.link = None

    def sign_in(self, phone: str) -> None:
        """Sign in with the demo password; RuntimeError when that is refused."""
        page = self.get("/login")
        fields = {"csrf_token": field_value(page.text, "csrf_token"), "phone": phone, "password": PASSWORD}
        answer = self.post("/login", fields)
        if answer.status not in (302, 303):
            raise RuntimeError(f"sign-in of {phone}: status {answer.status}")

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        if self.link is None:
            self.link = http.client.HTTPConnection(self.host, self.port, timeout=30)
        sent = {**headers, "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        try:
            self.link.request(method, path, body, sent)
            answer = self.link.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            # A server may close an idle connection at any time; a browser asks again on a new one.
            self.link = http.client.HTTPConnection(self.host, self.port, timeout=30)
            self.link.request(method, path, body, sent)
            answer = self.link.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        got = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, got, answer.read())


def field_value(page: str, name: str) -> str:
    """Value of the first form field of this name; empty when there is none."""
    for tag in re.findall(r"<input\b[^>]*>", page):
        if re.search(rf'\bname="{re.escape(name)}"', tag):
            return _attribute(tag, "value")
    return ""


def csrf_token(page: str) -> str:
    """Content of `<meta name="csrf-token">`."""
    found = re.search(r'<meta\b[^>]*name="csrf-token"[^>]*>', page)
    return _attribute(found.group(), "content") if found else ""


def visit_of(page: str) -> str:
    """The player's `data-visit`; empty on a page without a player."""
    found = re.search(r'<[^>]*\bdata-visit="[^"]+"[^>]*>', page)
    return _attribute(found.group(), "data-visit") if found else ""


def media_of(page: str) -> list[str]:
    """Addresses of the videos of a page, in its order."""
    tags = re.findall(r"<(?:video|source)\b[^>]*>", page)
    return [_path(_attribute(tag, "src")) for tag in tags if _attribute(tag, "src")]


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return html.unescape(found.group(1)) if found else ""


def _path(address: str) -> str:
    parts = urllib.parse.urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")
