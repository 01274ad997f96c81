"""The price of layout: printing a document, against drawing its strings and table cells on a bare reportlab canvas."""

import time
from collections.abc import Callable
from io import BytesIO
from typing import NamedTuple
from unittest.mock import patch

from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.textobject import PDFTextObject

from licensetrack.reports.document import Document
from licensetrack.reports.fonts import font_book
from licensetrack.reports.pdf import render_pdf

LIMIT = 3.0
_ROUNDS = 7
_LINE = 14
_TOP, _BOTTOM = 800, 60


class Drawn(NamedTuple):
    """A string as the PDF holds it: font name, size in points, text."""

    font: str
    size: float
    text: str


def strings_of(document: Document) -> list[Drawn]:
    """Every string that the document's PDF draws, in order: lines of text, table cells, chart labels, page numbers."""
    drawn: list[Drawn] = []
    write = PDFTextObject.textOut

    def record(self: PDFTextObject, text: str) -> None:
        drawn.append(Drawn(self._fontname, self._fontsize, text))
        write(self, text)

    with patch.object(PDFTextObject, "textOut", record):
        render_pdf(document)
    return drawn


def draw_bare(strings: list[Drawn]) -> bytes:
    """The same strings with the same fonts, one below the other."""
    output = BytesIO()
    canvas = Canvas(output, invariant=1, pageCompression=1, initialFontName=strings[0].font)
    y = _TOP
    for font, size, text in strings:
        canvas.setFont(font, size)
        canvas.drawString(_BOTTOM, y, text)
        y -= _LINE
        if y < _BOTTOM:
            canvas.showPage()
            y = _TOP
    canvas.save()
    return output.getvalue()


def measure(document: Document) -> tuple[float, float]:
    """CPU seconds of the bare canvas and of the whole report, the best of seven rounds taken in turn, fonts open."""
    font_book()
    strings = strings_of(document)
    bare, whole = [], []
    for _ in range(_ROUNDS):
        bare.append(_seconds(lambda: draw_bare(strings)))
        whole.append(_seconds(lambda: render_pdf(document)))
    return min(bare), min(whole)


def _seconds(act: Callable[[], object]) -> float:
    start = time.process_time()
    act()
    return time.process_time() - start
