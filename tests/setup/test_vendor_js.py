"""Scripts of others are copied under names that change with their content."""

import json
import subprocess
import sys
from pathlib import Path

from scripts.vendor_js import FILES

ROOT = Path(__file__).resolve().parents[2]


def _copy(modules: Path, vendor: Path) -> dict[str, str]:
    command = [sys.executable, "-m", "scripts.vendor_js", "--from", str(modules), "--to", str(vendor)]
    subprocess.run(command, cwd=ROOT, check=True)
    manifest: dict[str, str] = json.loads((vendor / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def _modules(folder: Path, words: str) -> Path:
    for path in FILES.values():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(words, encoding="utf-8")
    return folder


def test_the_manifest_names_a_file_that_holds_the_very_content(tmp_path: Path) -> None:
    manifest = _copy(_modules(tmp_path / "modules", "one"), tmp_path / "vendor")
    assert set(manifest) == set(FILES)
    assert {(tmp_path / "vendor" / name).read_text() for name in manifest.values()} == {"one"}


def test_a_new_version_gets_a_new_name_and_the_old_file_goes(tmp_path: Path) -> None:
    first = _copy(_modules(tmp_path / "modules", "one"), tmp_path / "vendor")
    second = _copy(_modules(tmp_path / "modules", "two"), tmp_path / "vendor")
    assert set(first.values()).isdisjoint(second.values())
    assert {path.name for path in (tmp_path / "vendor").glob("*.js")} == set(second.values())
