"""Units with a sibling and an ancestor, staff, certificates and forms: for the tests of doors and scope."""

import itertools
import tempfile
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from courses.items import Criterion, Item, ItemKind
from courses.model import (
    AssignmentBody,
    ClassroomBody,
    EvidenceKind,
    Lesson,
    Module,
    QuizBody,
    TextBody,
    TextPage,
    VideoBody,
)
from lms.accounts.models import Person
from lms.assessment import commands as assessment
from lms.assessment.models import Attempt
from lms.assets.commands import storage
from lms.assets.models import MediaAsset
from lms.audit import commands as exports
from lms.audit.models import Export
from lms.audit.queries import Selection
from lms.authoring import commands as authoring
from lms.authoring import documents, queries, questions, uploads
from lms.authoring.models import Draft, DraftLesson, Upload
from lms.catalogue.commands import publish
from lms.catalogue.models import Course, CourseVersion, VersionAsset
from lms.certificates.models import Certificate, PaperKind
from lms.classes import commands as classes
from lms.classes.models import Attendance, ClassSession
from lms.core import clock, jobs
from lms.core.jobs import Job
from lms.enrolment.commands import Learner, enrol
from lms.extensions import db
from lms.federations import commands as federations
from lms.federations.models import RoleAssignment, Unit, UnitKind
from lms.federations.permissions import Role
from lms.learning import appeals, assignments
from lms.learning.models import Appeal, HandIn
from lms.materials.models import Material, MaterialPage
from lms.service_records import commands as service
from lms.service_records import requests as asking
from lms.service_records.models import Activity, CorrectionRequest, ServiceRecord
from tests import factories

PASSWORD = factories.PASSWORD
_numbers = itertools.count(1)


@dataclass
class Tree:
    """Units: root › city › (county › town, sibling)."""

    root: Unit
    city: Unit
    county: Unit
    town: Unit
    sibling: Unit


def unit(parent: Unit | None, name: str, code: str) -> Unit:
    """Add one unit."""
    made = federations.add_unit(parent, kind=UnitKind.FEDERATION, name=name, code=code)
    db.session.commit()
    return made


def tree() -> Tree:
    """Add the small tree."""
    root = unit(None, "云溪省", "97")
    city = unit(root, "清河市", "9701")
    county = unit(city, "白沙县", "970101")
    return Tree(root, city, county, unit(county, "白沙镇", "970101101"), unit(city, "石桥县", "970102"))


def code(place: Unit | None) -> str:
    """Return the code of a unit."""
    return place.codes[-1].code if place else "-"


def person(home: Unit, *, phone: str = "", name: str = "王秀英") -> Person:
    """Add a person with PASSWORD."""
    return factories.person(phone or f"139{next(_numbers):08d}", home, name)


def staff(role: Role, place: Unit) -> Person:
    """Add a person with a role in a unit."""
    made = person(place)
    federations.appoint(made.id, role, place, actor_id=None)
    db.session.commit()
    return made


