"""The locks hold hashes, agree, and name no registry; no tracked file names a machine's folders."""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("runtime.txt", "dev.txt", "node.txt")
REGISTRIES = (
    "registry.npmjs",
    "pypi.org",
    "pythonhosted",
    "npmmirror",
    "--index-url",
    "--find-links",
    "--trusted-host",
)
# Put together here so that this file does not hold what it looks for.
MACHINE_PATHS = ("/" + "work/main", "/" + "work/shared", "/" + "root/", "/tmp/" + "plan")


def _pins(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==(\S+)", text, re.MULTILINE))


def _settings_of(text: str) -> str:
    """A lock without its comments: pip-compile writes its own command line into one."""
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))


@pytest.mark.parametrize("name", LOCKS)
def test_a_python_lock_names_no_registry(name: str) -> None:
    text = _settings_of((ROOT / "requirements" / name).read_text(encoding="utf-8"))
    assert [word for word in REGISTRIES if word in text] == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_carries_a_hash(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    pins = re.split(r"^(?=[A-Za-z0-9])", _settings_of(text), flags=re.MULTILINE)[1:]
    assert pins
    assert [pin.split()[0] for pin in pins if "--hash=sha256:" not in pin] == []


def test_the_development_lock_holds_every_runtime_pin() -> None:
    development = _pins("dev.txt")
    assert {name: pin for name, pin in _pins("runtime.txt").items() if development.get(name) != pin} == {}


def test_the_script_lock_names_no_registry_and_checks_every_package() -> None:
    text = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    packages = {name: entry for name, entry in json.loads(text)["packages"].items() if name}
    assert [word for word in REGISTRIES if word in text] == []
    assert [name for name, entry in packages.items() if "resolved" in entry or "integrity" not in entry] == []


def test_no_tracked_file_names_a_folder_of_a_machine() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    found = []
    for name in filter(None, listed.split("\0")):
        path = ROOT / name
        text = path.read_bytes().decode("utf-8", errors="ignore") if path.is_file() else ""
        found += [f"{name}: {word}" for word in MACHINE_PATHS if re.search(rf"(?<![\w.\-/}}]){word}", text)]
    assert found == []
