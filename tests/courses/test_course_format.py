"""What docs/course-format.md says a stranger may write is read."""

import json
import re
from pathlib import Path

from courses.fields import Fields
from courses.formats import package, pasted
from courses.items import ItemKind, codec
from courses.model import LessonKind

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "course-format.md").read_text("utf-8")


def test_the_course_of_the_page_is_read(tmp_path: Path) -> None:
    head, extra = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "course.json").write_text(head, "utf-8")
    (tmp_path / "lessons").mkdir()
    (tmp_path / "quiz").mkdir()
    (tmp_path / "lessons" / "hello.md").write_text("您好。", "utf-8")
    paper = {"items": [{"id": "q1", "kind": "truefalse", "stem": "对吗？", "key": [True]}]}
    (tmp_path / "quiz" / "paper.json").write_text(json.dumps(paper), "utf-8")
    course = package.read(tmp_path).course
    assert [lesson.id for lesson in course.lessons()] == ["hello", "paper"]
    assert set(json.loads("{" + extra + "}")) == {"completion", "test_out", "validity"}


def test_the_pasted_questions_of_the_page_are_read() -> None:
    text = next(
        block
        for block in re.findall(r"^```\w*\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
        if "单选题" in block
    )
    items, problems = pasted.read(text)
    assert [item.key for item in items] == [("a",)] and not problems


def test_the_page_names_every_kind() -> None:
    assert all(f"`{kind}`" in PAGE for kind in (*ItemKind, *LessonKind))


def test_a_field_that_is_wrong_is_told_by_name() -> None:
    told: list[str] = []
    codec.from_json(
        Fields(
            {"id": "q", "kind": "match", "stem": "题", "key": ["x"], "points": 0},
            lambda _, words: told.append(words),
        )
    )
    assert any("points" in words for words in told) and any('[["l1", "r2"]]' in words for words in told)
