"""Word documents: typed text, numbers that Word writes itself, tables, underlined blanks."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from courses.formats import word
from courses.formats.bank import Bank


def saved(fill: Callable[[Any], None]) -> Bank:
    document, stream = Document(), BytesIO()
    fill(document)
    document.save(stream)
    return word.read(stream.getvalue(), "题.docx")


def test_typed_questions_are_read() -> None:
    def fill(document: Any) -> None:
        for line in ("一、单选题", "1、甲题（　）", "A．一　B．二", "答案：B", "二、判断题", "1、乙。（√）"):
            document.add_paragraph(line)

    bank = saved(fill)
    assert [(item.kind, item.key) for item in bank.items] == [("single", ("b",)), ("truefalse", ("true",))]
    assert not bank.problems


def test_numbers_that_word_writes_itself_are_seen() -> None:
    def fill(document: Any) -> None:
        for stem, key in (("甲题", "A"), ("乙题", "B")):
            document.add_paragraph(stem, style="List Number")
            for line in ("A. 一", "B. 二", f"答案：{key}"):
                document.add_paragraph(line)
        number = document.styles["List Number"].element.pPr.numPr.numId.val
        for paragraph in document.paragraphs:
            if paragraph.style.name == "List Number":
                _number(paragraph, number)

    assert [(item.stem, item.key) for item in saved(fill).items] == [("甲题", ("a",)), ("乙题", ("b",))]


def _number(paragraph: Any, number: int) -> None:
    properties = OxmlElement("w:numPr")
    for name, value in (("w:ilvl", 0), ("w:numId", number)):
        part = OxmlElement(name)
        part.set(qn("w:val"), str(value))
        properties.append(part)
    paragraph._p.get_or_add_pPr().append(properties)


def test_underlined_emptiness_is_a_blank() -> None:
    def fill(document: Any) -> None:
        paragraph = document.add_paragraph("1. 维权热线是")
        paragraph.add_run("      ").underline = True
        document.add_paragraph("答案：12338")

    (item,) = saved(fill).items
    assert (item.kind, item.stem, item.key) == ("text", "维权热线是____", ("12338",))


def test_a_list_by_its_style_alone_is_seen_too() -> None:
    def fill(document: Any) -> None:
        for stem in ("甲题", "乙题"):
            document.add_paragraph(stem, style="List Number")
            for line in ("A. 一", "B. 二", "答案：A"):
                document.add_paragraph(line)

    assert [item.stem for item in saved(fill).items] == ["甲题", "乙题"]
