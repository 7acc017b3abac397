"""Words out of documents."""

from pathlib import Path

import docx
import pptx
import pytest
from weasyprint import HTML

from media import documents
from media.errors import MediaError


def test_each_page_of_a_pdf_is_read(tmp_path: Path) -> None:
    HTML(string="<p>one</p><p style='break-before:page'>two</p>").write_pdf(tmp_path / "a.pdf")
    assert [(one.n, one.text) for one in documents.pages(tmp_path / "a.pdf")] == [(1, "one"), (2, "two")]


def test_word_and_powerpoint_are_read(tmp_path: Path) -> None:
    word = docx.Document()
    word.add_paragraph("志愿服务")
    word.save(str(tmp_path / "a.docx"))
    show = pptx.Presentation()
    show.slides.add_slide(show.slide_layouts[5]).shapes.title.text = "第一页"
    show.save(str(tmp_path / "a.pptx"))
    assert documents.pages(tmp_path / "a.docx")[0].text == "志愿服务"
    assert documents.pages(tmp_path / "a.pptx")[0].text == "第一页"


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.pptx", "a.exe", "a.md"])
def test_a_broken_or_unknown_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\xff\xfe not a document")
    with pytest.raises(MediaError):
        documents.pages(tmp_path / name)
