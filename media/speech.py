"""A sentence as sound: a supplied recording is used as it is, else espeak-ng speaks."""

import subprocess
import wave
from pathlib import Path

from media.errors import MediaError

# espeak-ng 1.51 reads "cmn" as English letters and tone numbers ("ta one"); the pinyin voice speaks Mandarin.
VOICES = {"zh": "cmn-latn-pinyin", "en": "en"}
WORDS_A_MINUTE = "185"


def speak(sentence: str, voice: str, out: Path) -> float:
    """Write a WAV of the spoken sentence; returns its length in seconds. Raises MediaError without espeak-ng."""
    command = [
        "espeak-ng",
        "-v",
        VOICES.get(voice, voice),
        "-s",
        WORDS_A_MINUTE,
        "-g",
        "4",
        "-w",
        str(out),
        "--stdin",
    ]
    try:
        done = subprocess.run(command, input=sentence.encode(), capture_output=True, timeout=60, check=False)
    except FileNotFoundError:
        raise MediaError("speech", "机器上没有 espeak-ng，不能朗读。请安装它，或放上录音。") from None
    if done.returncode or not out.is_file():
        raise MediaError("speech", "这句话朗读不了。请改一改文字，或放上录音。")
    return length(out)


def length(path: Path) -> float:
    """Return the seconds of a WAV file."""
    with wave.open(str(path)) as sound:
        return float(sound.getnframes() / sound.getframerate())