def certificate(place: Unit) -> Certificate:
    """Add the row of a certificate of a unit; the learning behind it is not of interest, so not there."""
    number = next(_numbers)
    owner = person(place)
    _foreign_keys(on=False)
    row = Certificate(
        number=f"T{number:06d}", check_code="AB12", completion_id=number, person_id=owner.id, unit_id=place.id,
        content={"name": owner.name, "course": "课", "number": f"T{number:06d}"}, signature="-",
        issued_at=clock.now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.commit()
    _foreign_keys(on=True)
    return row


def activity(place: Unit, *, days_ago: int = 2, hours: float = 3.0, name: str = "走访") -> Activity:
    """Add an activity of a unit that began at noon (UTC+8) some days ago."""
    noon = clock.now().replace(hour=4, minute=0, second=0, microsecond=0) - timedelta(days=days_ago)
    facts = service.Facts(
        name, "care", "河东村", "送文具，问需要。", "何静", noon, noon + timedelta(hours=hours)
    )
    made = service.record_activity(facts, place, form_id=f"form-{next(_numbers)}", actor_id=None)
    db.session.commit()
    return made


def service_record(
    place: Unit, *, of: Activity | None = None, who: Person | None = None, confirmed: bool = True
) -> ServiceRecord:
    """Add a person of a unit to an activity of it, three hours, confirmed unless told otherwise."""
    of = of or activity(place)
    who = who or person(place)
    service.add_people(of, [who], quarters=12, actor_id=None)
    found = select(ServiceRecord).where(ServiceRecord.activity_id == of.id, ServiceRecord.person_id == who.id)
    row = db.session.scalars(found).one()
    if confirmed:
        service.confirm(of, [row.id], actor_id=None)
    db.session.commit()
    return row


def correction_request(place: Unit) -> CorrectionRequest:
    """Add a request for correction to a unit."""
    made = asking.ask(service_record(place), wanted=8, words="早走了一小时。")
    db.session.commit()
    return made


def proof(place: Unit) -> Certificate:
    """Add the row of a service proof of a unit, without the service behind it."""
    number, owner = next(_numbers), person(place)
    content = {
        "name": owner.name,
        "hours": "3",
        "from": "2026-01-01",
        "to": "2026-02-01",
        "issuer": place.full_name,
    }
    row = Certificate(
        kind=PaperKind.SERVICE, number=f"FW{number:06d}", check_code="AB12", person_id=owner.id, unit_id=place.id,
        content=content, signature="-", issued_at=clock.now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.commit()
    return row


def _foreign_keys(*, on: bool) -> None:
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text(f"PRAGMA foreign_keys = {int(on)}"))
    else:
        db.session.execute(text(f"SET session_replication_role = {'origin' if on else 'replica'}"))


def failed_export(place: Unit) -> Export:
    """Add an export of a unit whose worker gave up."""
    export = exports.ask(
        Selection(place.id), purpose="核对名单", full_phones=False, actor_id=person(place).id
    )
    job = jobs.progress_of(export.job_key)
    assert job
    job.state = jobs.JobState.DEAD
    db.session.commit()
    return export


def material(place: Unit, *, status: str = "ready", visibility: str = "public") -> Material:
    """Add the row of a material of a unit with one page; its files are not of interest."""
    number = next(_numbers)
    row = Material(
        unit_id=place.id, title=f"资料 {number}", file_name="a.pdf", kind="pdf", visibility=visibility, status=status,
        source_key=f"materials/{number}/original.pdf", digest=str(number), size=9, page_count=1, has_text=True,
        created_at=clock.now(), ready_at=clock.now(),
    )  # fmt: skip
    page = MaterialPage(
        n=1, text=f"独一份{number}的话", picture_key=f"materials/{number}/p1.png", width=9, height=9
    )
    row.pages = [page]
    db.session.add(row)
    db.session.commit()
    return row


def dead_job() -> Job:
    """Add a job that was given up."""
    now, key = clock.now(), f"dead:{next(_numbers)}"
    row = Job(
        name="certificates.render", payload={"certificate_id": 0}, key=key, lane="quick", state="dead", attempts=5,
        run_after=now, created_at=now, finished_at=now, last_error="Traceback…\nOSError: No space left on device",
    )  # fmt: skip
    db.session.add(row)
    db.session.commit()
    return row


def csrf(browser: FlaskClient, page: str = "/login") -> str:
    """Return the form token of a page, as a browser reads it."""
    return factories.page_token(browser, page)


def post(browser: FlaskClient, path: str, token: str = "", **fields: Any) -> TestResponse:
    """Send a form with its token."""
    return browser.post(path, data={"csrf_token": token or csrf(browser), **fields})


def awaiting_expert(place: Unit) -> Draft:
    """Add a draft of a unit that asks for an expert."""
    made = draft(place)
    made.details = made.details | {"review": "awaiting_expert"}
    db.session.commit()
    return made


def draft(place: Unit) -> Draft:
    """Return a draft of a unit that nobody touched, fit to be published: a video, a paper, a text."""
    newest = select(Draft).where(Draft.unit_id == place.id).order_by(Draft.id.desc()).limit(1)
    found = db.session.scalar(newest)
    touched = found is None or len(found.lessons) != 3 or queries.course_of(found) is not None
    return _new_draft(place) if touched else found


def _new_draft(place: Unit) -> Draft:
    author = person(place)
    film = factories.published(place, f"other-{next(_numbers)}")
    asset = db.session.scalar(select(MediaAsset).join(VersionAsset).where(VersionAsset.version_id == film.id))
    made = authoring.create("上门第一课", "学会怎样第一次上门。", unit_id=place.id, actor_id=author.id)
    checks = (factories.item("c1", lesson=""), factories.item("c2", lesson=""))
    bodies = {
        "video": VideoBody("", 0.9, (TextPage("第一页。", 10),), checks),
        "quiz": QuizBody((factories.item("q1", lesson=""), factories.item("q2", lesson="")), 80, None, False),
        "text": TextBody("正文。", 10),
    }
    for kind, body in bodies.items():
        row = authoring.add_lesson(made, kind, actor_id=author.id)
        row.body = documents.body_json(body)
        row.asset = asset if kind == "video" else None
    with tempfile.NamedTemporaryFile() as original:
        storage().put(asset.source_key, Path(original.name))
    db.session.commit()
    return made


def lesson(place: Unit, kind: str) -> DraftLesson:
    """Return the lesson of a kind of a unit's draft."""
    return next(row for row in draft(place).lessons if row.kind == kind)


def question_stamp(place: Unit | None) -> str:
    """Return the mark that question q1 of a unit's draft carries in its form."""
    if place is None:
        return "-"
    return questions.stamp(documents.items_of(documents.body_of(lesson(place, "quiz")))[0])


def upload(place: Unit) -> Upload:
    """Begin an upload of whoever was given a role last, to the video of a unit's draft."""
    row = lesson(place, "video")
    owner = db.session.scalar(select(RoleAssignment.person_id).order_by(RoleAssignment.id.desc()).limit(1))
    made = uploads.begin(row, "讲课.mp4", 1000, person_id=owner or person(place).id)
    db.session.commit()
    return made


def course(place: Unit) -> Course:
    """Return a published course of a unit."""
    return factories.published(place, f"small-{next(_numbers)}").course


def work(place: Unit) -> HandIn:
    """Add work handed in by a person of a unit for an assignment of a course of the same unit."""
    enrolment = enrol(Learner(person(place).id, None), assigned(place).course)
    made = assignments.hand_in(enrolment, enrolment.version.content.lesson("task"), "走访了一户。", None)
    db.session.commit()
    return made


def assigned(place: Unit) -> CourseVersion:
    """Publish a course of one assignment, words and at least 6 of 10 points."""
    rubric = (Criterion("c1", "写清楚", 6), Criterion("c2", "有行动", 4))
    task = AssignmentBody("写一次走访。", (EvidenceKind.TEXT,), rubric, 6)
    modules = (Module("m", "单元", (Lesson("task", "走访一次", "Visit", 10, task),)),)
    content = replace(factories.document(f"task-{next(_numbers)}"), modules=modules)
    version = publish(content, {}, unit_id=place.id, actor_id=None)
    db.session.commit()
    return version


def class_session(
    place: Unit, *, seats: int = 2, hours_ahead: float = 0.5, after: tuple[Lesson, ...] = ()
) -> ClassSession:
    """Add a session of a unit, an hour long, for the classroom lesson of a course of the same unit."""
    number, start = next(_numbers), clock.now() + timedelta(hours=hours_ahead)
    hall = Lesson("hall", "面授", "Hall", 45, ClassroomBody("现场学。", 45))
    content = replace(factories.document(f"meeting-{number}"), modules=(Module("m", "单元", (hall, *after)),))
    version = publish(content, {}, unit_id=place.id, actor_id=None)
    facts = classes.Facts("hall", "镇文化站二楼", start, start + timedelta(hours=1), seats, "李敏")
    made = classes.hold(facts, version.course, place, form_id=f"class-{number}", actor_id=None)
    db.session.commit()
    return made


def attendance(place: Unit) -> Attendance:
    """Add a person of a unit who was there at a session of it, ticked by hand."""
    session, her = class_session(place), person(place)
    classes.tick(session, [her], actor_id=her.id)
    db.session.commit()
    return db.session.scalars(db.select(Attendance).where(Attendance.person_id == her.id)).one()


def classroom_lesson(place: Unit | None) -> str:
    """Return the name of a classroom lesson as the form of a session holds it."""
    return f"{class_session(place).course.slug}/hall" if place else "-"


def appeal(place: Unit) -> Appeal:
    """Add an open appeal of a person of a unit about the video of a course published above it."""
    number = next(_numbers)
    version = factories.published(place, slug=f"appealed-{number}")
    her = person(place)
    enrolment = enrol(Learner(her.id, None), version.course)
    made = appeals.make(enrolment, version.content.lesson("watch"), "上周在活动室看完的。")
    db.session.commit()
    return made


def attempt(place: Unit) -> Attempt:
    """Add a handed-in paper of a volunteer of a unit: one essay, not marked yet."""
    number = next(_numbers)
    rubric = (Criterion("r1", "说清楚了", 2),)
    essay = Item("q1", ItemKind.ESSAY, "说说您的想法。", (), (), "", "", rubric=rubric)
    paper = Lesson("paper", "考一考", "Quiz", 5, QuizBody((essay,), 60, 1, False))
    document = replace(factories.document(f"essay-{number}"), modules=(Module("m1", "单元", (paper,)),))
    version = publish(document, {}, unit_id=place.id, actor_id=None)
    made = enrol(Learner(person(place).id, None), version.course)
    begun = assessment.begin(made, "paper", paper.body)
    assessment.save_answer(begun, "q1", ["我觉得先敲门。"])
    assessment.submit(begun)
    db.session.commit()
    return begun
