"""A course with one quiz for each kind of item, with pictures, for the journeys that answer them."""

import json
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

OPTIONS = [{"id": "a", "text": "先敲门"}, {"id": "b", "text": "再说明来意"}, {"id": "c", "text": "最后道别"}]
ITEMS: dict[str, dict[str, Any]] = {
    "single": {"stem": "看图，屋里有什么？\n\n![一间有灶台的厨房](img/room.png)", "options": OPTIONS, "key": ["b"]},
    "multiple": {"stem": "哪两件事要做？", "options": [*OPTIONS[:2], {"id": "c", "text": "看图 ![一扇窗](img/room.png)"}],
                 "key": ["a", "b"]},
    "truefalse": {"stem": "进门以前先敲门。", "key": [True]},
    "text": {"stem": "志愿服务要出于什么？", "key": ["自愿"]},
    "number": {"stem": "三天是多少小时？", "key": {"value": 72, "tolerance": 0}, "unit": "小时"},
    "cloze": {"stem": "服务要[[1]]，一年至少[[2]]小时。", "key": [["自愿"], {"value": 15, "tolerance": 0}],
              "choices": [["自愿", "强制"], []]},
    "order": {"stem": "按先后排好。", "options": OPTIONS, "key": ["c", "a", "b"]},
    "match": {"stem": "各找各的。", "left": [{"id": "l1", "text": "着火"}, {"id": "l2", "text": "急病"}],
              "right": [{"id": "r1", "text": "120"}, {"id": "r2", "text": "119"}, {"id": "r3", "text": "110"}],
              "key": [["l1", "r2"], ["l2", "r1"]]},
    "hotspot": {"stem": "火最容易从哪里起？", "picture": "img/room.png", "alt": "一间厨房，左边灶台，右上方是窗",
                "key": ["r1"], "regions": [
                    {"id": "r1", "label": "灶台", "shape": "rect", "at": [5, 50, 35, 40]},
                    {"id": "r2", "label": "窗台", "shape": "circle", "at": [75, 25, 12]},
                    {"id": "r3", "label": "门口", "shape": "rect", "at": [65, 60, 25, 35]}]},
    "essay": {"stem": "上门遇到她不想说话，怎么办？", "rubric": [{"id": "r", "text": "说到尊重", "points": 4}]},
    "case": {"stem": "王阿姨七十二岁，一个人住。", "items": [
        {"id": "case-a", "kind": "single", "stem": "先做什么？", "options": OPTIONS, "key": ["a"], "explanation": "", "lesson": ""},
        {"id": "case-b", "kind": "number", "stem": "她多少岁？", "key": {"value": 72, "tolerance": 0}, "explanation": "", "lesson": ""}]},
}  # fmt: skip
KINDS = tuple(ITEMS)
ITEMS["two"] = {**ITEMS["hotspot"], "kind": "hotspot", "stem": "哪两处要看住？", "key": ["r1", "r3"]}
"""Not a kind of its own: two places of one picture."""


def number_of(kind: str) -> int:
    """Return which lesson asks this."""
    return tuple(ITEMS).index(kind) + 1


def write(folder: Path) -> Path:
    """Write the package and return its folder."""
    (folder / "img").mkdir(parents=True)
    room = Image.new("RGB", (640, 480), "#d8c7a8")
    draw = ImageDraw.Draw(room)
    draw.rectangle((32, 240, 256, 432), fill="#555555")
    draw.ellipse((403, 43, 557, 197), fill="#88bbee")
    draw.rectangle((416, 288, 576, 456), fill="#775533")
    room.save(folder / "img/room.png")
    lessons = []
    for kind, fields in ITEMS.items():
        whole = {"id": f"i-{kind}", "kind": kind, "explanation": "书上写了。", "lesson": "", **fields}
        (folder / f"{kind}.json").write_text(json.dumps({"items": [whole]}), "utf-8")
        lessons.append(
            {"id": f"p-{kind}", "kind": "quiz", "title": f"题型 {kind}", "minutes": 1, "items": f"{kind}.json",
             "pass_mark": 100, "tries": None}
        )  # fmt: skip
    course = {
        "format": 1, "slug": "kinds", "title": "各种题型", "summary": "一课一题。", "tier": "intro",
        "category": "general", "hours": 1, "modules": [{"id": "m", "title": "全部", "lessons": lessons}],
    }  # fmt: skip
    (folder / "course.json").write_text(json.dumps(course), "utf-8")
    return folder
