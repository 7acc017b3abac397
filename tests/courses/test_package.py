"""Course packages: read whole, or refused with a place and a sentence."""

import json
import shutil
import stat
import zipfile
from pathlib import Path

import pytest

from courses import document
from courses.errors import CourseError
from courses.formats import package

STARTER = Path(package.__file__).parent.parent / "starter"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(STARTER / "about", tmp_path / "about"))


def codes(path: Path) -> set[str]:
    with pytest.raises(CourseError) as caught:
        package.read(path)
    assert all(problem.message for problem in caught.value.problems)
    return {problem.code for problem in caught.value.problems}


def change(file: Path, **words: object) -> None:
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | words, ensure_ascii=False), "utf-8")


@pytest.mark.parametrize("slug", sorted(path.parent.name for path in STARTER.glob("*/course.json")))
def test_every_starter_course_reads_and_its_document_comes_back_equal(slug: str) -> None:
    course = package.read(STARTER / slug).course
    assert document.from_json(json.loads(json.dumps(document.to_json(course)))) == course


def test_a_zip_of_the_folder_reads_the_same(folder: Path, tmp_path: Path) -> None:
    packed = Path(shutil.make_archive(str(tmp_path / "course"), "zip", folder.parent, "about"))
    assert package.read(packed).course == package.read(folder).course


def test_an_item_without_a_right_answer_is_named_with_its_line(folder: Path) -> None:
    paper = folder / "quiz" / "paper.json"
    data = json.loads(paper.read_text("utf-8"))
    data["items"][2]["key"] = []
    paper.write_text(json.dumps(data, ensure_ascii=False, indent=1), "utf-8")
    with pytest.raises(CourseError) as caught:
        package.read(folder)
    problem = caught.value.problems[0]
    assert (problem.file, problem.item, problem.code) == (
        "quiz/paper.json",
        data["items"][2]["id"],
        "key-missing",
    )
    assert f'"{problem.item}"' in paper.read_text("utf-8").splitlines()[problem.line - 1]


def test_two_right_answers_in_a_single_choice_are_refused(folder: Path) -> None:
    paper = folder / "quiz" / "paper.json"
    data = json.loads(paper.read_text("utf-8"))
    single = next(item for item in data["items"] if item["kind"] == "single")
    single["key"] = ["a", "b"]
    paper.write_text(json.dumps(data, ensure_ascii=False), "utf-8")
    assert "key-many" in codes(folder)


def test_a_missing_video_is_refused(folder: Path) -> None:
    (folder / "video" / "slides.json").unlink()
    assert "missing" in codes(folder)


def test_a_newer_format_is_refused(folder: Path) -> None:
    change(folder / "course.json", format=99)
    assert "format" in codes(folder)


@pytest.mark.parametrize("broken", ["{", "[]", '{"a": ', "\x00", '"' * 3])
def test_unreadable_json_is_refused(folder: Path, broken: str) -> None:
    (folder / "course.json").write_text(broken, "utf-8")
    assert codes(folder)


@pytest.mark.parametrize(
    "words", [{"hours": "NaN"}, {"tier": []}, {"modules": 3}, {"slug": "A b"}, {"title": ""}]
)
def test_a_wrong_field_is_refused(folder: Path, words: dict[str, object]) -> None:
    change(folder / "course.json", **words)
    assert codes(folder)


def test_an_item_kind_that_is_no_text_is_refused(folder: Path) -> None:
    (folder / "quiz" / "paper.json").write_text('{"items": [{"id": "q1", "kind": []}]}', "utf-8")
    assert "item-kind" in codes(folder)


@pytest.mark.parametrize("name", ["../out.md", "/etc/x.md", "a\\..\\b.md", "c:x.md", "a\x01b.md"])
def test_names_that_leave_the_package_are_refused(tmp_path: Path, name: str) -> None:
    packed = tmp_path / "bad.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("course.json", "{}")
        archive.writestr(name, "x")
    assert codes(packed) == {"name-unsafe"}


def test_a_link_in_a_zip_is_refused(tmp_path: Path) -> None:
    packed = tmp_path / "link.zip"
    info = zipfile.ZipInfo("course.json")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert codes(packed) == {"link"}


def test_a_link_in_a_folder_is_refused(folder: Path) -> None:
    (folder / "lessons" / "link.md").symlink_to("/etc/passwd")
    assert codes(folder) == {"link"}


def test_ten_thousand_files_are_refused(tmp_path: Path) -> None:
    packed = tmp_path / "many.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(10_000):
            archive.writestr(f"f{number}", "")
    assert codes(packed) == {"too-many"}


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    packed = tmp_path / "bomb.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("course.json", "0" * 50_000_000)
    assert codes(packed) == {"bomb"}


def test_names_that_differ_only_in_case_are_refused(tmp_path: Path) -> None:
    packed = tmp_path / "case.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("course.json", "{}")
        archive.writestr("Course.json", "{}")
    assert codes(packed) == {"name-clash"}


def test_a_broken_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 not really")
    assert codes(tmp_path / "broken.zip") == {"zip-broken"}
