"""The library from the shell: python -m courses check PATH [--json]."""

import argparse
import json
import sys
from pathlib import Path

from courses.errors import CourseError
from courses.formats import package
from courses.model import AudioBody, Course, LessonKind, TextBody, VideoBody


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 done, 1 refused with reasons, 2 usage."""
    parser = argparse.ArgumentParser(prog="python -m courses")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="检查一个课程包，或装着几个课程包的文件夹")
    check.add_argument("path", type=Path)
    check.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    return _check(options.path, as_json=options.json)


def _check(path: Path, *, as_json: bool) -> int:
    courses: list[dict[str, object]] = []
    problems: list[dict[str, object]] = []
    for one in _packages(path):
        try:
            courses.append(_summary(package.read(one).course))
        except CourseError as error:
            problems.extend(
                problem.as_json() | {"file": f"{one.name}/{problem.file}"} for problem in error.problems
            )
    for problem in problems:
        print(f"{problem['file']}:{problem['line']} {problem['item']} {problem['message']}", file=sys.stderr)
    for course in courses:
        print(f"{course['slug']} 《{course['title']}》 {course['lessons']} 课，没有问题", file=sys.stderr)
    if as_json:
        print(json.dumps({"ok": not problems, "problems": problems, "courses": courses}, ensure_ascii=False))
    return 1 if problems else 0


def _packages(path: Path) -> list[Path]:
    if path.is_dir() and not (path / "course.json").exists():
        return sorted(one.parent for one in path.glob("*/course.json")) or [path]
    return [path]


def _summary(course: Course) -> dict[str, object]:
    texts = [lesson.body for lesson in course.lessons()]
    characters = sum(len(body.markdown) for body in texts if isinstance(body, TextBody)) + sum(
        len(page.markdown) for body in texts if isinstance(body, VideoBody | AudioBody) for page in body.pages
    )
    return {
        "slug": course.slug,
        "title": course.title,
        "tier": str(course.tier),
        "category": str(course.category),
        "lessons": len(texts),
        "items": sum(1 for _ in course.items()),
        "videos": sum(lesson.kind == LessonKind.VIDEO for lesson in course.lessons()),
        "characters": characters,
    }


if __name__ == "__main__":
    sys.exit(main())
