"""PDFs made for tests: real ones with words, and what nobody should send as a document."""

from pathlib import Path

import pikepdf
from weasyprint import HTML

from tests.media import hostile

SAID = ("第一页：进门以前先敲门。", "第二页：坐下以后先问好。", "第三页：走时约好下次。")


def sheets(path: Path, said: tuple[str, ...] = SAID) -> Path:
    """A PDF of a page for each sentence."""
    pages = "".join(f"<p style='page-break-after:always;font:30px sans-serif'>{one}</p>" for one in said)
    HTML(string=f"<style>@page {{ size: A5 }}</style>{pages}").write_pdf(path)
    return path


def thick(path: Path, pages: int = 2_000) -> Path:
    """A PDF of very many empty pages."""
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page(page_size=(200, 300))
        document.save(path)
    return path


def crowded(path: Path, lines: int = 1_500) -> Path:
    """A small PDF whose page says far more than anyone can see of it: lines that lie one upon another."""
    said = "".join(
        f"1 0 0 1 5 {5 + n % 280}.{n:04d} Tm (word word word word word {n}) Tj\n" for n in range(lines)
    )
    with pikepdf.new() as document:
        page = document.add_blank_page(page_size=(200, 300))
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
        page.Contents = document.make_stream(f"BT /F 4 Tf\n{said}ET".encode())
        document.save(path)
    return path


def torn(path: Path) -> Path:
    """A PDF of which the second half never came."""
    whole = hostile.scans(path, 3).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def bomb(path: Path) -> Path:
    """A small PDF whose page draws ten times what draws ten times … : ten thousand million strokes."""
    with pikepdf.new() as document:
        page = document.add_blank_page(page_size=(200, 300))
        inner = _form(document, b"0 0 m 200 300 l S\n" * 10, pikepdf.Dictionary())
        for _ in range(9):
            inner = _form(document, b"/P Do\n" * 10, pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=inner)))
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=inner))
        page.Contents = document.make_stream(b"/P Do")
        document.save(path)
    return path


def _form(document: pikepdf.Pdf, content: bytes, resources: pikepdf.Dictionary) -> pikepdf.Object:
    form = document.make_stream(content)
    form.Type, form.Subtype, form.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, [0, 0, 200, 300]
    form.Resources = resources
    return form


def words(path: Path) -> Path:
    """A text."""
    path.write_text("这只是一段文字。", "utf-8")
    return path


BAD = [
    ("a.pdf", words, "不像 PDF"),
    ("a.pdf", hostile.locked, "密码"),
    ("a.pdf", torn, "打不开"),
    ("a.pdf", thick, "2000 页，最多 500 页"),
    ("a.pdf", hostile.polyglot, "同时是"),
    ("a.docx", hostile.with_macro, "宏"),
    ("a.exe", hostile.program, "只能读"),
]
"""(name, maker, a word of the sentence): refused at the door."""
