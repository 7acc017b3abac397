"""What pages call each kind of paper, and what a paper says of itself to the public."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lms.certificates.models import Certificate, PaperKind

TITLES: Mapping[str, Any] = {
    PaperKind.COURSE: _l("培训证书"),
    PaperKind.SERVICE: _l("志愿服务记录证明"),
}
VALID: Mapping[str, Any] = {PaperKind.COURSE: _l("证书有效"), PaperKind.SERVICE: _l("证明有效")}
VOID: Mapping[str, Any] = {PaperKind.COURSE: _l("证书已作废"), PaperKind.SERVICE: _l("证明已作废")}


def day_words(iso: str) -> str:
    """Return a date as papers print it: 2026年11月24日."""
    year, month, day = iso.split("-")
    return f"{int(year)}年{int(month)}月{int(day)}日"


def period(content: Mapping[str, Any]) -> str:
    """Return the days a service proof covers."""
    if content["from"] == content["to"]:
        return day_words(content["from"])
    return _("%(a)s至%(b)s", a=day_words(content["from"]), b=day_words(content["to"]))


def subject(certificate: Certificate) -> str:
    """Say in one line what a paper is about, for lists."""
    content = certificate.content
    if certificate.kind == PaperKind.SERVICE:
        return _("服务 %(h)s 小时，%(p)s", h=content["hours"], p=period(content))
    return str(content["course"])


def public_lines(certificate: Certificate, masked_name: str) -> list[tuple[str, str]]:
    """Return what whoever checks a paper sees: enough to compare, the name masked."""
    content = certificate.content
    about = _of_service(content) if certificate.kind == PaperKind.SERVICE else _of_course(content)
    return [
        (_("姓名"), masked_name),
        *about,
        (_("日期"), day_words(content["date"])),
        (_("编号"), certificate.number),
    ]


def _of_course(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    hours = _("共 %(n)s 课 · %(h)s 学时", n=content["lessons"], h=f"{content['hours']:g}")
    return [(_("课程"), content["course"]), (_("学时"), hours), (_("发证单位"), content["issuer"])]


def _of_service(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    hours = _("%(h)s 小时，共 %(n)s 次", h=content["hours"], n=len(content["rows"]))
    return [
        (_("服务时间"), hours),
        (_("起止日期"), period(content)),
        (_("记录单位"), content["issuer"]),
    ]
