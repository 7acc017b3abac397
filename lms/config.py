"""Settings, read once from the environment; a wrong value stops the start with a sentence."""

import contextlib
import ipaddress
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ENVIRONMENTS = ("production", "demo", "test")
LOCAL_HOSTS = ("127.0.0.1", "localhost")


class WrongSetting(Exception):
    """A setting that the site cannot start with; the text names it and says what to write."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the outside decides; paths are absolute, URLs without a closing slash."""

    data: Path
    database_url: str
    storage_url: str
    redis_url: str | None
    secret_key: str
    host: str
    port: int
    base_url: str
    trusted_proxies: int
    timezone: ZoneInfo
    site_name: str
    smtp_url: str | None
    sms: str
    env: str
    backup_hour: int = 2
    backup_keep: int = 7

    @property
    def secure(self) -> bool:
        """Whether cookies may travel over https only."""
        return self.env == "production"


def read(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read and check every setting of the contract; raises WrongSetting."""
    env = _choice(environ, "LMS_ENV", "production", ENVIRONMENTS)
    data = Path(environ.get("LMS_DATA") or "var").absolute()
    port = _number(environ, "PORT", 8000, 1, 65535)
    host = _host(environ.get("LMS_HOST") or "127.0.0.1")
    if env == "demo" and host not in LOCAL_HOSTS:
        raise WrongSetting("LMS_HOST：演示站只能在本机打开，请写 127.0.0.1 或 localhost。")
    base_url = _base_url(environ.get("LMS_BASE_URL") or f"http://127.0.0.1:{port}", env)
    return Settings(
        data=data,
        database_url=_database(environ.get("LMS_DATABASE_URL") or f"sqlite:///{data / 'lms.sqlite3'}"),
        storage_url=_storage(environ.get("LMS_STORAGE_URL") or f"file:{data / 'storage'}"),
        redis_url=_redis(environ.get("LMS_REDIS_URL") or ""),
        secret_key=_secret(environ.get("LMS_SECRET_KEY") or "", data, env),
        host=host,
        port=port,
        base_url=base_url,
        trusted_proxies=_number(environ, "LMS_TRUSTED_PROXIES", 0, 0, 8),
        timezone=_timezone(environ.get("LMS_TIMEZONE") or "Asia/Shanghai"),
        site_name=environ.get("LMS_SITE_NAME") or "巾帼云课堂",
        smtp_url=environ.get("LMS_SMTP_URL") or None,
        sms=_choice(environ, "LMS_SMS", "none", ("none",)),
        env=env,
        backup_hour=_number(environ, "LMS_BACKUP_HOUR", 2, 0, 23),
        backup_keep=_number(environ, "LMS_BACKUP_KEEP", 7, 0, 365),
    )


def _choice(environ: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = environ.get(name) or default
    if value not in allowed:
        raise WrongSetting(f"{name}：不认识“{value}”，可以写 {'、'.join(allowed)}。")
    return value


def _number(environ: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    value = environ.get(name) or str(default)
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise WrongSetting(f"{name}：应该是 {low} 到 {high} 的整数，现在写的是“{value}”。")
    return int(value)


def _host(value: str) -> str:
    if value == "localhost":
        return value
    try:
        ipaddress.ip_address(value)
    except ValueError:
        raise WrongSetting(f"LMS_HOST：应该是一个网络地址，例如 127.0.0.1，现在写的是“{value}”。") from None
    return value


def _base_url(value: str, env: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise WrongSetting(
            f"LMS_BASE_URL：应该是网站的地址，例如 https://ketang.example，现在写的是“{value}”。"
        )
    if env == "production" and parts.scheme != "https" and parts.hostname not in LOCAL_HOSTS:
        raise WrongSetting("LMS_BASE_URL：正式网站必须用 https 开头，否则登录信息会在路上被看到。")
    return value.rstrip("/")


def _database(value: str) -> str:
    if value.startswith("postgres://"):
        value = "postgresql://" + value.removeprefix("postgres://")
    if value.startswith("postgresql://"):
        value = "postgresql+psycopg://" + value.removeprefix("postgresql://")
    if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise WrongSetting("LMS_DATABASE_URL：只支持 sqlite:///文件 和 postgresql://用户@主机/库名。")
    return value


def _storage(value: str) -> str:
    if not value.startswith(("file:", "s3://")):
        raise WrongSetting("LMS_STORAGE_URL：应该是 file:文件夹 或 s3://桶名?endpoint=地址。")
    return value


def _redis(value: str) -> str | None:
    if value and not value.startswith(("redis://", "rediss://", "unix://")):
        raise WrongSetting("LMS_REDIS_URL：应该以 redis:// 开头。")
    return value or None


def _timezone(value: str) -> ZoneInfo:
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError):
        raise WrongSetting(f"LMS_TIMEZONE：不认识时区“{value}”，例如 Asia/Shanghai。") from None


def _secret(value: str, data: Path, env: str) -> str:
    if not value:
        return _kept_secret(data)
    if env == "production" and len(value) < 32:
        raise WrongSetting("LMS_SECRET_KEY：太短了，至少 32 个字符；不写这一项，会自动生成并保存。")
    return value


def _kept_secret(data: Path) -> str:
    """Return the key kept under LMS_DATA; made once, so that all processes share it."""
    path = data / "keys" / "secret"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = path.with_name(f"secret.{secrets.token_hex(4)}")
        if not path.exists():
            made.touch(mode=0o600)
            made.write_text(secrets.token_urlsafe(48), "ascii")
            with contextlib.suppress(FileExistsError):
                os.link(made, path)  # the first of several processes wins, the others read hers
            made.unlink()
        return path.read_text("ascii").strip()
    except OSError as error:
        raise WrongSetting(
            f"LMS_DATA：不能在 {data} 里写文件（{error.strerror}），请换一个文件夹或改权限。"
        ) from None
