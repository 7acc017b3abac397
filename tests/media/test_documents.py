"""Words and pictures out of documents; what is dangerous or broken is refused with a sentence."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import docx
import pptx
import pytest
from PIL import Image
from weasyprint import HTML

from media import apart, documents
from media.errors import MediaError
from tests.media import hostile, papers

ROOT = Path(__file__).parents[2]


def test_each_page_of_a_pdf_is_read(tmp_path: Path) -> None:
    HTML(string="<p>one</p><p style='break-before:page'>two</p>").write_pdf(tmp_path / "a.pdf")
    assert [(one.n, one.text) for one in documents.pages(tmp_path / "a.pdf")] == [(1, "one"), (2, "two")]


def test_word_is_read_in_its_order_with_its_tables(tmp_path: Path) -> None:
    word = docx.Document()
    word.add_paragraph("先")
    word.add_table(1, 2).rows[0].cells[1].text = "中"
    word.add_paragraph("后")
    word.add_page_break()
    word.add_paragraph("另一页")
    word.save(str(tmp_path / "a.docx"))
    assert [one.text for one in documents.pages(tmp_path / "a.docx")] == ["先\n中\n后", "另一页"]


LONG_CELL = [
    f"第 {n} 条：进门以前先敲门，坐下以后先问好，走的时候约好下一次，回来以后记一笔。" for n in range(150)
]


def test_a_word_file_laid_out_in_one_large_cell_is_cut_into_pages(tmp_path: Path) -> None:
    word = docx.Document()
    word.add_table(1, 1).rows[0].cells[0].text = "\n".join(LONG_CELL)
    word.save(str(tmp_path / "a.docx"))
    drawn = apart.draw(tmp_path / "a.docx", "a.docx", tmp_path)
    assert [line for one in drawn for line in one["text"].split("\n")] == LONG_CELL
    assert max(len(one["text"]) for one in drawn) <= documents.FULL_PAGE + documents.MOST_LINES
    assert max(one["height"] for one in drawn) < 10_000


@pytest.mark.parametrize("as_table", [False, True], ids=["paragraphs", "cell"])
def test_a_list_of_very_short_lines_is_cut_into_pages(tmp_path: Path, as_table: bool) -> None:
    word, names = docx.Document(), [f"李{n}" for n in range(500)]
    if as_table:
        word.add_table(1, 1).rows[0].cells[0].text = "\n".join(names)
    for name in [] if as_table else names:
        word.add_paragraph(name)
    word.save(str(tmp_path / "a.docx"))
    drawn = apart.draw(tmp_path / "a.docx", "a.docx", tmp_path)
    assert [line for one in drawn for line in one["text"].split("\n")] == names
    assert max(one["height"] for one in drawn) < 10_000


def test_of_a_page_only_as_many_words_are_kept_as_anyone_could_read(tmp_path: Path) -> None:
    (page,) = documents.pages(papers.crowded(tmp_path / "a.pdf"))
    assert documents.MOST_WORDS * 0.9 < len(page.text) <= documents.MOST_WORDS
    (drawn,) = apart.draw(tmp_path / "a.pdf", "a.pdf", tmp_path)
    assert drawn["text"] == page.text
    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[5])
    slide.shapes.title.text = "字" * 30_000
    show.save(str(tmp_path / "b.pptx"))
    (page,) = documents.pages(tmp_path / "b.pptx")
    assert len(page.text) == documents.MOST_WORDS


def test_each_slide_is_a_page(tmp_path: Path) -> None:
    found = documents.pages(hostile.show(tmp_path / "a.pptx"))
    assert [one.text for one in found] == ["走访前\n先敲门\n再问好", "走访时\n先敲门\n再问好"]


def test_markdown_is_read_as_its_reader_sees_it_and_cut_into_pages(tmp_path: Path) -> None:
    text = "# 标题\n\n**志愿**服务 [链接](http://x.test)\n\n" + ("一段话。" * 200 + "\n\n## 小标题\n\n") * 3
    (tmp_path / "a.md").write_text(text, "utf-8")
    found = documents.pages(tmp_path / "a.md")
    assert found[0].text.startswith("标题\n志愿服务 链接\n")
    assert len(found) > 2
    assert sum(one.text.count("一段话。") for one in found) == 600
    (tmp_path / "b.md").write_bytes("走访".encode("gb18030"))
    assert documents.pages(tmp_path / "b.md")[0].text == "走访"


@pytest.mark.parametrize(("name", "make", "word"), hostile.BAD)
def test_what_cannot_be_used_is_refused_with_a_sentence(
    tmp_path: Path, name: str, make: Callable[[Path], Path], word: str
) -> None:
    make(tmp_path / name)
    with pytest.raises(MediaError, match=word):
        documents.pages(tmp_path / name)


def test_a_plain_link_to_a_web_page_may_stay(tmp_path: Path) -> None:
    path = hostile.with_outside(tmp_path / "a.docx", "hyperlink", "https://www.gov.cn/")
    assert "志愿服务" in documents.pages(path)[0].text


def test_pages_of_words_are_drawn_as_high_as_they_need(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# 标题\n\n- 一\n- 二\n\n| 甲 | 乙 |\n|---|---|\n| 1 | 2 |\n", "utf-8")
    (drawn,) = apart.draw(tmp_path / "a.md", "a.md", tmp_path)
    with Image.open(tmp_path / drawn["file"]) as picture:
        assert picture.size == (drawn["width"], drawn["height"])
        assert 200 < picture.height < 1000
        assert len(picture.getcolors() or []) > 2
    assert "标题" in drawn["text"]


def test_two_hundred_scanned_pages_are_drawn_in_bounded_time_and_have_no_words(tmp_path: Path) -> None:
    hostile.scans(tmp_path / "a.pdf", 200)
    begun = time.monotonic()
    drawn = apart.draw(tmp_path / "a.pdf", "a.pdf", tmp_path)
    assert len(drawn) == 200
    assert not any(one["text"] for one in drawn)
    assert time.monotonic() - begun < 240
    assert sum((tmp_path / one["file"]).stat().st_size for one in drawn) / 200 < 700_000


def test_a_page_of_an_enormous_size_is_drawn_small(tmp_path: Path) -> None:
    HTML(string="<style>@page{size:200px 14000px}</style><p>高</p>").write_pdf(tmp_path / "a.pdf")
    (drawn,) = apart.draw(tmp_path / "a.pdf", "a.pdf", tmp_path)
    assert drawn["height"] <= 4001


def test_a_file_that_needs_too_much_memory_ends_its_own_process_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile.scans(tmp_path / "a.pdf", 1)
    monkeypatch.setattr(apart, "DRAW_SECONDS", 0.01)
    with pytest.raises(MediaError, match="太复杂"):
        apart.draw(tmp_path / "a.pdf", "a.pdf", tmp_path)


def run(*words: str) -> tuple[int, dict[str, object]]:
    done = subprocess.run(
        [sys.executable, "-m", "media", *words, "--json"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


def test_the_command_tells_the_pages_and_its_exit_code(tmp_path: Path) -> None:
    code, answer = run("text", str(hostile.show(tmp_path / "a.pptx")))
    assert (code, answer["ok"]) == (0, True)
    assert answer["pages"][1] == {"n": 2, "text": "走访时\n先敲门\n再问好"}  # type: ignore[index]
    code, answer = run("text", str(hostile.locked(tmp_path / "b.pdf")))
    assert (code, answer["ok"]) == (1, False)
    assert "密码" in answer["problems"][0]["message"]  # type: ignore[index]
    assert (
        subprocess.run([sys.executable, "-m", "media", "text"], cwd=ROOT, capture_output=True).returncode == 2
    )
