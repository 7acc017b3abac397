"""The officer's county page with 20,000 people and 60,000 completions, its lists, and an Excel file of all.

One process, process time, median; the file is written by a process of its own, whose memory is read at the end.
"""

import importlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import insert

from bench.figures import say
from bench.visitor import field_value
from lms import config
from lms.accounts import phones
from lms.accounts.models import Person
from lms.app import create_app
from lms.audit import commands
from lms.audit.queries import Selection
from lms.catalogue.models import Course, CourseVersion
from lms.core import crypto
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.federations import commands as federations
from lms.federations.models import Membership, Unit, UnitKind
from lms.federations.permissions import Role
from lms.learning.models import Completion

PEOPLE, COMPLETIONS, COURSES, TOWNS, VILLAGES = 20_000, 60_000, 4, 20, 10
ROUNDS = 15
PAGE_MS, FILE_SECONDS, FILE_MB = 150.0, 15.0, 200.0
PASSWORD, OFFICER = "a-good-password-7", "13700000000"
THEN = datetime(2026, 3, 5, tzinfo=UTC)
FAMILY = "王李张刘陈杨黄吴徐孙马朱胡郭高林何罗郑梁谢宋唐许韩冯邓曹彭曾"
GIVEN = "秀英桂兰玉梅春燕丽华淑芬小红建慧敏雪琴爱莲晓雯珍凤云霞"


def main() -> None:
    """Fill a database, measure the pages, then the file."""
    with tempfile.TemporaryDirectory(prefix="jinguo-audit-") as folder:
        app = _app(Path(folder))
        with app.app_context():
            county_id = _fill()
            export_id = _export(county_id)
        _pages(app.test_client())
        _file(folder, export_id)


def _app(data: Path) -> Flask:
    words = {"LMS_ENV": "test", "LMS_DATA": str(data), "LMS_SECRET_KEY": "b" * 40}
    return create_app(config.read(words))


def _fill() -> int:
    upgrade()
    dice = random.Random(2026)
    county = _unit(None, "白沙县", "990101", "county")
    places = [county]
    for town in range(TOWNS):
        above = _unit(county, f"第{town}镇", f"9901{town:05d}", "town")
        places += [
            above,
            *(_unit(above, f"第{n}村", f"9901{town:05d}{n:03d}", "village") for n in range(VILLAGES)),
        ]
    versions = _courses(county)
    _people(dice, [place.id for place in places])
    _learning(dice, versions)
    _officer(county)
    db.session.commit()
    return county.id


def _unit(parent: Unit | None, name: str, code: str, level: str) -> Unit:
    return federations.add_unit(parent, kind=UnitKind.FEDERATION, name=name, code=code, level=level)


def _courses(owner: Unit) -> list[tuple[int, int]]:
    made = []
    for number in range(1, COURSES + 1):
        course = Course(
            slug=f"c{number}", unit_id=owner.id, state="published", title=f"第 {number} 门课", tier="intro",
            category="general", created_at=THEN,
        )  # fmt: skip
        db.session.add(course)
        db.session.flush()
        version = CourseVersion(course_id=course.id, number=1, document={}, published_at=THEN)
        db.session.add(version)
        db.session.flush()
        made.append((course.id, version.id))
    return made


def _people(dice: random.Random, places: list[int]) -> None:
    people = []
    for number in range(1, PEOPLE + 1):
        name = dice.choice(FAMILY) + dice.choice(GIVEN) + dice.choice(GIVEN)
        phone = f"139{number:08d}"
        people.append(
            {
                "id": number, "public_id": f"p{number}", "name": name, "name_order": name.encode("gb18030").hex(),
                "phone_sealed": phones.sealed(phone), "phone_index": f"i{number}", "state": "active",
                "created_at": THEN,
            }
        )  # fmt: skip
    db.session.execute(insert(Person), people)
    homes = [
        {"person_id": one["id"], "unit_id": dice.choice(places), "is_home": True, "since": THEN}
        for one in people
    ]
    second = [
        {"person_id": number, "unit_id": dice.choice(places), "is_home": False, "since": THEN}
        for number in range(1, PEOPLE, 20)
    ]
    db.session.execute(insert(Membership), homes + second)


