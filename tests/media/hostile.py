"""Documents nobody should send, made for tests."""

import io
import zipfile
from pathlib import Path

import docx
import pikepdf
import pptx
from PIL import Image

W = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def word(path: Path, text: str = "志愿服务") -> Path:
    made = docx.Document()
    made.add_heading("第一章", 1)
    made.add_paragraph(text)
    made.save(str(path))
    return path


def show(path: Path) -> Path:
    made = pptx.Presentation()
    for title in ("走访前", "走访时"):
        slide = made.slides.add_slide(made.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = "先敲门\n再问好"
    made.save(str(path))
    return path


def scans(path: Path, pages: int, size: tuple[int, int] = (620, 877)) -> Path:
    """A PDF of grey pictures without a word."""
    picture = Image.effect_noise(size, 40)
    picture.save(path, "PDF", save_all=True, append_images=[picture] * (pages - 1))
    return path


def locked(path: Path) -> Path:
    scans(path, 1)
    with pikepdf.open(path, allow_overwriting_input=True) as document:
        document.save(path, encryption=pikepdf.Encryption(owner="o", user="u"))
    return path


def rezipped(path: Path, changes: dict[str, bytes]) -> Path:
    """Replace or add entries of a zip."""
    with zipfile.ZipFile(path) as old:
        entries = {one: old.read(one) for one in old.namelist()} | changes
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in entries.items():
            new.writestr(name, content)
    return path


def with_macro(path: Path) -> Path:
    return rezipped(word(path), {"word/vbaProject.bin": b"\xd0\xcf\x11\xe0macro"})


def with_outside(path: Path, kind: str, target: str) -> Path:
    word(path)
    with zipfile.ZipFile(path) as packed:
        rels = packed.read("word/_rels/document.xml.rels").decode()
    extra = (
        f'<Relationship Id="rX" Type="{W}/{kind}" Target="{target}" TargetMode="External"/></Relationships>'
    )
    return rezipped(path, {"word/_rels/document.xml.rels": rels.replace("</Relationships>", extra).encode()})


def bomb(path: Path) -> Path:
    return rezipped(show(path), {"ppt/media/image9.bin": b"\0" * 250_000_000})


def small_bomb(path: Path) -> Path:
    return rezipped(show(path), {"ppt/slides/slide1.xml": b"<a>" + b" " * 30_000_000 + b"</a>"})


def polyglot(path: Path) -> Path:
    scans(path, 1)
    tail = io.BytesIO()
    with zipfile.ZipFile(tail, "w") as packed:
        packed.writestr("evil.html", "<script>alert(1)</script>")
    path.write_bytes(path.read_bytes() + tail.getvalue())
    return path


def zip_with_pdf_head(path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as packed:
        packed.writestr("a.txt", b"%PDF-1.4\n%%EOF")
    return path


def nothing(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def torn(path: Path) -> Path:
    word(path)
    path.write_bytes(path.read_bytes()[:-400])
    return path


def old_office(path: Path) -> Path:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000)
    return path


def program(path: Path) -> Path:
    path.write_bytes(b"\x7fELF" + bytes(range(256)) * 40)
    return path


def entities(path: Path) -> Path:
    rels = b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Relationships>&b;</Relationships>'
    return rezipped(word(path), {"word/_rels/document.xml.rels": rels})


BAD = [
    ("a.pdf", nothing, "空的"),
    ("a.pdf", locked, "密码"),
    ("a.pdf", polyglot, "同时是"),
    ("a.docx", zip_with_pdf_head, "同时是"),
    ("a.docx", with_macro, "宏"),
    ("a.docx", lambda path: with_outside(path, "attachedTemplate", "http://evil.test/a.dotm"), "别的地方"),
    ("a.docx", lambda path: with_outside(path, "image", "http://evil.test/a.png"), "别的地方"),
    ("a.docx", lambda path: with_outside(path, "oleObject", "file:///etc/passwd"), "别的地方"),
    ("a.docx", lambda path: with_outside(path, "hyperlink", "\\\\evil\\share"), "别的地方"),
    ("a.pptx", bomb, "太大"),
    ("a.pptx", small_bomb, "太大"),
    ("a.docx", torn, "打不开"),
    ("a.docx", old_office, "旧版"),
    ("a.docx", entities, "结构不对"),
    ("a.docx", lambda path: scans(path, 1), "内容却是 PDF"),
    ("a.pdf", word, "内容却是 DOCX"),
    ("a.md", program, "不像 MD"),
    ("a.md", word, "内容却是 DOCX"),
    ("a.pdf", program, "不像 PDF"),
    ("a.exe", program, "只能读"),
    ("noending", word, "只能读"),
]
"""(name, maker, a word of the sentence)."""
