"""Slides and a script to a narrated, captioned MP4: pictures from HTML, speech per sentence, measured captions."""

import html
import shutil
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
from weasyprint import HTML

from media import captions, run, speech
from media import script as scripts
from media.captions import Cue
from media.errors import MediaError

PAUSE, SLIDE_PAUSE = 0.35, 0.7
"""Seconds of quiet after a sentence and after a slide."""
RATE = 22050
FRAMES = 5
LINE, LINES = 18, 2
STOPS, OPENING = "，。；：？！、", "“‘《（"
CLOSING = STOPS + "”’》）"
MAX_BYTES = 3_000_000
SMALLEST, LARGEST, ROOM = 46, 68, (1030, 390)
"""Pixels of the letters of a point, and of the room all points share."""


@dataclass(frozen=True, slots=True)
class SlidesVideo:
    """Length in seconds, and whether a machine speaks anywhere in it."""

    duration: float
    machine_voice: bool


def build(
    slides_json: Path,
    out_mp4: Path,
    out_vtt: Path,
    progress: run.Progress | None = None,
    stopped: run.Stopped | None = None,
) -> SlidesVideo:
    """Make the video and its captions from a slides.json; raises MediaError naming the slide that is wrong."""
    script = scripts.read(slides_json)
    work = Path(tempfile.mkdtemp(prefix=".slides-", dir=out_mp4.parent))
    try:
        cues, parts, machine, total = [], [], False, 0.0
        for number, slide in enumerate(script["slides"]):
            picture = work / f"{number:03d}.png"
            _draw(script, slide, number, picture)
            seconds, spoken = _narrate(slide, script.get("voice", "zh"), slides_json.parent, work, number)
            cues += [Cue(total + one.start, total + one.end, one.text) for one in spoken]
            machine = machine or not slide.get("audio")
            parts.append((picture, work / f"{number:03d}.wav", seconds))
            total += seconds
        _join(parts, work / "out.mp4", total, progress, stopped)
        captions.write_vtt(cues, out_vtt)
        shutil.move(work / "out.mp4", out_mp4)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return SlidesVideo(total, machine)


def _draw(script: dict[str, Any], slide: dict[str, Any], number: int, out: Path) -> None:
    points = [str(point) for point in slide.get("points") or []]
    items = "".join(f"<li>{html.escape(point)}</li>" for point in points)
    note = html.escape(str(slide.get("note") or ""))
    page = f"""<html><style>
      @page {{ size: 1280px 720px; margin: 0 }}
      body {{ margin: 0; font-family: "Noto Sans CJK SC"; color: #1F1A1C; background: #FAF7F5 }}
      .page {{ position: relative; width: 1280px; height: 720px; box-sizing: border-box; padding: 76px 96px 0 }}
      .bar {{ position: absolute; left: 0; top: 96px; width: 18px; height: 72px; background: #B3202C }}
      h1 {{ font-size: 72px; line-height: 1.3; margin: 0 0 44px; font-weight: 700 }}
      ul {{ margin: 0; padding: 0; list-style: none }}
      li {{ font-size: {fitting(points)}px; line-height: 1.45; margin: 0 0 .3em; padding-left: 46px; text-indent: -46px }}
      li::before {{ content: ""; display: inline-block; width: 18px; height: 18px; border-radius: 9px;
                    background: #B3202C; margin-right: 28px; vertical-align: .2em; text-indent: 0 }}
      .foot {{ position: absolute; left: 96px; right: 96px; bottom: 40px; font-size: 28px; color: #6B6165;
               border-top: 2px solid #E4DCD8; padding-top: 18px }}
      .n {{ float: right }}
    </style><body><div class="page"><div class="bar"></div><h1>{html.escape(str(slide["title"]))}</h1>
    <ul>{items}</ul><div class="foot"><span class="n">{number + 1} / {len(script["slides"])}</span>
    {note or html.escape(str(script.get("title") or ""))}</div></div></body></html>"""
    document = pypdfium2.PdfDocument(HTML(string=page, url_fetcher=_nothing).write_pdf())
    try:
        sheet = document[0]
        sheet.render(scale=1280 / sheet.get_width()).to_pil().convert("RGB").save(out, "PNG")
    finally:
        document.close()


def fitting(points: list[str]) -> int:
    """Return the largest size, for a phone's small picture, at which every point has one line and all have room."""
    widths = (sum(1 if ord(sign) > 0x2E7F else 0.6 for sign in point) for point in points)
    widest = max([1, *widths])
    return max(SMALLEST, min(LARGEST, int(ROOM[0] / widest), int(ROOM[1] / (1.75 * max(1, len(points))))))


def _nothing(url: str) -> dict[str, Any]:
    raise ValueError(f"slides load nothing: {url[:60]}")


def _narrate(
    slide: dict[str, Any], voice: str, folder: Path, work: Path, number: int
) -> tuple[float, list[Cue]]:
    """Write the slide's sound; returns its seconds, whole frames, and the cues within it."""
    sentences = [str(one) for one in slide["sentences"]]
    sounds: list[tuple[Path, float]] = []
    if slide.get("audio"):
        recording = work / f"{number:03d}-recording.wav"
        _to_wav(_beside(folder, str(slide["audio"])), recording)
        sounds = [(recording, speech.length(recording))]
        spans = _shares(sentences, sounds[0][1])
    else:
        for place, sentence in enumerate(sentences):
            wav, flat = work / f"{number:03d}-{place:03d}-raw.wav", work / f"{number:03d}-{place:03d}.wav"
            speech.speak(sentence, voice, wav)
            _to_wav(wav, flat)
            sounds.append((flat, speech.length(flat)))
        spans = _spans([seconds for _, seconds in sounds])
    used = sum(seconds for _, seconds in sounds) + PAUSE * (len(sounds) - 1) + SLIDE_PAUSE
    total = round(used * FRAMES + 0.5) / FRAMES
    _lay(sounds, total, work / f"{number:03d}.wav")
    return total, [
        cue for sentence, span in zip(sentences, spans, strict=True) for cue in _cues(sentence, *span)
    ]


