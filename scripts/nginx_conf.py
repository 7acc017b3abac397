"""The nginx configuration of `make run`: an nginx of our own, nothing shared with the system's."""

import grp
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

TYPES = """
      text/html html; text/css css; application/javascript js; application/json json map;
      application/manifest+json webmanifest; image/svg+xml svg; image/png png; image/jpeg jpg jpeg;
      image/webp webp; image/x-icon ico; font/otf otf; font/ttf ttf; font/woff2 woff2;
      video/mp4 mp4 m4s; audio/mp4 m4a;
      text/vtt vtt; application/pdf pdf; text/plain txt;"""

BUSY = (
    "<!doctype html><html lang=zh-CN><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    "<title>请稍等</title><body style='font:20px/1.7 sans-serif;margin:2em'><h1>请稍等一会儿</h1>"
    "<p>网站正在重新启动，通常几秒钟就好。您已保存的内容不会丢。请过几秒再刷新本页。</p></body></html>"
)

TOO_LONG = (
    "<!doctype html><html lang=zh-CN><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    "<title>地址太长</title><body style='font:20px/1.7 sans-serif;margin:2em'><h1>写得太长了</h1>"
    "<p>地址里的字太多，网站没有处理。搜索请只写最要紧的几个词，最多 100 个字。</p><p><a href=/>回首页</a></p></body></html>"
)
LARGE = "^/teach/(l/[0-9]+/film|import|materials/new)$|^/c/[^/]+/[0-9]+/work$|^/api/uploads"
LARGE_BODY = "310m"
"""Addresses that take more than a form, as a pattern of nginx; the application holds each to its own limit."""
TOO_LARGE = (
    "<!doctype html><html lang=zh-CN><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    "<title>文件太大了</title><body style='font:20px/1.7 sans-serif;margin:2em'><h1>文件太大了</h1>"
    "<p>直接传的视频和课程包最大 300 MB，资料和作业文件最大 50 MB，作业照片最大 10 MB。更大的视频，请在视频课的页面选文件，会分段传，最大 2 GB。"
    "请退回上一页，您填的内容还在。</p></body></html>"
)


@dataclass(frozen=True)
class Front:
    """What nginx has to know: where to listen, where the web processes are, which folders to hand out."""

    host: str
    port: int
    socket: Path
    run: Path
    static: Path
    storage: Path | None


def find_nginx() -> str | None:
    """Path of the nginx program (Debian keeps it outside an ordinary user's PATH), or None."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
    return shutil.which("nginx", path=path)


def write(front: Front) -> Path:
    """Write nginx.conf and its folders under `front.run`; return the file."""
    work = front.run / "nginx"
    work.mkdir(parents=True, exist_ok=True)
    conf = front.run / "nginx.conf"
    conf.write_text(render(front), encoding="utf-8")
    return conf


def render(front: Front) -> str:
    """The text of nginx.conf."""
    parts = (_main(front), _http(front), _server(front))
    return "\n".join(parts) + "\n  }\n}\n"


def _main(front: Front) -> str:
    # As root the workers stay root, as gunicorn does, so that both read what the data folder holds.
    group = grp.getgrgid(os.getegid()).gr_name
    user = f"user root {group};\n" if os.geteuid() == 0 else ""
    return f"""{user}worker_processes 1;
daemon off;
pid "{front.run}/nginx.pid";
worker_rlimit_nofile 8192;
events {{ worker_connections 4096; }}"""


def _http(front: Front) -> str:
    work = front.run / "nginx"
    temps = "\n".join(
        f'  {name}_temp_path "{work}/{name}";'
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return f"""http {{
  types {{{TYPES}
  }}
  default_type application/octet-stream;
{temps}
  access_log off;
  server_tokens off;
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 65;
  # A phone that takes nothing for a minute is gone; one that takes a little is served on and on.
  send_timeout 60;
  client_header_timeout 30;
  client_body_timeout 60;
  # Forms are small; only the addresses named in LARGE take more (lms.core.bodies says the same in the application).
  client_max_body_size 5m;
  gzip on;
  gzip_proxied any;
  gzip_vary on;
  gzip_min_length 512;
  gzip_types text/css application/javascript application/json image/svg+xml text/vtt text/plain;
  # Names that carry a hash of their content, or a version in the query, never change.
  map "$uri?$arg_v" $static_cache {{
    "~\\.[0-9a-f]{{8,64}}\\.[a-z0-9]+\\?" "public, max-age=31536000, immutable";
    "~\\?.+$" "public, max-age=31536000, immutable";
    default "no-cache";
  }}
  upstream web {{ server "unix:{front.socket}"; }}"""


def _server(front: Front) -> str:
    address = f"[{front.host}]" if ":" in front.host else front.host
    return f"""  server {{
    listen {address}:{front.port} backlog=1024;
    # An address longer than a line may be never reaches the application (a named location would not do here).
    error_page 414 /_too_long;
    location = /_too_long {{
      internal;
      default_type "text/html; charset=utf-8";
      return 414 "{TOO_LONG}";
    }}
    location /static/ {{
      alias "{front.static}/";
      etag on;
      add_header Cache-Control $static_cache;
      add_header X-Content-Type-Options nosniff always;
    }}
{_media(front.storage)}    location / {{{_proxy()}
    }}
    location ~ "{LARGE}" {{
      client_max_body_size {LARGE_BODY};{_proxy()}
    }}
    location @too_large {{
      internal;
      default_type "text/html; charset=utf-8";
      return 413 "{TOO_LARGE}";
    }}
    location @restarting {{
      internal;
      default_type "text/html; charset=utf-8";
      add_header Retry-After 5 always;
      return 503 "{BUSY}";
    }}"""


def _proxy() -> str:
    return """
      proxy_pass http://web;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Forwarded-Host $http_host;
      # Whole request in, whole answer out: a slow phone waits on nginx, never on one of the eight threads.
      proxy_request_buffering on;
      proxy_buffering on;
      proxy_buffers 32 16k;
      proxy_connect_timeout 5;
      proxy_read_timeout 120;
      error_page 502 504 = @restarting;
      error_page 413 = @too_large;"""


def _media(storage: Path | None) -> str:
    if storage is None:
        return ""
    return f"""    # Reached only by an X-Accel-Redirect of the application, which checked the signed address.
    location /_media/ {{
      internal;
      alias "{storage}/";
      add_header X-Content-Type-Options nosniff always;
    }}
"""
