"""The index: every quoted substring is found, nothing else is; a killed writer leaves it usable."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lms.search.asking import Term
from lms.search.engine import Kind, NotReady, Passage, Source
from lms.search.folding import fold, places
from lms.search.whoosh_reader import WhooshReader
from lms.search.whoosh_writer import WhooshWriter, sounds

ALPHABET = "妇女志愿服务急救，。 \n（）“”ABabＡ１12％é𠮷\u200b〇"
texts = st.lists(st.text(ALPHABET, max_size=40), min_size=1, max_size=6)


def passages(contents: list[str]) -> list[Passage]:
    return [
        Passage(Source(f"material:{n}", "1"), Kind.MATERIAL, "", text, "", n)
        for n, text in enumerate(contents)
    ]


def found(reader: WhooshReader, term: str, keys: set[str], *, exact: bool = True) -> set[int]:
    answer = reader.find([Term(term, exact)], keys, 1000)
    assert answer.total == len(answer.passages)
    return {one.n for one in answer.passages}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(contents=texts, data=st.data())
def test_a_quoted_substring_is_found_exactly_where_plain_search_finds_it(
    tmp_path: Path, contents: list[str], data: st.DataObject
) -> None:
    WhooshWriter(tmp_path).rebuild(passages(contents))
    reader = WhooshReader(tmp_path)
    text = data.draw(st.sampled_from(contents))
    start = data.draw(st.integers(0, len(text)))
    piece = fold(text[start : data.draw(st.integers(start, len(text)))])
    if piece:
        plain = {n for n, one in enumerate(contents) if piece in fold(one)}
        assert text[start:] is not None and plain
        assert found(reader, piece, {f"material:{n}" for n in range(len(contents))}) == plain


@given(text=st.text(ALPHABET, max_size=30), start=st.integers(0, 30), length=st.integers(1, 12))
def test_a_substring_folds_to_a_substring(text: str, start: int, length: int) -> None:
    assert fold(text[start : start + length]) in fold(text)


@given(text=st.text(ALPHABET, max_size=30), start=st.integers(0, 30), length=st.integers(1, 12))
def test_what_is_found_is_also_marked(text: str, start: int, length: int) -> None:
    text = text.replace("\u200b", "")
    piece = fold(text[start : start + length])
    if piece:
        assert places(text, [piece])


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("ＡＢＣ　１２３", "abc 123"),
        ("志愿\n服务", "志愿服务"),
        ("2024 年", "2024年"),
        ("使用 WeChat", "使用wechat"),
    ],
)
def test_width_case_and_breaks_inside_chinese_do_not_count(text: str, asked: str) -> None:
    assert asked in fold(text)


def test_a_full_stop_between_two_characters_keeps_them_apart(tmp_path: Path) -> None:
    WhooshWriter(tmp_path).rebuild(passages(["她很着急。救人要紧", "学急救"]))
    assert found(WhooshReader(tmp_path), "急救", {"material:0", "material:1"}) == {1}


def test_one_character_finds_every_passage_that_holds_it(tmp_path: Path) -> None:
    WhooshWriter(tmp_path).rebuild(passages(["学急救", "急", "着急。", "慢"]))
    assert found(WhooshReader(tmp_path), "急", {f"material:{n}" for n in range(4)}) == {0, 1, 2}


def test_a_long_unquoted_question_is_found_in_pieces_and_a_quoted_one_is_not(tmp_path: Path) -> None:
    WhooshWriter(tmp_path).rebuild(passages(["志愿者的培训课", "别的事情"]))
    reader = WhooshReader(tmp_path)
    assert found(reader, "志愿者培训课", {"material:0", "material:1"}, exact=False) == {0}
    assert found(reader, "志愿者培训课", {"material:0", "material:1"}) == set()
    assert reader.find([Term("志愿者培训课", False)], {"material:0"}, 5).loose


def test_sources_that_are_not_allowed_are_neither_found_nor_counted(tmp_path: Path) -> None:
    WhooshWriter(tmp_path).rebuild(passages(["急救一", "急救二"]))
    answer = WhooshReader(tmp_path).find([Term("急救", True)], {"material:1"}, 5)
    assert (answer.total, [one.n for one in answer.passages]) == (1, [1])


def test_a_title_ranks_before_a_text_that_says_it_once(tmp_path: Path) -> None:
    source = Source("course:1@1", "")
    both = [
        Passage(source, Kind.LESSON, "别的", "这里提一次急救。", n=1, heading="别的"),
        Passage(source, Kind.COURSE, "居家急救", "遇到急事。", n=2, heading="居家急救"),
    ]
    WhooshWriter(tmp_path).rebuild(both)
    answer = WhooshReader(tmp_path).find([Term("急救", False)], {source.key}, 5)
    assert [one.n for one in answer.passages] == [2, 1]


def test_titles_sound_as_they_are_typed() -> None:
    heard = sounds("居家急救（上）")
    assert {"jijiu", "jjjjs"} <= {one[: len("jijiu")] for one in heard}
    assert any(one.startswith("jjj") for one in heard)


def test_a_change_is_seen_by_a_reader_that_was_open_before(tmp_path: Path) -> None:
    writer, reader = WhooshWriter(tmp_path), WhooshReader(tmp_path)
    writer.rebuild(passages(["旧的文字"]))
    assert found(reader, "文字", {"material:0"}) == {0}
    writer.change(["material:0"], [Passage(Source("material:0", "2"), Kind.MATERIAL, "", "新写的", "", 7)])
    assert found(reader, "文字", {"material:0"}) == set()
    assert found(reader, "新写", {"material:0"}) == {7}
    writer.rebuild(passages(["重来"]))
    assert found(reader, "重来", {"material:0"}) == {0}
    assert len([one for one in tmp_path.iterdir() if one.is_dir()]) == 1


def test_an_index_of_another_format_or_a_broken_one_is_not_read(tmp_path: Path) -> None:
    reader = WhooshReader(tmp_path)
    assert reader.kept() is None
    WhooshWriter(tmp_path).rebuild(passages(["一二三"]))
    folder = tmp_path / (tmp_path / "CURRENT").read_text()
    for file in folder.iterdir():
        file.write_bytes(b"broken")
    assert WhooshReader(tmp_path).kept() is None
    with pytest.raises(NotReady):
        WhooshReader(tmp_path).find([Term("一二", True)], {"material:0"}, 5)
    (tmp_path / "CURRENT").write_text("v0-older")
    assert WhooshReader(tmp_path).kept() is None


WRITER = """
import sys
from pathlib import Path
from lms.search.engine import Kind, Passage, Source
from lms.search.whoosh_writer import WhooshWriter
writer, number = WhooshWriter(Path(sys.argv[1])), int(sys.argv[2])
while True:
    batch = [Passage(Source(f"material:{number}", "1"), Kind.MATERIAL, "", f"第{number}批急救{n}", "", n) for n in range(30)]
    writer.change([], batch)
    print(number, flush=True)
    number += 1
"""


@pytest.mark.kill
def test_a_killed_writer_leaves_whole_batches_and_loses_none_it_told_of(tmp_path: Path) -> None:
    WhooshWriter(tmp_path).rebuild([])
    told = 0
    for _ in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(told)],
            stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3],
        )  # fmt: skip
        assert process.stdout
        lines = [process.stdout.readline()]
        time.sleep(random.uniform(0.0, 0.25))
        os.kill(process.pid, signal.SIGKILL)
        lines += process.stdout.readlines()
        process.wait()
        process.stdout.close()
        told = max(int(line) for line in lines if line.strip()) + 1
        kept = WhooshReader(tmp_path).kept()
        assert kept is not None and told <= len(kept) <= told + 1
        answer = WhooshReader(tmp_path).find([Term("急救", True)], set(kept), 10)
        assert answer.total == 30 * len(kept)
        told = len(kept)