def _beside(folder: Path, name: str) -> Path:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise MediaError("recording", f"没有找到录音“{name}”。请放在幻灯稿旁边。")
    return path


def _to_wav(source: Path, out: Path) -> None:
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y", *run.GUARD, "-i", f"file:{source}", "-vn"]
    run.output([*command, "-ac", "1", "-ar", str(RATE), "-c:a", "pcm_s16le", str(out)], seconds=120)


def _spans(lengths: list[float]) -> list[tuple[float, float]]:
    spans, at = [], 0.0
    for seconds in lengths:
        spans.append((at, at + seconds))
        at += seconds + PAUSE
    return spans


def _shares(sentences: list[str], seconds: float) -> list[tuple[float, float]]:
    """Spread sentences over a recording by their characters."""
    whole, at, spans = sum(map(len, sentences)), 0.0, []
    for sentence in sentences:
        end = at + seconds * len(sentence) / whole
        spans.append((at, end))
        at = end
    return spans


def _cues(sentence: str, start: float, end: float) -> list[Cue]:
    """Split a long sentence into cues of two short lines, by its characters."""
    lines, cues, at = _lines(sentence), list[Cue](), start
    for first in range(0, len(lines), LINES):
        shown = lines[first : first + LINES]
        stop = at + (end - start) * sum(map(len, shown)) / len(sentence)
        cues.append(Cue(round(at, 3), round(stop, 3), "\n".join(shown)))
        at = stop
    return cues


def _lines(sentence: str) -> list[str]:
    """Break a sentence into lines of LINE characters at the most, after a comma where one is near the middle."""
    lines = []
    while len(sentence) > LINE:
        least = max(LINE // 2, len(sentence) - LINE) if len(sentence) <= 2 * LINE else LINE // 2
        places = [at for at in range(least, LINE + 1) if _may_break(sentence[at - 1], sentence[at])]
        middle = min(len(sentence) / 2, LINE)
        cut = min(places or [LINE], key=lambda at: (sentence[at - 1] not in STOPS, abs(middle - at)))
        lines.append(sentence[:cut])
        sentence = sentence[cut:]
    return [*lines, sentence]


def _may_break(before: str, after: str) -> bool:
    """Whether a line may end here: no mark stands alone, no word or number is torn."""
    torn = before.isascii() and after.isascii() and before.isalnum() and after.isalnum()
    return after not in CLOSING and before not in OPENING and not torn


def _lay(sounds: list[tuple[Path, float]], total: float, out: Path) -> None:
    """Join sounds with pauses and quiet to the exact length."""
    frames = bytearray()
    for number, (path, _) in enumerate(sounds):
        if number:
            frames += bytes(2 * round(PAUSE * RATE))
        with wave.open(str(path)) as sound:
            frames += sound.readframes(sound.getnframes())
    wanted = 2 * round(total * RATE)
    frames += bytes(max(0, wanted - len(frames)))
    with wave.open(str(out), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(bytes(frames[:wanted]))


def _join(
    parts: list[tuple[Path, Path, float]],
    out: Path,
    total: float,
    progress: run.Progress | None,
    stopped: run.Stopped | None,
) -> None:
    listing, sound = out.with_suffix(".txt"), out.with_suffix(".wav")
    lines = [f"file '{picture.name}'\nduration {seconds:.3f}" for picture, _, seconds in parts]
    listing.write_text("\n".join([*lines, f"file '{parts[-1][0].name}'"]) + "\n", "utf-8")
    _concatenate([wav for _, wav, _ in parts], sound)
    command = [
        "ffmpeg", "-v", "error", "-nostdin", "-y", "-f", "concat", "-i", str(listing), "-i", str(sound),
        "-vf", f"fps={FRAMES},tpad=stop_mode=clone:stop_duration=10", "-c:v", "libx264", "-preset", "veryfast", "-tune", "stillimage", "-crf", "26",
        "-pix_fmt", "yuv420p", "-g", str(4 * FRAMES), "-c:a", "aac", "-b:a", "64k", "-t", f"{total:.3f}",
        "-movflags", "+faststart", "-map_metadata", "-1", str(out),
    ]  # fmt: skip
    run.work(command, duration=total, deadline=120 + 10 * total, progress=progress, stopped=stopped)
    if out.stat().st_size > MAX_BYTES:
        raise MediaError("slides-large", "做出来的视频超过 3 MB。请减少页数，或分成两个视频。")


def _concatenate(sounds: list[Path], out: Path) -> None:
    with wave.open(str(out), "wb") as whole:
        whole.setnchannels(1)
        whole.setsampwidth(2)
        whole.setframerate(RATE)
        for path in sounds:
            with wave.open(str(path)) as sound:
                whole.writeframes(sound.readframes(sound.getnframes()))
