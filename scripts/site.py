"""What `make run` was asked for: the settings it reads itself, checked, and the programs they lead to."""

import hashlib
import os
import re
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.children import MARK
from scripts.nginx_conf import Front, find_nginx

LOOPBACK = ("127.0.0.1", "localhost")
LONGEST_SOCKET = 100
"""Linux allows 107 bytes in the path of a unix socket."""


class Refused(Exception):
    """A setting or the machine does not allow the start; the text says what to do."""


@dataclass(frozen=True)
class Site:
    """One demo site: folders, address, environment of its programs."""

    root: Path
    data: Path
    host: str
    port: int
    env: Mapping[str, str]
    nginx: str | None

    @property
    def run(self) -> Path:
        """Folder of sockets, pid files and the generated configuration."""
        return self.data / "run"

    @property
    def logs(self) -> Path:
        """Folder of the children's logs."""
        return self.data / "log"

    @property
    def socket(self) -> Path:
        """Unix socket between nginx and the web processes."""
        path = self.run / "web.sock"
        if len(os.fsencode(path)) <= LONGEST_SOCKET:
            return path
        short = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"jinguo-{os.getuid()}-{short}"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder / "web.sock"

    @property
    def url(self) -> str:
        """Address people open."""
        return f"http://127.0.0.1:{self.port}"

    def front(self) -> Front:
        """What the nginx configuration is made from."""
        static = self.root / "lms" / "static"
        return Front(self.host, self.port, self.socket, self.run, static, self._storage())

    def _storage(self) -> Path | None:
        url = self.env.get("LMS_STORAGE_URL", "")
        if url.startswith("s3:"):
            return None
        return Path(url.removeprefix("file:")).resolve() if url else self.data / "storage"

    def flask(self, *words: str) -> list[str]:
        """Command line of one of the application's commands."""
        return [sys.executable, "-m", "flask", "--app", "wsgi", *words]

    def web(self) -> list[str]:
        """Command line of the web processes: behind nginx on a socket, without nginx on the port itself."""
        bind = f"unix:{self.socket}" if self.nginx else f"{self.host}:{self.port}"
        beat = ["--worker-tmp-dir", "/dev/shm"] if os.access("/dev/shm", os.W_OK) else []
        limits = ["--timeout", "60", "--graceful-timeout", "8", "--keep-alive", "65", "--no-control-socket"]
        limits += [
            "--limit-request-line",
            "8190",
        ]  # what nginx lets through: a search of 600 characters gets a page
        size = ["-k", "gthread", "--workers", "2", "--threads", "4"]
        return [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", bind, *size, *beat, *limits]


def read(environ: Mapping[str, str], root: Path) -> Site:
    """The site these settings describe. Raises `Refused` with a sentence for a wrong one."""
    port, host = _port(environ.get("PORT") or "8000"), _host(environ.get("LMS_HOST") or "127.0.0.1")
    data = _data(environ.get("LMS_DATA", "") or "var", root)
    nginx = find_nginx()
    env = dict(environ)
    env.update(LMS_ENV="demo", LMS_DATA=str(data), LMS_HOST=host, PORT=str(port))
    env.setdefault("LMS_BASE_URL", f"http://127.0.0.1:{port}")
    env["LMS_TRUSTED_PROXIES"] = "1" if nginx else "0"
    env["PYTHONUNBUFFERED"] = "1"
    env[MARK] = str(data)
    return Site(root, data, host, port, env, nginx)


def _port(text: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", text) or not 1 <= int(text) <= 65535:
        raise Refused(
            f"PORT 是“{text}”，应是 1 到 65535 之间的一个数，例如 PORT=8080。"
            f" (PORT must be a number from 1 to 65535.)"
        )
    return int(text)


def _host(text: str) -> str:
    if text not in LOOPBACK:
        raise Refused(
            f"LMS_HOST 是“{text}”。make run 开的是演示站，人人知道密码，只能在本机（127.0.0.1）打开。"
            f" (The demo site listens on loopback only.)"
        )
    return "127.0.0.1" if text == "localhost" else text


def _data(text: str, root: Path) -> Path:
    if any(sign in text for sign in '"\\\n$;{}'):
        raise Refused(
            f"LMS_DATA 的路径 {text!r} 里有不能用的符号，请换一个文件夹。 (LMS_DATA holds unusable signs.)"
        )
    path = (root / text).resolve()
    try:
        for folder in (path, path / "run", path / "log", path / "storage"):
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise Refused(
            f"不能使用数据文件夹 {path}：{problem.strerror}。请换一个 LMS_DATA，或改好它的权限。"
            f" (The data folder cannot be used.)"
        ) from problem
    if not os.access(path, os.W_OK | os.X_OK):
        raise Refused(f"数据文件夹 {path} 不能写入，请改好权限。 (The data folder is not writable.)")
    return path
