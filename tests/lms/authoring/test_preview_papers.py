"""Papers and check questions in the preview: pictures, rows to order and the result look as her learners see them."""

from collections.abc import Sequence

from courses.items import Item, ItemKind, Option, Region, Shape, codec
from lms.extensions import db
from tests.lms.authoring.conftest import Studio

ORDER = Item("o", ItemKind.ORDER, "排一排", (Option("a", "甲"), Option("b", "乙")), ("b", "a"), "", "")
SPOT = Item(
    "s", ItemKind.HOTSPOT, "点一点", (), ("r1",), "", "", picture=f"/pictures/{'0' * 40}-640x480", alt="一间厨房",
    regions=(Region("r1", "灶台", Shape.RECT, (5, 5, 20, 20)), Region("r2", "窗台", Shape.CIRCLE, (60, 60, 9))),
)  # fmt: skip


def hold(studio: Studio, kind: str, name: str, items: Sequence[Item], **more: object) -> str:
    """Give a lesson of the draft these questions; returns where its preview is."""
    row = studio.lesson(kind)
    row.body = row.body | {name: [codec.to_json(one) for one in items], **more}
    db.session.commit()
    return f"/teach/c/{studio.draft.id}/preview/{row.position}"


def test_a_paper_in_the_preview_shows_the_picture_and_its_result_both_areas(studio: Studio) -> None:
    where = hold(studio, "quiz", "items", (SPOT, ORDER))
    asked = studio.browser.get(f"{where}/paper").get_data(as_text=True)
    assert 'alt="一间厨房"' in asked and 'data-region="r2"' in asked and "data-move" in asked
    missed = studio.post(f"{where}/paper", **{"item-s": "r2", "item-o": ["b", "a"]}).get_data(as_text=True)
    assert "<h1>50 分</h1>" in missed and "您选的：2 窗台" in missed
    passed = studio.post(f"{where}/paper", **{"item-s": "r1", "item-o": ["b", "a"]}).get_data(as_text=True)
    assert "<h1>100 分</h1>" in passed


def test_check_questions_in_the_preview_show_pictures_and_rows(studio: Studio) -> None:
    pages = [{"markdown": "一页。", "min_seconds": 1}]
    where = hold(studio, "video", "checks", (SPOT, ORDER), pages=pages)
    asked = studio.browser.get(f"{where}/text/2").get_data(as_text=True)
    assert 'alt="一间厨房"' in asked and "data-move" in asked and "js/kinds.js" in asked
    wrong = studio.post(f"{where}/text/2", **{"item-s": "r2", "item-o": ["b", "a"]}).get_data(as_text=True)
    assert "有 1 题还不对" in wrong
