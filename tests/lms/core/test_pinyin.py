"""Names found by the letters people type."""

import pytest

from lms.core import pinyin
from scripts import pinyin_table


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("wangxiuying", "王秀英"),
        ("Wang Xiuying", "王秀英"),
        ("wxy", "王秀英"),
        ("wangxy", "王秀英"),
        ("wangxiuy", "王秀英"),
        ("xiuying", "王秀英"),
        ("zengguilan", "曾桂兰"),
        ("xi'an", "李西安"),
        ("lvl", "吕丽"),
    ],
)
def test_letters_find_a_name_whole_by_initials_or_half_typed(typed: str, name: str) -> None:
    assert pinyin.looks_like(typed)
    assert pinyin.matches(typed, name)


@pytest.mark.parametrize("typed", ["wangxiuyingx", "lixiuying", "yxw", "", "1", "王"])
def test_other_letters_do_not(typed: str) -> None:
    assert not pinyin.matches(typed, "王秀英")


def test_a_phone_number_or_characters_are_not_taken_for_letters() -> None:
    assert not pinyin.looks_like("13800000001")
    assert not pinyin.looks_like("王x")


def test_the_table_is_what_its_script_makes() -> None:
    assert pinyin.TABLE.read_text("utf-8") == pinyin_table.table()
