"""Sentences that are not marked for translation reach her in English."""

import pytest
from flask.testing import FlaskClient

from lms.core.sentences import in_english


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("请填写手机号。", "Please fill in your mobile number."),
        ("手机号应该是 11 位，您填了 5 位。", "A mobile number has 11 digits; you filled in 5."),
        ("看了 97%。", "97% watched."),
        ("3分10秒到4分05秒还没看，点这里补看。", "Not watched yet: 3 min 10 s to 4 min 05 s. Tap here to go there."),
        ("还差 2 课没学完，学完就能考试。", "2 more to complete, then the quiz opens."),
        ("《走访》：录音还没听。听到 90% 就算学完。", "'走访': The recording has not been heard yet. It counts as completed once 90% is heard."),
        ("《走访》的文字版有一页是空的。", "'走访': one page of the text version is empty."),
    ],
)  # fmt: skip
def test_a_sentence_and_what_stands_in_its_gaps(chinese: str, english: str) -> None:
    assert in_english(chinese) == english


def test_what_people_wrote_stays_as_it_is() -> None:
    assert in_english("我那天中途去接孩子。") == "我那天中途去接孩子。"


def test_errors_follow_the_language_of_the_page(client: FlaskClient) -> None:
    assert "没有找到这份资料" in client.get("/materials/999").text
    client.set_cookie("lang", "en")
    page = client.get("/materials/999")
    assert page.status_code == 404 and "This material was not found." in page.text
