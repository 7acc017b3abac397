"""What runs in the process of its own: python -m media.apart_work check|text|opens FILE NAME, one JSON object out."""

import ctypes
import json
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from media import apart, documents, handed, kinds
from media.errors import MediaError

PR_SET_PDEATHSIG = 1


def check(file: Path, name: str) -> dict[str, Any]:
    """Open a document far enough to know that it can be read."""
    if kinds.kind_of(file, name) == kinds.DocumentKind.PDF:
        document = documents.open_pdf(file)
        pages = len(document)
        document.close()
    else:
        pages = len(documents.pages(file, name))
    return {"pages": pages}


def text(file: Path, name: str) -> dict[str, Any]:
    """Read the words of every page."""
    return {"pages": [asdict(page) for page in documents.pages(file, name)]}


def opens(file: Path, name: str) -> dict[str, Any]:
    """Open a document that is handed in."""
    handed.open_once(file, name)
    return {}


Acts = dict[str, Callable[..., dict[str, Any]]]


def done(acts: Acts, words: list[str]) -> dict[str, Any]:
    """Do one act within limits; anything a parser raises is a broken file."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    apart.limit_memory()
    act, file, name, *out = words
    try:
        return acts[act](Path(file), name, *map(Path, out))
    except MediaError as error:
        return {"code": error.code, "message": error.message}
    except MemoryError:
        return {"code": "document-heavy", "message": apart.HEAVY}
    except Exception:
        return {
            "code": "document",
            "message": "这个文件打不开，可能已经损坏或加了密码。请重新保存再试。",
        }


if __name__ == "__main__":
    sys.stdout.write(
        json.dumps(done({"check": check, "text": text, "opens": opens}, sys.argv[1:]), ensure_ascii=False)
    )
