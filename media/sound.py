"""One recording in; one small AAC file and its captions out: one ffmpeg process, checked, put in place last."""

from pathlib import Path

from media import captions as texts
from media import made, run
from media.encode import File, Packaged
from media.errors import MediaError
from media.probe import CUT, MediaInfo, about_sound, probe, recording

RATE, SAMPLES = "48k", "44100"
"""Speech for phones: mono, 48 kbit/s at most (ux.md 11); an hour is about 21 MB."""
MAY_DIFFER = 0.5


def package(
    source: Path,
    out: Path,
    *,
    captions: Path | None = None,
    progress: run.Progress | None = None,
    stopped: run.Stopped | None = None,
) -> Packaged:
    """Make the files in a temporary folder beside `out`, check the length, rename into place.

    Raises MediaError for anything that is not a whole recording; `out` then does not exist.
    """
    info = recording(source)
    with made.beside(out) as work:
        _encode(source, info, work, progress, stopped)
        files = [_checked(work / "audio.m4a", info)]
        if captions:
            files.append(_captions(captions, work))
    moved = tuple(File(one.role, out / one.path.name, None, None, one.duration, one.bytes) for one in files)
    return Packaged(moved[0].duration or info.duration, moved)


def _encode(
    source: Path, info: MediaInfo, work: Path, progress: run.Progress | None, stopped: run.Stopped | None
) -> None:
    command = ["ffmpeg", "-v", "error", "-xerror", "-nostdin", "-y", *run.GUARD, "-i", f"file:{source}"]
    shape = ["-map", "0:a:0", "-vn", "-c:a", "aac", "-b:a", RATE, "-ac", "1", "-ar", SAMPLES]
    tail = ["-map_metadata", "-1", "-movflags", "+faststart", str(work / "audio.m4a")]
    try:
        run.work(
            [*command, *shape, *tail], duration=info.duration, deadline=120 + 5 * info.duration,
            progress=progress, stopped=stopped,
        )  # fmt: skip
    except MediaError as error:
        raise about_sound(error) from None


def _checked(path: Path, source: MediaInfo) -> File:
    made = probe(path)
    if source.duration - made.duration > max(MAY_DIFFER, source.duration * 0.01):
        raise MediaError("duration", CUT)
    return File("audio", path, None, None, made.duration, path.stat().st_size)


def _captions(source: Path, work: Path) -> File:
    path = work / "captions.vtt"
    texts.write_vtt(texts.read(source), path)
    return File("captions", path, None, None, None, path.stat().st_size)
