"""flask demo: fictional people and the starter courses, loaded once; afterwards it only tells the sign-ins."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from courses.items import kinds
from courses.model import Course as Document
from courses.model import Lesson, QuizBody, Review, TextBody, VideoBody
from lms.accounts import commands as accounts
from lms.accounts.models import Person
from lms.assessment import commands as assessment
from lms.assets.models import AssetStatus, MediaAsset
from lms.authoring import exchange
from lms.catalogue.models import Course, CourseVersion, VersionAsset
from lms.catalogue.queries import durations
from lms.cli import demo_materials, demo_service, demo_studio
from lms.cli.demo_people import NAMED, PASSWORD, UNITS, WHO, crowd
from lms.core import clock, crypto
from lms.core.database import begin_write
from lms.core.errors import Conflict
from lms.enrolment.commands import Learner, enrol
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.federations import commands as federations
from lms.federations import queries as units
from lms.federations.models import Unit, UnitKind
from lms.federations.permissions import Role
from lms.learning import commands as learning
from lms.service_records.models import Activity

ROOT_CODE, CITY_CODE, COUNTY_CODE = "990000", "991100", "991121"


def demo(tell: bool) -> dict[str, Any]:
    """Load units, courses and people in this order, each only if it is missing; LMS_ENV=demo only."""
    if current_app.extensions["lms_settings"].env != "demo":
        raise Conflict("演示数据只能放进演示站。请设 LMS_ENV=demo 再试。")
    if units.by_code(ROOT_CODE) is None:
        _load_units()
    _load_materials()
    _load_courses()
    if accounts.by_phone(NAMED[0][0]) is None:
        _load_people()
    if (trainer := accounts.by_phone(NAMED[1][0])) and (county := units.by_code(COUNTY_CODE)):
        demo_studio.load(trainer, county)
    if not db.session.scalar(select(func.count()).select_from(Activity)):
        demo_service.load()
    plays = _plays("about")
    if plays and not db.session.scalar(select(func.count()).select_from(Enrolment)):
        _load_learning()
        demo_service.prove()
    if tell:
        _tell()
    return {"plays": plays}


def _load_units() -> None:
    made: dict[str, Unit] = {}
    for code, parent, kind, level, name, full_name, phone in UNITS:
        made[code] = federations.add_unit(
            made.get(parent), kind=UnitKind(kind), name=name, code=code, level=level, full_name=full_name,
            help_phone=phone,
        )  # fmt: skip
    db.session.commit()


def _load_materials() -> None:
    """Before the courses, so that their pages do not wait behind the films."""
    everyone, owner = units.by_code(ROOT_CODE), units.by_code(COUNTY_CODE)
    if everyone and owner:
        demo_materials.load(owner, everyone)


def _load_courses() -> None:
    everyone, city = units.by_code(ROOT_CODE), units.by_code(CITY_CODE)
    known = set(db.session.scalars(select(Course.slug)))
    for package in sorted((Path(current_app.root_path).parent / "courses" / "starter").glob("*/course.json")):
        waits = json.loads(package.read_text("utf-8")).get("review") == Review.AWAITING_EXPERT
        owner = city if waits else everyone  # the city has the reviewer
        if package.parent.name not in known and owner is not None:
            exchange.bring_in(package.parent, unit_id=owner.id, actor_id=None, while_processing=True)
            db.session.commit()


def _load_people() -> None:
    hashed = crypto.hash_password(PASSWORD)
    for phone, name, home, role, unit in NAMED:
        person = _person(phone, name, home, hashed)
        if role and (place := units.by_code(unit)):
            federations.appoint(person.id, Role(role), place, actor_id=None)
    for phone, name, home in crowd():
        _person(phone, name, home, hashed)
    db.session.commit()


def _person(phone: str, name: str, home: str, hashed: str) -> Person:
    person = accounts.register(name=name, phone=phone, password_hash=hashed, consent=True)
    if unit := units.by_code(home):
        federations.settle(person.id, unit)
    return person


def _plays(slug: str) -> bool:
    """Say whether every video of a course is ready."""
    waiting = db.session.scalar(
        select(func.count())
        .select_from(VersionAsset)
        .join(CourseVersion, CourseVersion.id == VersionAsset.version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .join(MediaAsset, MediaAsset.id == VersionAsset.asset_id)
        .where(Course.slug == slug, MediaAsset.status != AssetStatus.READY)
    )
    return not waiting


def _load_learning() -> None:
    """Let the demo people learn, days ago, through the same commands as anyone's learning."""
    about = db.session.scalar(select(Course).where(Course.slug == "about"))
    phone = db.session.scalar(select(Course).where(Course.slug == "phone"))
    if about is None:
        return
    first = accounts.by_phone(NAMED[0][0])
    if first:
        _learn(first, about, 99, days_ago=12)
        if phone:
            _learn(first, phone, 2, days_ago=3)
    for number, (mobile, _, _) in enumerate(crowd()):
        person = accounts.by_phone(mobile)
        if person and number % 3 != 2:
            _learn(person, about, 99 if number % 3 == 0 else 1 + number % 2, days_ago=2 + number % 25)
    db.session.commit()


def _learn(person: Person, course: Course, lessons: int, *, days_ago: int) -> None:
    begin_write(db.session)
    with clock.travel(days=-days_ago):
        enrolment = enrol(Learner(person.id, None), course)
        content: Document = enrolment.version.content
        for lesson in content.lessons()[:lessons]:
            _do(enrolment, lesson)


def _do(enrolment: Enrolment, lesson: Lesson) -> None:
    row = learning.progress_row(enrolment.id, lesson.id)
    if isinstance(lesson.body, TextBody):
        row.opened_at = clock.now() - timedelta(seconds=lesson.body.min_seconds + 60)
        learning.finish_reading(enrolment, lesson)
    elif isinstance(lesson.body, VideoBody):
        length = durations(enrolment.version_id).get(lesson.id, 0.0)
        row.stretches, row.watched_seconds, row.position = [[0.0, length]], length, length
        learning.check_lesson(enrolment, lesson)
    elif isinstance(lesson.body, QuizBody):
        attempt = assessment.begin(enrolment, lesson.id, lesson.body)
        for item in assessment.items_of(attempt):
            assessment.save_answer(attempt, item.id, kinds.best(item))
        assessment.submit(attempt)


def _tell() -> None:
    print(f"演示登录（密码都是 {PASSWORD}）：")
    for phone, name, _, role, _ in NAMED:
        print(f"  {phone}  {name}  {WHO[role]}")
