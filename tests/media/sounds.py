"""Recordings made for tests: real ones, and what nobody should send as one."""

import subprocess
from pathlib import Path


def tone(path: Path, seconds: int = 6, *shape: str) -> Path:
    """A real recording, its kind by the ending of the name."""
    command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", f"sine=duration={seconds}"]
    subprocess.run([*command, *shape, str(path)], check=True, timeout=60)
    return path


def unmarked(path: Path) -> Path:
    """An honest MP3 of six seconds, quiet and then loud, that does not say how long it is."""
    parts = ["-f", "lavfi", "-i", "sine=duration=3,volume=0.01", "-f", "lavfi", "-i", "anoisesrc=duration=3"]
    shape = ["-filter_complex", "concat=v=0:a=1", "-q:a", "2", "-write_xing", "0", "-ar", "44100"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *parts, *shape, str(path)], check=True, timeout=60)
    return path


def film(path: Path) -> Path:
    """A film under whatever name."""
    picture = [
        "-f",
        "lavfi",
        "-i",
        "testsrc=size=64x64:rate=5:duration=2",
        "-f",
        "lavfi",
        "-i",
        "sine=duration=2",
    ]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *picture, "-f", "mp4", str(path)], check=True, timeout=60)
    return path


def torn(path: Path) -> Path:
    """A recording of which the last part never came."""
    whole = tone(path, 20).read_bytes()
    path.write_bytes(whole[: len(whole) * 6 // 10])
    return path


def torn_unmarked(path: Path) -> Path:
    """The same without its last part."""
    whole = unmarked(path).read_bytes()
    path.write_bytes(whole[: len(whole) * 6 // 10])
    return path


def words(path: Path) -> Path:
    """A text."""
    path.write_text("这只是一段文字，没有声音。\n" * 2000, "utf-8")
    return path


def playlist(path: Path) -> Path:
    """A list that names another recording beside it."""
    tone(path.with_name("other.m4a"))
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nother.m4a\n#EXT-X-ENDLIST\n", "utf-8")
    return path


def script(path: Path) -> Path:
    """A concat script that names another recording beside it."""
    tone(path.with_name("other.mp3"))
    path.write_text("ffconcat version 1.0\nfile 'other.mp3'\n", "utf-8")
    return path


def flac(path: Path) -> Path:
    """A kind that is not taken, under a name that is."""
    command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "sine=duration=2", "-f", "flac", str(path)]
    subprocess.run(command, check=True, timeout=60)
    return path


def noise(path: Path) -> Path:
    """Bytes without any meaning."""
    path.write_bytes(bytes((7 * n * n + 3 * n) % 251 for n in range(60_000)))
    return path


BAD = [
    ("a.mp3", words, "读不出来"),
    ("a.m4a", playlist, "读不出来"),
    ("a.mp3", script, "读不出来"),
    ("a.m4a", film, "是视频"),
    ("a.ogg", flac, "只收 MP3"),
    ("a.mp3", noise, "请"),
    ("a.mp3", torn_unmarked, "缺了一截"),
]
"""(name, maker, a word of the sentence): refused at the door."""
TORN = ["a.mp3", "a.wav", "a.m4a"]
"""Refused at the door or when it is worked on."""
