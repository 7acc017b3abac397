"""Copy the named third-party scripts from node_modules into lms/static/vendor/ under hashed names.

Usage: python -m scripts.vendor_js [--from node_modules] [--to lms/static/vendor]
"""

import argparse
import hashlib
import json
import shutil
from pathlib import Path

FILES = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "sortable.min.js": "sortablejs/Sortable.min.js",
    "tus.min.js": "tus-js-client/dist/tus.min.js",
}
"""Plain name used by templates → file inside node_modules."""


def main() -> int:
    """Write the files and manifest.json (plain name → hashed name); earlier versions are removed."""
    parser = argparse.ArgumentParser(description="Copy third-party scripts under hashed names.")
    parser.add_argument("--from", dest="source", type=Path, default=Path("node_modules"))
    parser.add_argument("--to", dest="target", type=Path, default=Path("lms/static/vendor"))
    options = parser.parse_args()
    options.target.mkdir(parents=True, exist_ok=True)
    manifest = {name: _copy(options.source / path, options.target, name) for name, path in FILES.items()}
    unfinished = options.target / "manifest.json.part"
    unfinished.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    unfinished.replace(options.target / "manifest.json")
    for old in options.target.glob("*.js"):
        if old.name not in manifest.values():
            old.unlink()
    return 0


def _copy(source: Path, target: Path, name: str) -> str:
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:10]
    stem, _, suffix = name.rpartition(".")
    hashed = f"{stem}.{digest}.{suffix}"
    shutil.copyfile(source, target / hashed)
    return hashed


if __name__ == "__main__":
    raise SystemExit(main())
