"""What the doctor looks at: each check one line, ✓ or ✗ or a hint, and what to do."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
from flask import current_app
from sqlalchemy import func, select, text

from lms.config import Settings
from lms.core import clock, database, pdf
from lms.core.audit_log import AuditEntry
from lms.core.jobs import Job, JobState, Lane, WorkerSeen
from lms.extensions import db
from lms.operations import archive, loading, queries, restore
from lms.operations.words import last_line
from media import run
from media.errors import MediaError
from media.probe import probe

RARE = "㐱𠮷龘"
LEAST_FREE = 2_000_000_000
QUIET_AFTER = timedelta(minutes=2)
OLDEST_BACKUP = timedelta(days=2)
WRITTEN_FIRST = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Check:
    """One line: `good` None is a hint that does not fail the whole; `do` says what to do."""

    name: str
    good: bool | None
    words: str
    do: str = ""

    @property
    def sign(self) -> str:
        """✓, ✗ or ! for a hint."""
        return "!" if self.good is None else "✓" if self.good else "✗"


def _settings() -> Settings:
    settings: Settings = current_app.extensions["lms_settings"]
    return settings


def paper() -> Check:
    """Print a rare character into a PDF and find it again."""
    family = pdf.family_for(RARE)
    document = pypdfium2.PdfDocument(
        pdf.render(f"<html><body style=\"font-family: '{family}'\"><h1>证书 {RARE}</h1></body></html>")
    )
    try:
        found = document[0].get_textpage().get_text_range()
    finally:
        document.close()
    missing = [char for char in RARE if char not in found]
    words = f"PDF 里印出了 {RARE}，又读了回来" if not missing else f"PDF 里缺字：{'、'.join(missing)}"
    return Check(
        "证书用字", not missing, words, "安装字体 fonts-noto-cjk，再运行 make setup。" if missing else ""
    )


def encode() -> Check:
    """Encode two seconds of a test picture as videos are encoded, and measure the result."""
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder) / "two.mp4"
        source = ["-f", "lavfi", "-i", "testsrc2=s=320x180:d=2:r=10", "-f", "lavfi", "-i", "sine=d=2"]
        made = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest", str(film)]
        try:
            run.output(["ffmpeg", "-v", "error", *source, *made], seconds=120)
            seconds = probe(film).duration
        except (MediaError, OSError, subprocess.SubprocessError) as error:
            return Check(
                "视频转码", False, f"没有转成：{str(error)[:120]}", "安装 ffmpeg（带 libx264 和 aac）。"
            )
    good = abs(seconds - 2) < 0.3
    return Check(
        "视频转码",
        good,
        f"两秒的视频转好了，长 {seconds:.2f} 秒",
        "" if good else "换 Debian 自带的 ffmpeg。",
    )


def last_backup() -> Check:
    """Restore the newest backup into a temporary place and compare it with itself, row by row, file by file."""
    if failed := queries.failed_backup(_settings()):
        words = f"每晚的备份没有做成：{last_line(failed.last_error)}"
        return Check("备份", False, words, "平台管理员打开 /operations/jobs，看原因，再试一次。")
    made = queries.backups(1)
    if not made:
        return Check("备份", False, "还没有备份过", "运行 flask --app wsgi backup 文件，并设每晚自动运行。")
    path = Path(str(made[0].detail["file"]))
    if not path.is_file():
        return Check(
            "备份", False, f"最近一份备份 {path.name} 不在原来的地方了", "把它放回去，或马上再备份一次。"
        )
    try:
        wrong, files = rehearse(path)
    except Exception as error:
        return Check("备份", False, f"{path.name} 恢复不了：{error}", "马上再备份一次，再运行 doctor。")
    if wrong:
        return Check(
            "备份", False, f"{path.name} 恢复后不一样：{'、'.join(wrong)}", "马上再备份一次，再运行 doctor。"
        )
    words = f"{path.name} 在临时的地方恢复过，{made[0].detail['rows']} 行、{files} 个文件全部一样"
    if clock.now() - made[0].at > OLDEST_BACKUP:
        good = False if queries.backs_up(_settings()) else None
        return Check(
            "备份", good, words + "，但已经两天没有新的备份", "看后台程序 heavy 是不是在工作，再运行 backup。"
        )
    return Check("备份", True, words)


def rehearse(path: Path) -> tuple[Sequence[str], int]:
    """Restore a backup into a temporary SQLite; returns the tables that differ and the number of sound files."""
    with archive.Reader(path) as source, loading.scratch() as folder:
        loading.check_revision(source.manifest)
        with restore.sqlite_engine(Path(folder) / "rehearsal.sqlite3") as engine:
            loading.load(engine, source, to_newest=False)
            return loading.differences(engine, source), loading.read_all(source)


def settings_of_database() -> Check:
    """Read back what makes a commit last."""
    if db.engine.dialect.name == "sqlite":
        wanted: dict[str, Any] = dict(database.PRAGMAS)
        got = {name: db.session.execute(text(f"PRAGMA {name}")).scalar() for name in wanted}
        do = "数据库要放在本机的磁盘上，不能放在网络盘上。"
    else:
        wanted = {"synchronous_commit": "on", "fsync": "on", "full_page_writes": "on"}
        got = {name: db.session.execute(text(f"SHOW {name}")).scalar() for name in wanted}
        do = "在 PostgreSQL 的设置里把它们改回 on，否则断电会丢记录。"
    wrong = [f"{name}={got[name]}" for name in wanted if got[name] != wanted[name]]
    words = "已保存的不怕断电：" + "、".join(f"{name}={value}" for name, value in got.items())
    return Check(
        "数据库设置", not wrong, words if not wrong else f"不对：{'、'.join(wrong)}", do if wrong else ""
    )


def version_of_sqlite() -> Check:
    """Name a SQLite with the WAL-reset race; the house then closes and checkpoints under its write lock."""
    if db.engine.dialect.name != "sqlite":
        version = db.session.execute(text("SHOW server_version")).scalar()
        return Check("数据库版本", True, f"PostgreSQL {version}")
    if database.wal_reset_risk():
        words = f"SQLite {sqlite3.sqlite_version} 有一个极少见的缺陷（WAL-reset），本站用写入锁避开它"
        return Check(
            "数据库版本", None, words, "有条件时升级到 3.51.3 或更新。不要用别的程序打开正在用的数据库。"
        )
    return Check("数据库版本", True, f"SQLite {sqlite3.sqlite_version}")


def space() -> Check:
    """Look at the free space where data are kept."""
    free = shutil.disk_usage(_settings().data).free
    good = free >= LEAST_FREE
    return Check(
        "剩余空间",
        good,
        f"{free / 1e9:.1f} GB",
        "" if good else "腾出空间：至少 2 GB，否则视频和备份存不下。",
    )


def time() -> Check:
    """Compare the clock with what is already written, and with the database's own clock."""
    newest = db.session.scalar(select(func.max(AuditEntry.at))) or WRITTEN_FIRST
    ahead = (newest - clock.now()).total_seconds()
    if db.engine.dialect.name == "postgresql":
        there = db.session.execute(text("SELECT clock_timestamp()")).scalar_one()
        ahead = max(ahead, abs((there - clock.now()).total_seconds()))
    good = ahead < 5 and clock.now() > WRITTEN_FIRST
    words = f"{clock.now().astimezone(_settings().timezone):%Y-%m-%d %H:%M:%S}（{_settings().timezone.key}）"
    do = "" if good else "校准时间（timedatectl set-ntp true）：证书、学习时间和动态验证码都靠它。"
    return Check("时钟", good, words if good else words + f"，差了 {ahead:.0f} 秒", do)


