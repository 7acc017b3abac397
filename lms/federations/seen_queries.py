"""Who looked at a person's data, read from the audit trail for herself and for her auditors."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, and_, select

from lms.accounts.models import Person
from lms.core.audit_log import AuditEntry
from lms.extensions import db
from lms.federations.models import Membership, Unit, UnitClosure

OF_HERS = {
    "person.viewed": _l("看了您的学习情况"),
    "work.downloaded": _l("下载了您交的作业文件"),
    "attempt.viewed": _l("看了您的答卷"),
    "service.viewed": _l("看了您的服务记录"),
    "slip.issued": _l("给您开了重设密码的单子"),
    "slip.used": _l("用重设单换了密码"),
    "recovery_codes.renewed": _l("换了登录用的备用码"),
    "second_factor.cleared": _l("清除了动态验证码"),
}
OF_HER_UNITS = {
    "people.listed": _l("打开了名单"),
    "export.asked": _l("导出了名单"),
    "export.downloaded": _l("下载了导出的名单"),
}


@dataclass(frozen=True, slots=True)
class Look:
    """What one person did in a day, in words; `unit` is the list she opened, or where she belongs."""

    at: datetime
    who: str
    unit: str
    words: str
    purpose: str
    times: int = 1


def looks_at(person_id: int, limit: int = 100) -> list[Look]:
    """Return who opened her page or gave her a reset slip, newest first."""
    query = _entries(OF_HERS, "person", [str(person_id)], limit)
    home = and_(Membership.person_id == Person.id, Membership.is_home, Membership.until.is_(None))
    query = query.add_columns(Unit.name.label("unit")).outerjoin(Membership, home)
    rows = db.session.execute(query.outerjoin(Unit, Unit.id == Membership.unit_id))
    return _by_day([_look(row, row.unit or "", OF_HERS) for row in rows])


def looks_at_lists(person_id: int, limit: int = 100) -> list[Look]:
    """Return who opened or exported a list in which she may stand: of her units and those above."""
    above = (
        select(Unit.id, Unit.name)
        .join(UnitClosure, UnitClosure.ancestor_id == Unit.id)
        .join(Membership, Membership.unit_id == UnitClosure.descendant_id)
        .where(Membership.person_id == person_id, Membership.until.is_(None))
    )
    names = {str(row.id): row.name for row in db.session.execute(above)}
    rows = db.session.execute(_entries(OF_HER_UNITS, "unit", list(names), limit))
    return _by_day([_look(row, names[row.object_id], OF_HER_UNITS) for row in rows])


def _entries(actions: Any, kind: str, ids: Sequence[str], limit: int) -> Select[Any]:
    return (
        select(
            AuditEntry.at,
            AuditEntry.action,
            AuditEntry.object_id,
            AuditEntry.detail,
            Person.name.label("who"),
        )
        .outerjoin(Person, Person.id == AuditEntry.actor_id)
        .where(
            AuditEntry.object_type == kind,
            AuditEntry.object_id.in_(ids),
            AuditEntry.action.in_(list(actions)),
        )
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    )


def _look(row: Any, unit: str, words: Any) -> Look:
    who = row.who or str(_l("平台管理员"))
    return Look(row.at, who, unit, str(words[row.action]), str(row.detail.get("purpose", "")))


def _by_day(looks: Sequence[Look]) -> list[Look]:
    """Tell the same thing done several times a day once, with the latest time and how often."""
    zone = current_app.extensions["lms_settings"].timezone
    told: dict[tuple[Any, ...], Look] = {}
    for look in looks:
        key = (look.at.astimezone(zone).date(), look.who, look.unit, look.words, look.purpose)
        before = told.get(key)
        told[key] = replace(before, times=before.times + 1) if before else look
    return list(told.values())
