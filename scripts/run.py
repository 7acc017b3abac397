"""Start the demo site and look after it: nginx, web and both workers as children of this process.

Usage: python -m scripts.run (what `make run` calls). Ctrl-C, SIGTERM or the end of `make` stop everything.
Exit codes: 0 stopped on request, 1 refused with a sentence.
"""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import TextIO

from lms import config
from scripts import children, nginx_conf
from scripts.site import Refused, Site, read

ROOT = Path(__file__).resolve().parent.parent
PAGES_WITHIN = 60.0
LESSONS_WITHIN = 900.0
"""Seconds: an encode on a busy small machine may take minutes; after this the site is open all the same."""
TOO_MANY_DEATHS = 4


class Stopped(Exception):
    """Somebody asked the site to stop."""


def main() -> int:
    """Run until told to stop."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        site = _settings()
        with _only_one(site):
            return _serve(site)
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except Stopped:
        return 0


def _settings() -> Site:
    site = read(os.environ, ROOT)
    try:
        config.read(site.env)
    except config.WrongSetting as wrong:
        raise Refused(f"{wrong} (A setting is wrong.)") from wrong
    return site


def _stop(number: int, frame: FrameType | None) -> None:
    # Once is enough: a second Ctrl-C must not interrupt the stopping.
    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise Stopped


def _serve(site: Site) -> int:
    children.adopt_orphans()
    children.end_leftovers(str(site.data))
    _require_free(site)
    family = children.Children()
    try:
        _timed("数据库 database", _call, site, "init")
        _start_all(site, family)
        _timed("页面 pages", _until_pages, site, family)
        _demo(site, family)
        print(f"READY {site.url}", flush=True)
        _look_after(family)
    except Stopped:
        print("正在停止…", flush=True)
    finally:
        family.stop()
    return 0


@contextlib.contextmanager
def _only_one(site: Site) -> Iterator[None]:
    """Hold the data folder's lock; the system frees it however this process ends."""
    with (site.run / "supervisor.lock").open("w") as stream:
        _lock(stream, site)
        yield


def _lock(stream: TextIO, site: Site) -> None:
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        raise Refused(
            f"数据文件夹 {site.data} 正被另一个 make run 使用。请先停止它，或用 LMS_DATA 换一个文件夹。"
            f" (Another make run uses this data folder.)"
        ) from problem


def _require_free(site: Site) -> None:
    family = socket.AF_INET6 if ":" in site.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((site.host, site.port))
        except OSError as problem:
            raise Refused(
                f"端口 {site.port} 不能使用（{problem.strerror}）。"
                f"请停止占用它的程序，或换一个端口：PORT=8080 make run。"
                f" (Port {site.port} is taken or not allowed; choose another with PORT=…)"
            ) from problem


def _timed(name: str, work: Callable[..., object], *args: object) -> None:
    begun = time.monotonic()
    work(*args)
    seconds = time.monotonic() - begun
    print(f"✓ {name}  {seconds:.1f} 秒", flush=True)
    if path := os.environ.get("JG_TIMES"):
        with Path(path).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps({"step": name, "seconds": round(seconds, 1)}, ensure_ascii=False) + "\n")


def _call(site: Site, *words: str) -> str:
    """Run one of the application's commands; what it prints on stdout. Raises Refused with its words."""
    done = subprocess.run(
        site.flask(*words), cwd=ROOT, env=site.env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Refused(
            f"{done.stdout}{done.stderr}".strip() + f"\n“flask {' '.join(words)}”没有成功，网站没有启动。"
        )
    return done.stdout


def _start_all(site: Site, family: children.Children) -> None:
    programs = {
        "web": site.web(),
        "worker-quick": site.flask("worker", "--lane", "quick"),
        "worker-heavy": site.flask("worker", "--lane", "heavy"),
    }
    if site.nginx:
        conf = nginx_conf.write(site.front())
        # A log of its own: until it has read the configuration, nginx wants to write to the system's.
        programs["nginx"] = [site.nginx, "-p", str(site.run), "-e", "stderr", "-c", str(conf)]
    else:
        print(
            "没有找到 nginx：网站自己发送视频，手机多时会慢。 (nginx not found; running without it.)",
            flush=True,
        )
    for name, argv in programs.items():
        family.start(children.Child(name, argv, site.logs / f"{name}.log", site.env))


def _until_pages(site: Site, family: children.Children) -> None:
    deadline = time.monotonic() + PAGES_WITHIN
    while not _answers(site):
        _report(family.watch())
        worst = max(family.members, key=lambda child: child.deaths)
        if worst.deaths >= TOO_MANY_DEATHS or time.monotonic() > deadline:
            raise Refused(
                f"网站没有启动（The site did not start）。{worst.name} 最后的记录：\n{worst.last_words(30)}"
            )
        time.sleep(0.1)


def _answers(site: Site) -> bool:
    try:
        with urllib.request.urlopen(site.url + "/", timeout=10) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _demo(site: Site, family: children.Children) -> None:
    """Load the demo people and courses the first time, then wait until the lessons of `about` play."""
    told = site.run / "demo.txt"
    if not told.exists():
        _timed("演示数据 demo data", lambda: told.write_text(_call(site, "demo"), encoding="utf-8"))
    print(told.read_text(encoding="utf-8").rstrip(), flush=True)
    if not (site.run / "demo-plays").exists():
        _timed("课程视频 video lessons", _until_lessons, site, family)
        (site.run / "demo-plays").touch()


def _until_lessons(site: Site, family: children.Children) -> None:
    deadline = time.monotonic() + LESSONS_WITHIN
    while not json.loads(_call(site, "demo", "--json").splitlines()[-1]).get("plays", True):
        _report(family.watch())
        if time.monotonic() > deadline:
            print(
                "《认识巾帼云课堂》的视频还在处理中，可以先看文字版。 (A video is still being processed.)",
                flush=True,
            )
            return
        time.sleep(1.0)


def _look_after(family: children.Children) -> None:
    # Under make, the end of make is the end of the site; started by hand or systemd, nobody is followed.
    above = os.getppid() if "MAKELEVEL" in os.environ else None
    while above is None or os.getppid() == above:
        _report(family.watch())
        time.sleep(0.25)


def _report(dead: list[children.Child]) -> None:
    for child in dead:
        print(
            f"{child.name} 停了，{child.pause:g} 秒后重新启动；记录在 {child.log}：\n{child.last_words()}",
            file=sys.stderr,
            flush=True,
        )


if __name__ == "__main__":
    raise SystemExit(main())
