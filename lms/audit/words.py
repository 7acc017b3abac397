"""The words of this room: states, and what each number means."""

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
