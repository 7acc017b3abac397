"""What a media file is: ffprobe behind a demuxer allow-list."""

import json
from dataclasses import dataclass
from pathlib import Path

from media import mp3, run
from media.errors import MediaError

MAX_SECONDS = 4 * 3600
RECORDINGS = ("mp3", "mov,mp4,m4a,3gp,3g2,mj2", "wav", "ogg")
"""What ffprobe calls the four kinds of recordings that are taken: MP3, M4A, WAV, OGG."""
CUT = "录音后面缺了一截，可能没有传完整。请重新导出 MP3 或 M4A 再试。"
NO_SOUND = "这个录音读不出来，可能没有传完整，或不是录音。请重新导出 MP3 或 M4A 再试。"
SOUND_WORDS = {
    "no-media": "这个文件里没有声音。请换一个录音文件。",
    "no-duration": "这个录音没有长度，可能没有传完整。请重新导出再试。",
    "too-long": "录音超过 4 小时。请分成几段再传。",
    "unreadable": NO_SOUND,
    "encode": NO_SOUND,
}


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream: kind (video, audio, subtitle), codec name, size in pixels for video."""

    kind: str
    codec: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """Kind (video or audio), duration in seconds, streams, the container as ffprobe names it."""

    kind: str
    duration: float
    streams: tuple[Stream, ...]
    format: str = ""

    @property
    def video(self) -> Stream | None:
        """The first real video stream (cover pictures are left out)."""
        return next((one for one in self.streams if one.kind == "video"), None)

    @property
    def has_sound(self) -> bool:
        """Whether there is an audio stream."""
        return any(one.kind == "audio" for one in self.streams)


def probe(path: Path) -> MediaInfo:
    """Return what a file holds; raises MediaError for anything but a real media container."""
    if not path.is_file() or path.stat().st_size == 0:
        raise MediaError("missing", "没有找到这个文件，或它是空的。")
    fields = "format=duration,format_name:stream=codec_type,codec_name,width,height,disposition"
    command = ["ffprobe", "-v", "error", *run.GUARD, "-show_entries", fields, "-of", "json", f"file:{path}"]
    found = json.loads(run.output(command))
    streams = tuple(_stream(one) for one in found.get("streams", []) if not _is_cover(one))
    container = found.get("format", {})
    kinds = {one.kind for one in streams}
    if not kinds & {"video", "audio"}:
        raise MediaError("no-media", "这个文件里没有图像也没有声音。请换一个视频文件。")
    duration = float(container.get("duration") or 0)
    if container.get("format_name") == "mp3" and not mp3.says_length(path):
        duration = mp3.length(path) or duration
    if duration <= 0:
        raise MediaError("no-duration", "这个文件没有长度，可能没有传完整。请重新导出 MP4 再试。")
    if duration > MAX_SECONDS:
        raise MediaError("too-long", "视频超过 4 小时。请分成几段再传。")
    kind = "video" if "video" in kinds else "audio"
    return MediaInfo(kind, duration, streams, str(container.get("format_name", "")))


def recording(path: Path) -> MediaInfo:
    """Return what a recording holds; raises MediaError for anything but MP3, M4A, WAV or OGG with sound alone."""
    try:
        info = probe(path)
    except MediaError as error:
        raise about_sound(error) from None
    if info.video is not None:
        raise MediaError("video", "这是视频，不是录音。请用视频课，或先导出成 MP3、M4A 再传。")
    if info.format not in RECORDINGS:
        raise MediaError("sound-kind", "录音只收 MP3、M4A、WAV 和 OGG。请换一种格式导出再传。")
    if info.format == "mp3" and not mp3.says_length(path) and mp3.is_cut(path):
        raise MediaError("duration", CUT)
    return info


def about_sound(error: MediaError) -> MediaError:
    """Return the same fault in words about a recording."""
    return MediaError(error.code, SOUND_WORDS.get(error.code, error.message))


def _is_cover(stream: dict[str, object]) -> bool:
    disposition = stream.get("disposition")
    return isinstance(disposition, dict) and bool(disposition.get("attached_pic"))


def _stream(found: dict[str, object]) -> Stream:
    return Stream(
        str(found.get("codec_type", "")),
        str(found.get("codec_name", "")),
        int(str(found.get("width") or 0)),
        int(str(found.get("height") or 0)),
    )
