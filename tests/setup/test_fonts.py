"""The character list of the cut fonts, read from Debian's unicode-data."""

from scripts.cut_fonts import STANDARD_CHARACTERS, _standard_list, characters


def test_the_standard_list_is_whole_and_has_the_rare_characters_of_names() -> None:
    standard = frozenset(_standard_list())
    assert len(standard) == STANDARD_CHARACTERS
    assert {ord(sign) for sign in "喆堃玥㛃䶮"} <= standard


def test_punctuation_figures_and_gb2312_are_kept_beside_the_standard_list() -> None:
    kept = characters()
    assert {ord(sign) for sign in "，。《》“”—…·０９Aéα①℃■"} <= kept
    assert {ord(sign) for sign in "甯癒"} & kept
