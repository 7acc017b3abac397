"""The demo site's service records: activities, hours, a correction asked for, a proof; by the commands people use."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import time, timedelta

from sqlalchemy import select

from lms.accounts.commands import by_phone
from lms.accounts.models import Person
from lms.cli.demo_people import NAMED, crowd
from lms.core import clock
from lms.core.database import begin_write
from lms.extensions import db
from lms.federations import queries as units
from lms.service_records import commands, days, hours, proofs, requests
from lms.service_records.commands import Facts
from lms.service_records.models import Activity, ServiceRecord

ORGANISER = "13800000007"
FIRST = NAMED[0][0]
SOCIETY, TEAM, OTHER_COUNTY = "991121Z01", "991121100Z1", "991122Z01"

# (unit code, days ago, from, to, name, category, place, content, leader, entered how many days later, who from the crowd)
ACTIVITIES = (
    (SOCIETY, 61, (8, 30), (11, 30), "“秋风送暖”走访困境儿童", "care", "白沙镇河东村、河西村", "走访 12 户困境儿童家庭，送文具，问需要，登记回访。", "何静", 3, (0, 20), True),
    (TEAM, 40, (14, 0), (16, 30), "重阳节给独居老人包饺子", "care", "河东村老年活动室", "陪 18 位独居老人包饺子、量血压、理发。", "张桂兰", 24, (0, 12), True),
    (SOCIETY, 19, (9, 0), (12, 0), "河边清洁日", "green", "白沙河河东段", "清理河岸垃圾约 400 公斤，劝导垃圾分类。", "何静", 2, (5, 30), True),
    (SOCIETY, 9, (19, 0), (20, 30), "反家暴知识进院坝", "rights", "柳湾村村委会院坝", "讲解人身安全保护令怎么申请，发放求助电话卡 60 份。", "何静", 1, (8, 26), True),
    (SOCIETY, 2, (8, 0), (11, 30), "冬季助老大扫除", "care", "河西村 6 户高龄老人家", "打扫屋子、换洗被褥、检查取暖和用电安全。", "何静", 1, (2, 14), False),
    (OTHER_COUNTY, 15, (9, 0), (11, 0), "石桥镇亲子阅读", "family", "石桥镇文化站", "带 25 个家庭读绘本，教家长怎样陪读。", "孙梅", 2, (0, 40), True),
)  # fmt: skip
HERS = {0, 1, 2}
"""The three activities in which the first volunteer served."""


def load() -> None:
    """Write the activities, let a volunteer ask for a correction, and the first one for a proof."""
    actor = by_phone(ORGANISER)
    if actor is None:
        return
    made = [_activity(number, actor.id) for number in range(len(ACTIVITIES))]
    _ask_for_correction(made[2])
    db.session.commit()


def _ago(days_ago: float) -> AbstractContextManager[None]:
    return clock.travel(days=-days_ago)


def _activity(number: int, organiser_id: int) -> Activity:
    code, ago, start, end, name, category, place, content, leader, later, people, confirmed = ACTIVITIES[
        number
    ]
    unit = units.by_code(code)
    if unit is None:
        raise LookupError(code)
    actor_id = organiser_id if code != OTHER_COUNTY else None
    begin_write(db.session)
    day = days.day_of(clock.now()) - timedelta(days=ago)
    facts = Facts(
        name, category, place, content, leader, days.at(day, time(*start)), days.at(day, time(*end))
    )
    with _ago(ago - later):
        activity = commands.record_activity(facts, unit, form_id=f"demo-{number}", actor_id=actor_id)
        served = _people(number, unit.id, slice(*people))
        commands.add_people(activity, served, quarters=hours.span(activity), actor_id=actor_id)
        if confirmed:
            commands.confirm(activity, _ids(activity), actor_id=actor_id)
    return activity


def _people(number: int, unit_id: int, which: slice) -> Sequence[Person]:
    """Return volunteers of the county of the recording unit, the first one where she served."""
    top = units.path(unit_id)[3].id
    found = [by_phone(phone) for phone, _, _ in crowd()[which]]
    mine = [by_phone(FIRST)] if number in HERS else []
    return [one for one in (*mine, *found) if one and _county(one) == top]


def _county(person: Person) -> int | None:
    home = units.home_unit_id(person.id)
    return units.path(home)[3].id if home else None


def _ids(activity: Activity) -> Sequence[int]:
    db.session.flush()
    return list(db.session.scalars(select(ServiceRecord.id).where(ServiceRecord.activity_id == activity.id)))


def _ask_for_correction(activity: Activity) -> None:
    """Somebody else than the first volunteer stayed longer than was written down."""
    first = by_phone(FIRST)
    last = (
        select(ServiceRecord)
        .where(ServiceRecord.activity_id == activity.id)
        .order_by(ServiceRecord.id.desc())
    )
    other = db.session.scalars(last.limit(1)).first()
    if other and first and other.person_id != first.id:
        with _ago(4):
            requests.ask(other, wanted=10, words="我那天中途去接孩子，十一点半就走了，应该是两个半小时。")


def prove() -> None:
    """Let the first volunteer have her proofs, so that there is one to show."""
    if first := by_phone(FIRST):
        with _ago(1):
            proofs.issue(first, since=None, until=None, with_training=True, form_id="demo")
        db.session.commit()
