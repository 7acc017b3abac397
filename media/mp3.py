"""MP3 that does not say how long it is: ffprobe guesses from its first frames, so it is counted here instead."""

import re
from pathlib import Path

from media import run

HEAD, TAIL, TAGS, IN_A_ROW = 65_536, 16_384, 4, 4
RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
"""Samples a second of MPEG 1, 2 and 2.5, by the bits that name them."""
KILOBITS = {
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0),
}


def says_length(path: Path) -> bool:
    """Whether its first frame holds the number of frames (Xing, Info or VBRI)."""
    with path.open("rb") as file:
        at = 0
        for _ in range(TAGS):
            tag = file.read(10)
            if not tag.startswith(b"ID3") or len(tag) < 10:
                break
            at += 10 + sum((byte & 0x7F) << 7 * (3 - n) for n, byte in enumerate(tag[6:]))
            file.seek(at)
        file.seek(at)
        head = file.read(HEAD)
    first = head[_begin(head, 2) :][:64]
    found = re.search(rb"VBRI|(?:Xing|Info)...([\s\S])", first)
    return bool(found and (found[1] is None or found[1][0] & 1))


def length(path: Path) -> float:
    """Return the seconds of its frames, 0 when they cannot be counted; raises MediaError."""
    command = ["ffmpeg", "-v", "error", "-nostdin", *run.GUARD, "-i", f"file:{path}", "-map", "0:a:0"]
    told = run.output([*command, "-c", "copy", "-progress", "pipe:1", "-nostats", "-f", "null", "-"])
    counted = re.findall(r"^out_time_us=(\d+)", told, re.MULTILINE)
    return int(counted[-1]) / 1e6 if counted else 0.0


def is_cut(path: Path) -> bool:
    """Whether its last frame is longer than what is left of the file."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        tail = file.read()
    at = _begin(tail, IN_A_ROW)
    while size := _frame(tail, at):
        at += size
    return at > len(tail) and not tail[-128:].startswith(b"TAG")


def _begin(data: bytes, frames: int) -> int:
    """Return where the first so many frames stand in a row, the end when nowhere."""
    for start in range(len(data)):
        at = start
        for _ in range(frames):
            size = _frame(data, at)
            if not size:
                break
            at += size
        else:
            return start
    return len(data)


def _frame(data: bytes, at: int) -> int:
    """Return the bytes of the frame that begins here, 0 when none does."""
    head = data[at : at + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version, rate = head[1] >> 3 & 3, head[2] >> 2 & 3
    if version not in RATES or rate == 3:
        return 0
    kilobits = KILOBITS[version == 3][head[2] >> 4]
    samples = 144_000 if version == 3 else 72_000
    return kilobits and samples * kilobits // RATES[version][rate] + (head[2] >> 1 & 1)
