"""What may be done, and by which role; names read room:act."""

from collections.abc import Mapping
from enum import StrEnum


class Permission(StrEnum):
    """One word per thing that may be done (values are stable, alphabetical)."""

    APPEALS_DECIDE = "appeals:decide"
    ATTEMPTS_MANAGE = "attempts:manage"
    AUDIT_READ = "audit:read"
    CERTIFICATES_REVOKE = "certificates:revoke"
    CLASSES_HOLD = "classes:hold"
    COURSES_PUBLISH = "courses:publish"
    COURSES_REVIEW = "courses:review"
    COURSES_WRITE = "courses:write"
    JOBS_MANAGE = "jobs:manage"
    PEOPLE_MANAGE = "people:manage"
    RECORDS_CONFIRM = "records:confirm"
    SLIPS_ISSUE = "slips:issue"


class Role(StrEnum):
    """Staff roles of today's rooms; a volunteer needs none."""

    TRAINER = "trainer"
    REVIEWER = "reviewer"
    OFFICER = "officer"
    ORG_ADMIN = "org_admin"
    REGISTRAR = "registrar"
    PLATFORM_ADMIN = "platform_admin"


ROLES: Mapping[Role, frozenset[Permission]] = {
    Role.TRAINER: frozenset(
        {
            Permission.ATTEMPTS_MANAGE,
            Permission.CLASSES_HOLD,
            Permission.COURSES_WRITE,
            Permission.COURSES_PUBLISH,
        }
    ),
    Role.REVIEWER: frozenset({Permission.COURSES_REVIEW}),
    Role.OFFICER: frozenset({Permission.APPEALS_DECIDE, Permission.AUDIT_READ, Permission.SLIPS_ISSUE}),
    Role.ORG_ADMIN: frozenset({Permission.RECORDS_CONFIRM}),
    Role.REGISTRAR: frozenset(
        {
            Permission.APPEALS_DECIDE,
            Permission.ATTEMPTS_MANAGE,
            Permission.CLASSES_HOLD,
            Permission.PEOPLE_MANAGE,
            Permission.CERTIFICATES_REVOKE,
            Permission.AUDIT_READ,
            Permission.SLIPS_ISSUE,
        }
    ),
    Role.PLATFORM_ADMIN: frozenset({Permission.JOBS_MANAGE, Permission.PEOPLE_MANAGE}),
}
