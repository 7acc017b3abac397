"""The demo trainer's course in the making: two lessons written, a video still missing."""

from sqlalchemy import func, select

from courses.items import Item, ItemKind, Option
from courses.model import QuizBody, TextBody
from lms.accounts.models import Person
from lms.authoring import commands, documents
from lms.authoring.models import Draft
from lms.extensions import db
from lms.federations.models import Unit

TEXT = """## 登记本放在哪里

白沙镇的活动室有一个蓝色登记本，挂在进门的墙上。谁去走访，先在本子上写三样：去哪一家、几点走、几点回。

## 回来以后写什么

只写看到的事，不写猜的事。“灶台凉的，老人说中午没吃”可以写，“儿女不孝顺”不要写。写完签上两个人的名字。

## 本子给谁看

只给队长和一起去的人看。别人问起，就说：“这是人家的事，我不好说。”
"""
QUESTIONS = (
    ("走访回来，哪一句适合写进登记本？", ("儿女不孝顺", "灶台凉的，老人说中午没吃", "这家人脾气怪"), "b", "只写看到的、听到的，不写猜的。"),
    ("出发以前，登记本上要写哪一样？", ("几点走、几点回", "带了多少钱", "老人的病名"), "a", "去哪一家、几点走、几点回，写清楚，队里好放心。"),
)  # fmt: skip


def load(trainer: Person, unit: Unit) -> None:
    """Write the draft once, by the commands a trainer's forms use; commits."""
    if db.session.scalar(select(func.count()).select_from(Draft)):
        return
    draft = commands.create(
        "白沙县走访登记小课", "十分钟学会填走访登记本：写什么，不写什么，给谁看。", unit_id=unit.id, actor_id=trainer.id
    )  # fmt: skip
    for kind, title, body in (
        ("text", "登记本怎么填", TextBody(TEXT, 30)),
        ("video", "看一次真的走访", None),
        ("quiz", "两道小题", QuizBody(tuple(_item(n) for n in range(len(QUESTIONS))), 80, None, False)),
    ):
        row = commands.add_lesson(draft, kind, actor_id=trainer.id)
        values = {"title": title} | ({"body": documents.body_json(body)} if body else {})
        commands.save_lesson(row, actor_id=trainer.id, **values)
    db.session.commit()


def _item(number: int) -> Item:
    stem, options, key, why = QUESTIONS[number]
    choices = tuple(Option("abc"[place], text) for place, text in enumerate(options))
    return Item(f"q{number + 1}", ItemKind.SINGLE, stem, choices, (key,), why, "")
