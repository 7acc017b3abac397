"""One video in; two MP4s, a poster and captions out: one ffmpeg process, checked, put in place last."""

from dataclasses import dataclass
from pathlib import Path

import ffmpeg

from media import captions as texts
from media import made, run
from media.errors import MediaError
from media.probe import MediaInfo, probe

RUNGS = (("720p", 720, 1100, 96), ("360p", 360, 240, 48))
"""Role, height in pixels, video and audio in kbit/s at most (ux.md 11)."""
KEY_EVERY = 4
MAY_DIFFER = 0.5
POSTER_BYTES = 25_000


@dataclass(frozen=True, slots=True)
class File:
    """One file made: role 720p, 360p, poster or captions; pixels, seconds, bytes."""

    role: str
    path: Path
    width: int | None
    height: int | None
    duration: float | None
    bytes: int


@dataclass(frozen=True, slots=True)
class Packaged:
    """What was made of a video of `duration` seconds."""

    duration: float
    files: tuple[File, ...]


def package(
    source: Path,
    out: Path,
    *,
    captions: Path | None = None,
    progress: run.Progress | None = None,
    stopped: run.Stopped | None = None,
) -> Packaged:
    """Make every file in a temporary folder beside `out`, check each duration, rename into place.

    Raises MediaError for anything that is not a whole video; `out` then does not exist.
    """
    info = probe(source)
    if info.video is None:
        raise MediaError("no-video", "这个文件只有声音，没有图像。请换一个视频文件。")
    _require_whole(source, info)
    with made.beside(out) as work:
        _encode(source, info, work, progress, stopped)
        files = [_checked(role, work / f"{role}.mp4", info) for role, *_ in RUNGS]
        files.append(_poster(work, info))
        if captions:
            files.append(_captions(captions, work))
    return Packaged(info.duration, tuple(_moved(file, out) for file in files))


def _require_whole(source: Path, info: MediaInfo) -> None:
    """A truncated fast-start file probes with its full length: reading every packet shows it."""
    command = ["ffmpeg", "-v", "error", "-xerror", "-nostdin", *run.GUARD, "-i", f"file:{source}"]
    run.output([*command, "-c", "copy", "-f", "null", "-"], seconds=60 + info.duration)


def _encode(
    source: Path, info: MediaInfo, work: Path, progress: run.Progress | None, stopped: run.Stopped | None
) -> None:
    incoming = ffmpeg.input(f"file:{source}")
    split = incoming.video.filter_multi_output("split", len(RUNGS))
    outputs = []
    for number, (role, height, video_rate, audio_rate) in enumerate(RUNGS):
        picture = split[number].filter("scale", w=-2, h=f"trunc(min({height},ih)/2)*2")
        streams = [picture] + ([incoming.audio] if info.has_sound else [])
        sound = {"acodec": "aac", "audio_bitrate": f"{audio_rate}k", "ac": 2} if info.has_sound else {}
        outputs.append(
            ffmpeg.output(
                *streams, str(work / f"{role}.mp4"), vcodec="libx264", preset="veryfast", pix_fmt="yuv420p",
                crf=26, maxrate=f"{video_rate}k", bufsize=f"{2 * video_rate}k", movflags="+faststart",
                force_key_frames=f"expr:gte(t,n_forced*{KEY_EVERY})", sc_threshold=0, map_metadata=-1,
                **sound,
            )
        )  # fmt: skip
    arguments = ffmpeg.merge_outputs(*outputs).get_args()
    command = ["ffmpeg", "-v", "error", "-xerror", "-nostdin", "-y", *run.GUARD, *arguments]
    run.work(
        command, duration=info.duration, deadline=120 + 20 * info.duration, progress=progress, stopped=stopped
    )


def _checked(role: str, path: Path, source: MediaInfo) -> File:
    made = probe(path)
    if abs(made.duration - source.duration) > max(MAY_DIFFER, source.duration * 0.01):
        raise MediaError("duration", "处理出来的视频比原来的短，原文件可能坏了。请重新导出 MP4 再试。")
    video = made.video
    if video is None:
        raise MediaError("encode", "处理出来的文件里没有图像。请换一个视频文件。")
    return File(role, path, video.width, video.height, made.duration, path.stat().st_size)


def _poster(work: Path, info: MediaInfo) -> File:
    path = work / "poster.jpg"
    for quality in ("5", "9", "15", "24", "31"):
        command = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-ss", f"{min(2.0, info.duration / 3):.2f}"]
        scale = "scale=640:-2"
        run.output(
            [
                *command,
                "-i",
                str(work / "720p.mp4"),
                "-frames:v",
                "1",
                "-vf",
                scale,
                "-q:v",
                quality,
                str(path),
            ]
        )
        if path.stat().st_size <= POSTER_BYTES:
            break
    size = probe_picture(path)
    return File("poster", path, size[0], size[1], None, path.stat().st_size)


def probe_picture(path: Path) -> tuple[int, int]:
    """Return width and height of a picture this module made."""
    command = ["ffprobe", "-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0", str(path)]
    width, height = run.output(command).strip().split(",")[:2]
    return int(width), int(height)


def _captions(source: Path, work: Path) -> File:
    path = work / "captions.vtt"
    texts.write_vtt(texts.read(source), path)
    return File("captions", path, None, None, None, path.stat().st_size)


def _moved(file: File, out: Path) -> File:
    return File(file.role, out / file.path.name, file.width, file.height, file.duration, file.bytes)
