"""The library from the shell: python -m media probe|package|captions|text|slides FILE [OUT] [--json]."""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from media import apart, captions, encode, slides
from media.errors import MediaError
from media.probe import probe


def _probe(file: Path, out: Path | None) -> dict[str, Any]:
    info = probe(file)
    return {"kind": info.kind, "duration": info.duration, "streams": [asdict(one) for one in info.streams]}


def _package(file: Path, out: Path | None) -> dict[str, Any]:
    target = out or file.with_suffix(".media")
    if target.exists():
        raise MediaError("exists", f"“{target}”已经有了。请换一个文件夹名。")
    made = encode.package(file, target)
    files = [
        {
            "role": one.role,
            "path": str(one.path),
            "width": one.width,
            "height": one.height,
            "duration": one.duration,
        }
        for one in made.files
    ]
    return {"status": "ready", "reason": None, "duration": made.duration, "files": files}


def _captions(file: Path, out: Path | None) -> dict[str, Any]:
    cues = captions.read(file)
    if out:
        captions.write_vtt(cues, out)
    return {"cues": [asdict(one) for one in cues]}


def _text(file: Path, out: Path | None) -> dict[str, Any]:
    return {"pages": apart.text(file, file.name)}


def _slides(file: Path, out: Path | None) -> dict[str, Any]:
    script = file / "slides.json" if file.is_dir() else file
    target = out or script.with_suffix(".mp4")
    made = slides.build(script, target, target.with_suffix(".vtt"))
    return {"path": str(target), "duration": made.duration, "machine_voice": made.machine_voice}


COMMANDS: dict[str, Callable[[Path, Path | None], dict[str, Any]]] = {
    "probe": _probe,
    "package": _package,
    "captions": _captions,
    "text": _text,
    "slides": _slides,
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 done, 1 refused with reasons, 2 usage."""
    parser = argparse.ArgumentParser(prog="python -m media")
    parser.add_argument("command", choices=sorted(COMMANDS))
    parser.add_argument("file", type=Path)
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    answer: dict[str, Any] = {"ok": True, "problems": []}
    try:
        answer |= COMMANDS[options.command](options.file, options.out)
    except (MediaError, OSError) as error:
        code = getattr(error, "code", "file")
        message = getattr(error, "message", "这个文件打不开。")
        problem = {"file": str(options.file), "line": 0, "item": "", "code": code, "message": message}
        answer = {"ok": False, "problems": [problem], "status": "refused", "reason": message}
        print(message, file=sys.stderr)
    print(json.dumps(answer, ensure_ascii=False) if options.json else answer.get("reason") or "好了")
    return 0 if answer["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