def _learning(dice: random.Random, versions: list[tuple[int, int]]) -> None:
    """Some begin nothing, some finish nothing; the others finish three courses or four."""
    enrolments = [
        {
            "id": number, "person_id": person, "course_id": course, "version_id": version, "created_at": THEN,
        }
        for number, (person, (course, version)) in enumerate(_pairs(dice, versions), 1)
    ]  # fmt: skip
    db.session.execute(insert(Enrolment), enrolments)
    finished = dice.sample([one for one in enrolments if one["person_id"] % 8], COMPLETIONS)
    done = [
        {
            "enrolment_id": one["id"], "person_id": one["person_id"], "course_id": one["course_id"],
            "version_id": one["version_id"], "at": THEN, "seconds": 2700.0, "hours": 1.0, "hours_rule": "bench",
        }
        for one in finished
    ]  # fmt: skip
    db.session.execute(insert(Completion), done)


def _pairs(dice: random.Random, versions: list[tuple[int, int]]) -> Iterator[tuple[int, tuple[int, int]]]:
    for person in range(1, PEOPLE + 1):
        if person % 16 == 0:
            continue
        for version in versions:
            if dice.random() < 0.96:
                yield person, version


def _officer(county: Unit) -> None:
    officer = Person(
        name="赵岚", phone_sealed=phones.sealed(OFFICER), phone_index=phones.index(OFFICER),
        password_hash=crypto.hash_password(PASSWORD), created_at=THEN,
    )  # fmt: skip
    db.session.add(officer)
    db.session.flush()
    federations.appoint(officer.id, Role.OFFICER, county, actor_id=None)


def _export(county_id: int) -> int:
    export = commands.ask(Selection(county_id), purpose="bench", full_phones=False, actor_id=PEOPLE + 1)
    db.session.commit()
    return export.id


def _pages(client: Any) -> None:
    token = field_value(client.get("/login").text, "csrf_token")
    client.post("/login", data={"csrf_token": token, "phone": OFFICER, "password": PASSWORD})
    county = _median(client, "/audit/u/990101")
    say("county page, all courses", county, "ms CPU", goal=f"≤ {PAGE_MS:g}", ok=county <= PAGE_MS)
    one = _median(client, "/audit/u/990101?course=c1")
    say("county page, one course", one, "ms CPU", goal=f"≤ {PAGE_MS:g}", ok=one <= PAGE_MS)
    for name, path in (
        ("town page", "/audit/u/990100003"),
        ("list of the county, first page", "/audit/u/990101/people"),
        ("list of the county, not finished", "/audit/u/990101/people?state=unfinished"),
        ("list of the county, by name", "/audit/u/990101/people?q=%E7%8E%8B%E7%A7%80"),
        ("list of the county, by initials", "/audit/u/990101/people?q=wxy"),
    ):
        say(name, _median(client, path), "ms CPU")


def _median(client: Any, path: str) -> float:
    """Milliseconds of process time of one request, the median of ROUNDS."""
    costs = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        answer = client.get(path)
        costs.append((time.process_time() - begun) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
    return round(sorted(costs)[ROUNDS // 2], 1)


def _file(folder: str, export_id: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.bench_audit", folder, str(export_id)],
        stdout=subprocess.PIPE, text=True, check=True, env={**os.environ, "PYTHONPATH": "."},
    )  # fmt: skip
    told = json.loads(done.stdout.splitlines()[-1])
    say("Excel file, rows", told["rows"])
    say("Excel file, size", round(told["size"] / 1e6, 2), "MB")
    seconds, megabytes = told["cpu"], told["megabytes"]
    say("Excel file", seconds, "s CPU", goal=f"≤ {FILE_SECONDS:g}", ok=seconds <= FILE_SECONDS)
    say("Excel file, by the clock", told["seconds"], "s")
    say("memory of its process", megabytes, "MB", goal=f"≤ {FILE_MB:g}", ok=megabytes <= FILE_MB)


def write(folder: str, export_id: int) -> None:
    """Write the file as a worker does, and say what it took."""
    with _app(Path(folder)).app_context():
        begun, spent = time.monotonic(), time.process_time()
        importlib.import_module("lms.audit.jobs").export(export_id)
        db.session.commit()
        seconds, spent = round(time.monotonic() - begun, 1), round(time.process_time() - spent, 1)
        row = db.session.get(commands.Export, export_id)
        assert row
        told = {"rows": row.rows, "size": row.size, "seconds": seconds, "cpu": spent, "megabytes": _peak()}
        print(json.dumps(told))


def _peak() -> int:
    """The most memory this process ever held, in MB (getrusage would count the parent's before exec)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


if __name__ == "__main__":
    if len(sys.argv) == 3:
        write(sys.argv[1], int(sys.argv[2]))
    else:
        main()
