"""flask doctor: every check one after the other, each said as a line, the whole noted for /operations."""

from collections.abc import Callable, Sequence
from typing import Any

import click

from lms.core import audit_log
from lms.extensions import db
from lms.operations.checks import ALL, Check


def examine(others: Sequence[Callable[[], Check]] = ()) -> dict[str, Any]:
    """Run the checks and those of other rooms; the answer is not ok when one failed."""
    found = [_say(_safely(check)) for check in (*ALL, *others)]
    told = [{"name": one.name, "sign": one.sign, "words": one.words, "do": one.do} for one in found]
    db.session.rollback()
    audit_log.record(None, "doctor.ran", "site", "doctor", {"checks": told})
    db.session.commit()
    wrong = [one for one in found if one.good is False]
    problems = [
        {"file": "", "line": 0, "item": one.name, "code": "unwell", "message": f"{one.words}。{one.do}"}
        for one in wrong
    ]
    return {"ok": not wrong, "problems": problems, "checks": told}


def _safely(check: Callable[[], Check]) -> Check:
    """A check that breaks is a bad sign itself, and the others go on."""
    try:
        return check()
    except Exception as error:
        db.session.rollback()
        return Check(
            check.__name__,
            False,
            f"没有查成：{type(error).__name__} {str(error)[:160]}",
            "把这一行告诉技术人员。",
        )


def _say(check: Check) -> Check:
    click.echo(
        f"{check.sign} {check.name}：{check.words}" + (f"  → {check.do}" if check.do else ""), err=True
    )
    return check
