"""The library of courses: imports of large question files, grading, explaining; each import in a process of its own."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.figures import say
from courses import completion, coverage, grading
from courses.completion import LessonState
from courses.formats import gift_reader, gift_writer, moodle_reader, moodle_writer, package_writer
from courses.formats.bank import Bank
from courses.items import Item, ItemKind, Option, kinds
from courses.model import Course, Lesson, Module, QuizBody, TextBody, VideoBody

MOODLE_ITEMS, MOODLE_SECONDS, MOODLE_MB = 1_000, 2.0, 150
GIFT_ITEMS, GIFT_SECONDS = 10_000, 10.0
LINEAR = 1.5
GRADED_A_SECOND = 20_000
EXPLAIN_MS, LESSONS = 2.0, 60
READERS = {"gift": gift_reader.read, "moodle": moodle_reader.read}


def main() -> None:
    """Make the files, then read each in a process of its own."""
    if len(sys.argv) > 1:
        _read(sys.argv[1], Path(sys.argv[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        _imports(Path(folder))
    _grading()
    _explaining()


def _imports(folder: Path) -> None:
    seconds, megabytes = _measured("moodle", folder / "a.xml", moodle_writer.write(_items(MOODLE_ITEMS)).data)
    say("Moodle XML, 1,000 items", seconds, "s", goal=f"≤ {MOODLE_SECONDS:g} s", ok=seconds <= MOODLE_SECONDS)
    say("memory of that process", megabytes, "MB", goal=f"≤ {MOODLE_MB} MB", ok=megabytes <= MOODLE_MB)
    seconds, _ = _measured("gift", folder / "a.gift", gift_writer.write(_items(GIFT_ITEMS)).data)
    say("GIFT, 10,000 items", seconds, "s", goal=f"≤ {GIFT_SECONDS:g} s", ok=seconds <= GIFT_SECONDS)
    half, _ = _measured("gift", folder / "b.gift", gift_writer.write(_items(GIFT_ITEMS // 2)).data)
    ratio = round(seconds / (2 * half), 2)
    say(
        "GIFT, 10,000 items",
        ratio,
        "×",
        ratio_to="twice the time of 5,000",
        goal=f"≤ {LINEAR:g}",
        ok=ratio <= LINEAR,
    )


def _measured(form: str, path: Path, data: bytes) -> tuple[float, int]:
    path.write_bytes(data)
    command = [sys.executable, "-m", "bench.bench_courses", form, str(path)]
    runs = [
        json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        for _ in range(3)
    ]
    seconds, megabytes = min((run["seconds"], run["megabytes"]) for run in runs)
    return seconds, megabytes


def _read(form: str, path: Path) -> None:
    begun = time.perf_counter()
    bank: Bank = READERS[form](path.read_bytes(), path.name)
    seconds = time.perf_counter() - begun
    assert bank.items and not bank.problems and not bank.left_out
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"seconds": round(seconds, 2), "megabytes": megabytes}))


def _items(count: int) -> list[Item]:
    return [_item(number) for number in range(count)]


def _item(number: int) -> Item:
    options = tuple(Option(one, f"第 {number} 题的做法{one}，说得清楚一点") for one in "abcd")
    stem = f"第 {number} 题：下面哪一种做法最合适？请想一想再选。"
    why = "按《志愿服务条例》的要求，先问过本人。"
    kind = (ItemKind.SINGLE, ItemKind.MULTIPLE, ItemKind.TRUEFALSE, ItemKind.TEXT)[number % 4]
    key = {ItemKind.MULTIPLE: ("a", "c"), ItemKind.TRUEFALSE: ("true",), ItemKind.TEXT: ("自愿", "志愿")}
    choices = options if kind in (ItemKind.SINGLE, ItemKind.MULTIPLE) else ()
    return Item(f"q{number}", kind, stem, choices, key.get(kind, ("b",)), why, "")


def _grading() -> None:
    items = _items(2_000)
    responses = {one.id: kinds.best(one) for one in items}
    times = []
    for _ in range(10):
        begun = time.process_time()
        score = grading.grade(items, responses)
        times.append(time.process_time() - begun)
        assert score.percent == 100
    rate = round(len(items) / sorted(times)[len(times) // 2])
    say(
        "items graded a second on one core",
        rate,
        "",
        goal=f"≥ {GRADED_A_SECOND:,}",
        ok=rate >= GRADED_A_SECOND,
    )


def _explaining() -> None:
    course, states = _course(), _states()
    times = []
    for _ in range(200):
        begun = time.perf_counter()
        completion.explain(course, states)
        times.append(time.perf_counter() - begun)
    median = round(sorted(times)[len(times) // 2] * 1000, 2)
    say(
        f"explain of {LESSONS} lessons, median",
        median,
        "ms",
        goal=f"≤ {EXPLAIN_MS:g} ms",
        ok=median <= EXPLAIN_MS,
    )


def _course() -> Course:
    bodies = [TextBody("字", 30), VideoBody("v", 0.9, (), ()), QuizBody((_item(0),), 80, None, False)]
    lessons = tuple(
        Lesson(f"l{at}", f"第 {at} 课", "", 10, bodies[at % 3], (f"l{at - 1}",) if at else ())
        for at in range(LESSONS)
    )
    whole = package_writer.around([_item(0)], "量一量")
    return Course(
        **{name: getattr(whole, name) for name in whole.__slots__} | {"modules": (Module("m", "m", lessons),)}
    )


def _states() -> dict[str, LessonState]:
    watched = coverage.merge((), [(at * 10.0, at * 10.0 + 8) for at in range(40)])
    one = LessonState(stretches=watched, duration=400, read_seconds=20, best_percent=70, tries_used=1)
    return {f"l{at}": one for at in range(LESSONS)}


if __name__ == "__main__":
    main()
