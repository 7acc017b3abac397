"""The library from the shell: python -m courses check|convert|explain|grade IN [OUT] [--json]."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from courses import answers
from courses.errors import CourseError, Problem
from courses.formats import convert, package
from courses.formats.convert import ALIASES, WRITES, Format
from courses.model import AudioBody, Course, LessonKind, TextBody, VideoBody
from courses.validation import circles_between

MAX_STDIN = 16 * 1024**2


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 done, 1 refused with reasons, 2 usage."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], tuple[list[Problem], dict[str, Any]]] = options.run
    try:
        problems, found = command(options)
    except CourseError as error:
        problems, found = list(error.problems), {}
    for one in problems:
        print(f"{one.file}:{one.line} {one.item} {one.message}", file=sys.stderr)
    ok = found.pop("ok", not problems)
    if options.json:
        told = {"ok": ok, "problems": [one.as_json() for one in problems], **found}
        print(json.dumps(told, ensure_ascii=False))
    return 0 if ok else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m courses")
    commands = parser.add_subparsers(dest="command", required=True)
    _command(commands, "check", "检查一个课程包，或装着几个课程包的文件夹", _check)
    turn = _command(commands, "convert", "把题目从一种格式变成另一种", _convert)
    turn.add_argument("out", type=Path, nargs="?", metavar="OUT", help="写到哪里；不写就只读一遍")
    turn.add_argument(
        "--from", dest="given", type=_format, metavar="FORMAT", help=f"{'、'.join(Format)}；不写就看文件名"
    )
    turn.add_argument("--to", type=_format, metavar="FORMAT", help=f"{'、'.join(WRITES)}；不写就看文件名")
    turn.add_argument("--dry-run", action="store_true", help="只说会怎样，什么也不写")
    turn.add_argument("--partial", action="store_true", help="有带不过去的也写，并一条条列出来")
    _command(commands, "explain", "为什么还没学完：从标准输入读学习情况（JSON）", _explain)
    _command(commands, "grade", "判分：从标准输入读答案（JSON）", _grade)
    return parser


def _command(commands: Any, name: str, words: str, run: object) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=words)
    parser.add_argument("path", type=Path, metavar="IN")
    parser.add_argument("--json", action="store_true", help="最后一行打印一个 JSON 对象")
    parser.set_defaults(run=run)
    return parser


def _format(word: str) -> Format:
    name = word.lower()
    if name in ALIASES:
        return ALIASES[name]
    if name in set(Format):
        return Format(name)
    raise argparse.ArgumentTypeError(f"不认识的格式“{word}”，可以写 {'、'.join(Format)}")


def _check(options: argparse.Namespace) -> tuple[list[Problem], dict[str, Any]]:
    read: list[Course] = []
    problems: list[Problem] = []
    for one in _packages(options.path):
        try:
            read.append(package.read(one).course)
        except CourseError as error:
            problems += _under(one.name, error.problems)
    problems += circles_between(read)
    for course in read:
        print(f"{course.slug} 《{course.title}》 {len(course.lessons())} 课，没有问题", file=sys.stderr)
    return problems, {"courses": [_summary(course) for course in read]}


def _under(folder: str, problems: Iterable[Problem]) -> list[Problem]:
    return [Problem(f"{folder}/{one.file}", one.line, one.item, one.code, one.message) for one in problems]


def _packages(path: Path) -> list[Path]:
    if path.is_dir() and not (path / "course.json").exists():
        return sorted(one.parent for one in path.glob("*/course.json")) or [path]
    return [path]


def _summary(course: Course) -> dict[str, object]:
    bodies = [lesson.body for lesson in course.lessons()]
    texts = sum(len(body.markdown) for body in bodies if isinstance(body, TextBody))
    pages = sum(
        len(page.markdown)
        for body in bodies
        if isinstance(body, VideoBody | AudioBody)
        for page in body.pages
    )
    return {
        "slug": course.slug,
        "title": course.title,
        "tier": str(course.tier),
        "category": str(course.category),
        "lessons": len(bodies),
        "items": sum(1 for _ in course.items()),
        "videos": sum(lesson.kind == LessonKind.VIDEO for lesson in course.lessons()),
        "characters": texts + pages,
    }


def _convert(options: argparse.Namespace) -> tuple[list[Problem], dict[str, Any]]:
    into = options.to or (convert.format_of(options.out) if options.out else Format.JSON)
    if into not in WRITES:
        raise CourseError([Problem("", 0, "", "format", f"不能写成 {into}，可以写成 {'、'.join(WRITES)}。")])
    done = convert.convert(
        options.path,
        options.out,
        into=into,
        given=options.given,
        partial=options.partial,
        dry_run=options.dry_run,
    )
    for one in done.left_out:
        print(f"没带过去：{one.item} {one.reason}", file=sys.stderr)
    print(f"{len(done.bank.items)} 道题，{'写好了' if done.written else '没有写文件'}", file=sys.stderr)
    left_out = [one.as_json() for one in done.left_out]
    items = convert.as_json(done.bank.items)
    return list(done.bank.problems), {
        "ok": done.ok,
        "items": items,
        "left_out": left_out,
        "written": done.written,
    }


def _explain(options: argparse.Namespace) -> tuple[list[Problem], dict[str, Any]]:
    return [], answers.explained(answers.course_of(options.path), _stdin())


def _grade(options: argparse.Namespace) -> tuple[list[Problem], dict[str, Any]]:
    given = _stdin()
    items = convert.read(options.path)[0].items if not answers.is_document(options.path) else None
    return answers.graded(items or tuple(answers.course_of(options.path).papers()), given)


def _stdin() -> dict[str, Any]:
    try:
        given = json.loads(sys.stdin.buffer.read(MAX_STDIN + 1)[: MAX_STDIN + 1].decode("utf-8-sig"))
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise CourseError([Problem("-", 1, "", "json", "标准输入里要有一个 JSON 对象（一对花括号）。")])
    return given


if __name__ == "__main__":
    sys.exit(main())
