"""Drawing in the process of its own: python -m media.apart_draw draw FILE NAME OUT, one JSON object out."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from media import pictures
from media.apart_work import done


def draw(file: Path, name: str, out: Path) -> dict[str, Any]:
    """Draw every page into a folder."""
    return {"pages": [asdict(page) for page in pictures.draw(file, name, out)]}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(done({"draw": draw}, sys.argv[1:]), ensure_ascii=False))
