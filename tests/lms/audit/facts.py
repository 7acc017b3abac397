"""Small makers of what the officer's room counts, and readers of what it shows."""

import io
import re
from dataclasses import dataclass, field

from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from lms.accounts.models import Person
from lms.catalogue.models import CourseVersion
from lms.core import clock, jobs
from lms.enrolment.models import Enrolment
from lms.extensions import db
from lms.learning.models import Completion
from tests.factories import page_token

PURPOSE = "核对三月培训名单"


def begin(person: Person, version: CourseVersion) -> Enrolment:
    """Let her have opened a course."""
    row = Enrolment(
        person_id=person.id, course_id=version.course_id, version_id=version.id, created_at=clock.now()
    )
    db.session.add(row)
    db.session.flush()
    return row


def finish(person: Person, version: CourseVersion) -> None:
    """Let her have finished a course."""
    row = begin(person, version)
    db.session.add(
        Completion(
            enrolment_id=row.id, person_id=person.id, course_id=version.course_id, version_id=version.id,
            at=clock.now(), seconds=2700.0, hours=1.0, hours_rule="45 分钟 1 学时（2026）",
        )
    )  # fmt: skip


@dataclass
class Listed:
    """What the pages of one list show, all pages together."""

    total: int
    people: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


def listed(browser: FlaskClient, address: str) -> Listed:
    """Follow a link to its names, page after page."""
    page = text(browser, address)
    total = re.search(r"<h1>[^<]*?([\d,]+) 人</h1>", page)
    assert total, address
    found = Listed(int(total.group(1).replace(",", "")))
    while True:
        for public_id, name in re.findall(r'href="/audit/p/([^?"]+)[^"]*">([^<]+)</a>', page):
            found.people.append(public_id)
            found.names.append(name)
        onward = re.search(r'href="([^"]+)">下一页</a>', page)
        if not onward:
            return found
        page = text(browser, onward.group(1).replace("&amp;", "&"))


def text(browser: FlaskClient, address: str) -> str:
    """Return a page that must be there."""
    answer = browser.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.get_data(as_text=True)


def export(browser: FlaskClient, address: str, **fields: str) -> str:
    """Ask for the Excel file of a list; returns the address of the export."""
    token = page_token(browser, address)
    answer = browser.post(address, data={"csrf_token": token, "purpose": PURPOSE, **fields})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return answer.headers["Location"]


def work() -> None:
    """Do every waiting job of both lanes."""
    for lane in jobs.Lane:
        while jobs.run_one(lane):
            pass


def sheets(content: bytes) -> dict[str, list[list[object]]]:
    """Return the rows of each sheet of an Excel file."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def download(browser: FlaskClient, export_address: str) -> bytes:
    """Fetch the file through the link on the export's page."""
    link = re.search(r'href="(/audit/files/[^"]+)"', text(browser, export_address))
    assert link
    with browser.get(link.group(1)) as answer:
        assert answer.status_code == 200
        return answer.get_data()
