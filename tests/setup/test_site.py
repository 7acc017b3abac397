"""`make run` checks what it was asked for before it touches anything, and says what to do."""

import re
import subprocess
from pathlib import Path

import pytest
from flask import Flask

from scripts import nginx_conf
from scripts.site import Refused, Site, read

ROOT = Path(__file__).resolve().parents[2]


def _site(tmp_path: Path, **settings: str) -> Site:
    return read({"LMS_DATA": str(tmp_path / "data"), "PATH": "/usr/bin:/bin", **settings}, ROOT)


@pytest.mark.parametrize("port", ["0", "65536", "80a", "-1", "８０００"])
def test_a_port_that_is_no_port_is_refused_with_an_example(tmp_path: Path, port: str) -> None:
    with pytest.raises(Refused, match="PORT=8080"):
        _site(tmp_path, PORT=port)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::1", "example.org"])
def test_the_demo_site_refuses_to_listen_outside_this_machine(tmp_path: Path, host: str) -> None:
    with pytest.raises(Refused, match="make run"):
        _site(tmp_path, LMS_HOST=host)


def test_a_data_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(Refused, match="LMS_DATA"):
        _site(tmp_path)


@pytest.mark.parametrize("name", ['a"b', "a$b", "a;b", "a{b"])
def test_a_data_folder_that_could_change_the_nginx_configuration_is_refused(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(Refused, match="符号"):
        read({"LMS_DATA": str(tmp_path / name)}, ROOT)


def test_the_programs_get_demo_settings_whatever_the_shell_says(tmp_path: Path) -> None:
    env = _site(tmp_path, LMS_ENV="production", LMS_TRUSTED_PROXIES="7", PORT="8111").env
    assert (env["LMS_ENV"], env["LMS_BASE_URL"]) == ("demo", "http://127.0.0.1:8111")
    assert env["LMS_TRUSTED_PROXIES"] == ("1" if nginx_conf.find_nginx() else "0")


def test_a_long_data_folder_moves_the_socket_to_a_private_short_one(tmp_path: Path) -> None:
    site = read({"LMS_DATA": str(tmp_path / ("长" * 60))}, ROOT)
    assert len(str(site.socket).encode()) <= 100
    assert site.socket.parent.stat().st_mode & 0o077 == 0


def test_media_is_handed_out_of_the_storage_setting_and_never_with_s3(tmp_path: Path) -> None:
    assert _site(tmp_path).front().storage == tmp_path / "data" / "storage"
    assert _site(tmp_path, LMS_STORAGE_URL=f"file:{tmp_path}/media").front().storage == tmp_path / "media"
    s3 = _site(tmp_path, LMS_STORAGE_URL="s3://bucket").front()
    assert "/_media/" not in nginx_conf.render(s3)


@pytest.mark.parametrize("name", ["plain", "with space", "数据"])
def test_nginx_accepts_the_configuration_for_any_data_folder(tmp_path: Path, name: str) -> None:
    site = read({"LMS_DATA": str(tmp_path / name), "PORT": "8199"}, ROOT)
    conf = nginx_conf.write(site.front())
    said = subprocess.run(
        [str(site.nginx), "-t", "-p", str(site.run), "-e", "stderr", "-c", str(conf)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "test is successful" in said.stderr, said.stderr


def test_the_folder_of_media_is_closed_to_everybody_but_the_application(tmp_path: Path) -> None:
    text = nginx_conf.render(_site(tmp_path).front())
    media = text.split("location /_media/ {")[1].split("}")[0]
    assert "internal;" in media


def test_every_address_that_takes_files_is_let_through_by_nginx_and_no_other(app: Flask) -> None:
    pattern = re.compile(nginx_conf.LARGE)
    for rule in app.url_map.iter_rules():
        example = re.sub(r"<int:\w+>", "7", re.sub(r"<\w+>", "Ab-9", rule.rule))
        if "film" in rule.rule or rule.endpoint in (
            "packages.bring_in",
            "packages.ask",
            "uploads.part",
            "assignments.hand_in",
        ):
            assert pattern.search(example), example
        if rule.endpoint in ("lessons.save", "teach.create", "films.send_captions", "accounts.login"):
            assert not pattern.search(example), example
