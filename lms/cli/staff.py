"""flask staff add, flask staff reset."""

from typing import Any

from lms.accounts import commands, phones, second_factor
from lms.core.errors import Conflict, Invalid, Missing
from lms.extensions import db
from lms.federations import commands as federations
from lms.federations import queries as units
from lms.federations.permissions import Role


def add(phone: str, name: str, role: str, unit: str) -> dict[str, Any]:
    """Add a member of staff with a role in a unit; her first password comes by slip."""
    place = units.by_code(unit)
    if place is None:
        raise Missing(f"没有代码是“{unit}”的单位。")
    if role not in set(Role):
        raise Invalid(f"不认识角色“{role}”，可以写 {'、'.join(Role)}。")
    number = phones.normal(phone)
    person = commands.by_phone(number) or commands.register(
        name=name, phone=number, password_hash=None, consent=False
    )
    if units.home_unit_id(person.id) is None:
        federations.settle(person.id, place)
    federations.appoint(person.id, Role(role), place, actor_id=None)
    code = commands.issue_slip(person, actor_id=None)
    db.session.commit()
    print(f"重设单号码：{code}（24 小时内用一次，在 /reset 填写）")
    return {"slip": code}


def reset(phone: str) -> dict[str, Any]:
    """Issue a one-use slip for a forgotten password, and take a lost second factor away."""
    person = commands.by_phone(phones.normal(phone))
    if person is None:
        raise Conflict("没有这个手机号的账号。请核对号码。")
    code = commands.issue_slip(person, actor_id=None)
    cleared = second_factor.clear(person, actor_id=None)
    db.session.commit()
    print(f"重设单号码：{code}（24 小时内用一次，在 /reset 填写）")
    if cleared:
        print("原来的动态验证码清除了，下次登录时重新设。")
    return {"slip": code, "second_factor_cleared": cleared}
