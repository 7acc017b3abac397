"""Run ffmpeg and its kin: own process group, deadline, progress, stop."""

import ctypes
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence

from media.errors import MediaError

# A playlist or concat script named .mp4 must not make ffmpeg open other files: real containers only.
GUARD = (
    "-format_whitelist",
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,flv,asf,ogg,wav,mp3,aac,flac",
    "-protocol_whitelist",
    "file",
)
Progress = Callable[[float], None]
Stopped = Callable[[], bool]


_libc = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    """Ask the kernel (Linux) to end this child when its parent is killed: no encode outlives its worker."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def output(command: Sequence[str], *, seconds: float = 60) -> str:
    """Return what a short command prints; raises MediaError when it fails or takes longer than `seconds`."""
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=seconds, check=False, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        raise MediaError("too-slow", "这个文件读得太久，可能坏了。请换一个文件。") from None
    except FileNotFoundError:
        raise MediaError("tool-missing", f"机器上没有 {command[0]}，请先安装。") from None
    if done.returncode:
        raise MediaError("unreadable", "这个文件读不出来，可能没有传完整，或不是视频。请重新导出 MP4 再试。")
    return done.stdout.decode("utf-8", "replace")


def work(
    command: Sequence[str],
    *,
    duration: float,
    deadline: float,
    progress: Progress | None = None,
    stopped: Stopped | None = None,
) -> None:
    """Run a long ffmpeg command, reporting 0..1 of `duration` seconds; raises MediaError on failure, stop, deadline."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [*command, "-progress", "pipe:1", "-nostats"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )
        timer = threading.Timer(deadline, _end, [process])
        timer.start()
        try:
            halted = _follow(process, duration, progress, stopped)
            code = process.wait()
        finally:
            timer.cancel()
            _end(process)
    if halted:
        raise MediaError("stopped", "处理被停下了，可以重新开始。")
    if code:
        raise MediaError("encode", "这个视频处理不了，可能没有传完整或已经损坏。请重新导出 MP4 再试。")


def _follow(
    process: "subprocess.Popen[bytes]", duration: float, progress: Progress | None, stopped: Stopped | None
) -> bool:
    for line in process.stdout or ():
        if stopped and stopped():
            _end(process)
            return True
        name, _, value = line.decode("ascii", "replace").strip().partition("=")
        if name == "out_time_us" and value.lstrip("-").isdigit() and progress and duration > 0:
            progress(min(1.0, max(0, int(value)) / 1e6 / duration))
    return False


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.stdout:
        process.stdout.close()