def workers() -> Check:
    """Look when each lane's worker was last seen."""
    seen = {row.lane: row.seen_at for row in db.session.scalars(select(WorkerSeen))}
    silent = [lane for lane in Lane if lane not in seen or clock.now() - seen[lane] > QUIET_AFTER]
    if not silent:
        return Check("后台程序", True, "quick 和 heavy 都在工作")
    words = "、".join(silent) + " 两分钟没有动静"
    return Check(
        "后台程序", False, words, "启动网站（make run），或单独运行 flask --app wsgi worker --lane 名字。"
    )


def dead_jobs() -> Check:
    """Count the jobs that were given up."""
    count = db.session.scalar(select(func.count()).where(Job.state == JobState.DEAD)) or 0
    do = "平台管理员打开 /operations/jobs，看原因，再试一次。" if count else ""
    return Check("后台任务", not count, f"{count} 件没有做成" if count else "没有做不成的", do)


def messages() -> Check:
    """Say whether mail and SMS are set; both may be left out."""
    mail, sms = _settings().smtp_url is not None, _settings().sms != "none"
    words = f"邮件{'设好了' if mail else '没有设'}，短信{'设好了' if sms else '没有设'}"
    do = "" if mail and sms else "可以不设：忘了密码用重设单。要设，写 LMS_SMTP_URL、LMS_SMS。"
    return Check("邮件和短信", True if mail and sms else None, words, do)


def secret_key() -> Check:
    """Look at who may read the key that opens telephone numbers."""
    path = _settings().data / "keys" / "secret"
    if not path.is_file():
        return Check(
            "密钥", None, "由 LMS_SECRET_KEY 给出，不在备份里", "请在别处另存一份。没有它，手机号读不出来。"
        )
    open_to_others = path.stat().st_mode & 0o077 or path.parent.stat().st_mode & 0o022
    owner = path.stat().st_uid in (os.getuid(), 0)
    good = not open_to_others and owner
    words = "只有网站自己能读" if good else f"别人也能读或改 {path}"
    return Check("密钥", good, words, "" if good else f"运行 chmod 700 {path.parent} && chmod 600 {path}。")


ALL: Sequence[Callable[[], Check]] = (
    paper, encode, last_backup, settings_of_database, version_of_sqlite, space, time, workers, dead_jobs, messages,
    secret_key,
)  # fmt: skip
