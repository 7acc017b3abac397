"""/styleguide: every component in its states, with the tokens and their contrast."""

from types import SimpleNamespace

from flask import Blueprint, render_template
from markupsafe import Markup

from lms.core.doors import public

bp = Blueprint("styleguide", __name__, template_folder="templates")

# (name, value, what it is for, contrast of its usual pair); tests/look/test_tokens.py computes them again.
COLOURS = (
    ("ink", "#1F1A1C", "正文", "17.2"),
    ("ink-2", "#574E51", "次要文字", "8.0"),
    ("ink-3", "#6B6165", "提示", "6.0"),
    ("line-strong", "#8A7F82", "控件边框", "3.9"),
    ("red", "#B3202C", "主要按钮", "6.7"),
    ("link", "#A01824", "链接", "7.9"),
    ("ok", "#1B6B3A", "已完成", "6.5"),
    ("warn", "#8A4B00", "注意", "6.8"),
    ("danger", "#A4161A", "有问题", "7.8"),
    ("info", "#175A8C", "说明", "7.3"),
    ("gold", "#7A5A12", "只用于证书", "6.4"),
)
SINGLE = SimpleNamespace(
    id="g1",
    picture="",
    kind="single",
    stem="第一次上门走访，应该先做什么？",
    options=(
        SimpleNamespace(id="a", text="问孩子的考试成绩"),
        SimpleNamespace(id="b", text="说清楚我是谁、为什么来"),
        SimpleNamespace(id="c", text="拍照发到工作群"),
        SimpleNamespace(id="d", text="请家长签字"),
    ),
)
TRUE_FALSE = SimpleNamespace(
    id="g2", picture="", kind="truefalse", stem="走访照片可以发到自己的朋友圈。", options=()
)
MULTIPLE = SimpleNamespace(
    id="g3",
    picture="",
    kind="multiple",
    stem="下面哪些事情要先问过本人？",
    options=(
        SimpleNamespace(id="a", text="给她拍照"),
        SimpleNamespace(id="b", text="把她的电话告诉别人"),
        SimpleNamespace(id="c", text="在她家门口打招呼"),
    ),
)
CERTIFICATE = SimpleNamespace(
    name="王秀英",
    course="认识巾帼志愿服务",
    hours_line="共 8 课 · 培训 6 学时",
    issuer="白沙县妇女联合会（样张）",
    date_line="2026年11月24日",
    number="样张-000000",
    qr_svg=Markup(""),
)
COLUMNS = ({"title": "单位"}, {"title": "应学", "num": True}, {"title": "学完", "num": True})
ROWS = (("白沙镇", "389", "160"), ("河东镇", "212", "171"), ("石桥镇", "305", "290"))


@bp.get("/styleguide")
@public
def styleguide() -> str:
    """Show the components; nothing here is read from the database."""
    return render_template(
        "home/styleguide.html",
        colours=COLOURS,
        single=SINGLE,
        truefalse=TRUE_FALSE,
        multiple=MULTIPLE,
        certificate_sample=CERTIFICATE,
        columns=COLUMNS,
        rows=ROWS,
    )
