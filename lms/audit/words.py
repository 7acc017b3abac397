"""The words of this room: states, what each number means, and devices."""

from flask_babel import lazy_gettext as _l

from courses.completion import How
from lms.audit.queries import State

STATES = {
    State.ALL: _l("全部"),
    State.UNFINISHED: _l("未学完"),
    State.NEW: _l("未开始"),
    State.LEARNING: _l("学习中"),
    State.DONE: _l("已学完"),
}
KINDS = {State.NEW: "plain", State.LEARNING: "attention", State.DONE: "ok"}
HOW = {
    How.READ: _l("读完"),
    How.WATCHED: _l("看视频"),
    How.HEARD: _l("听录音"),
    How.TEXT_VERSION: _l("文字版"),
    How.PASSED: _l("测验通过"),
    How.ATTENDED: _l("到场学习"),
    How.ACCEPTED: _l("作业通过"),
    How.ANSWERED: _l("交了问卷"),
    How.TESTED_OUT: _l("课前测验通过"),
    How.DECIDED: _l("单位核实"),
}
DEVICES = (
    ("MicroMessenger", _l("微信")),
    ("HarmonyOS", _l("鸿蒙手机")),
    ("Android", _l("安卓手机")),
    ("iPhone", _l("苹果手机")),
    ("iPad", _l("苹果平板")),
    ("Windows", _l("Windows 电脑")),
    ("Macintosh", _l("苹果电脑")),
    ("Linux", _l("Linux 电脑")),
)


def device(user_agent: str) -> str:
    """Return a device in words, from what the browser said of itself: 微信 · 安卓手机."""
    found = [str(words) for mark, words in DEVICES if mark in user_agent]
    return " · ".join(found[:2]) if "MicroMessenger" in user_agent else found[0] if found else "—"
