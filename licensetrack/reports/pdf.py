"""Prints a document as PDF in the layout of GB/T 9704-2012; the same document gives the same bytes."""

from __future__ import annotations

import zlib
from datetime import UTC
from io import BytesIO
from typing import Any

from reportlab import rl_config
from reportlab.lib.utils import TimeStamp
from reportlab.pdfbase.pdfdoc import PDFArray, PDFName, PDFStream
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Spacer,
)

from licensetrack.reports import styles
from licensetrack.reports.document import (
    AnnexTitle,
    Block,
    ChartBlock,
    Document,
    Form,
    Heading,
    Paragraph,
    Properties,
    Section,
    Signature,
    Table,
)
from licensetrack.reports.document import PageBreak as PageBreakBlock
from licensetrack.reports.fonts import FontBook, Purpose, font_book
from licensetrack.reports.numbers import printable
from licensetrack.reports.pdf_blocks import Bookmark, ChartFlow, TextFlow
from licensetrack.reports.pdf_cells import CellType
from licensetrack.reports.pdf_form import FormFlow, FormGrid
from licensetrack.reports.pdf_table import TableFlow
from licensetrack.reports.styles import LANDSCAPE, MM, PORTRAIT, Page

_PAGES = {"portrait": PORTRAIT, "landscape": LANDSCAPE}
_CELL_LEADING = 1.36
_PROGRAM = "licensetrack"

rl_config.useA85 = 0  # pages as plain bytes: a fifth smaller than as text


def render_pdf(document: Document, fonts: FontBook | None = None) -> bytes:
    """The PDF: A4, every font embedded, vector charts, bookmarks, dated with the document's own instant.

    Raises fonts.FontsMissing if no Chinese font is at hand.
    """
    book = fonts or font_book()
    output = BytesIO()
    template = BaseDocTemplate(
        output,
        pagesize=(PORTRAIT.width * MM, PORTRAIT.height * MM),
        title=document.title.replace("\n", ""),
        author=document.properties.author,
        subject=document.properties.subject,
        keywords=[document.properties.keywords],
        creator=_PROGRAM,
        producer=_PROGRAM,
        lang="zh-CN",
        invariant=1,
        pageCompression=1,
        initialFontName=book[Purpose.BODY].names[0],
        initialFontSize=styles.SIZE_3,
    )
    pages = [_page_template(name, page, book) for name, page in _PAGES.items()]
    template.addPageTemplates(pages[::-1] if document.landscape else pages)  # a document begins on the first of them
    template.build(_Printer(document, book).flowables(), canvasmaker=_canvas_maker(document.properties))
    return output.getvalue()


class _PackedCanvas(Canvas):
    """A canvas that packs each page as soon as it is full: a long annex then takes little more than its file."""

    def showPage(self) -> None:  # noqa: N802 - reportlab's name
        """Ends the page."""
        super().showPage()
        page = self._doc.Pages.pages[-1]  # type: ignore[attr-defined]
        stream = PDFStream(content=zlib.compress(page.stream.encode()))
        stream.dictionary["Filter"] = PDFArray([PDFName("FlateDecode")])
        page.Contents, page.stream = stream, None


def _canvas_maker(properties: Properties) -> Any:
    """Canvases whose file is dated with the sign-off instead of the hour of printing."""

    class SignOff(TimeStamp):
        def __init__(self) -> None:
            moment = properties.created.astimezone(UTC)
            self.t = moment.timestamp()
            self.lt = moment.timetuple()
            self.YMDhms = tuple(self.lt)[:6]
            self.dhh, self.dmm, self.tzname = 0, 0, "UTC"

    def make(*args: Any, **kwargs: Any) -> Any:
        canvas: Any = _PackedCanvas(*args, **kwargs)
        canvas._doc._timeStamp = SignOff()
        canvas.setProducer(_PROGRAM)
        canvas.showOutline()
        return canvas

    return make


def _page_template(name: str, page: Page, book: FontBook) -> PageTemplate:
    frame = Frame(
        page.left * MM,
        page.bottom * MM,
        page.text_width,
        page.text_height,
        leftPadding=0,
        rightPadding=0,
        topPadding=0,
        bottomPadding=0,
    )

    def number_page(canvas: Any, template: BaseDocTemplate) -> None:
        """— 1 — in 4号 below the type area, one character in from the outer edge: odd pages right, even pages
        left.
        """
        chain, size = book[Purpose.BODY], styles.SIZE_4
        text = f"— {template.page} —"
        x = (
            (page.left * MM + size)
            if template.page % 2 == 0
            else (page.width - page.right) * MM - size - chain.width(text, size)
        )
        canvas.setFont(chain.names[0], size)
        canvas.drawString(x, page.bottom * MM - 7 * MM - size * 0.88, text)

    return PageTemplate(name, [frame], onPage=number_page, pagesize=(page.width * MM, page.height * MM))


class _Printer:
    """Turns blocks into flowables, keeping headings with what they head."""

    def __init__(self, document: Document, book: FontBook) -> None:
        self._document, self._book = document, book
        self._landscape = document.landscape
        self._flow: list[Flowable] = []
        self._waiting: list[Flowable] = []  # headings and captions until their content is known
        self._bookmarks = 0
        self._level = -1

    def flowables(self) -> list[Flowable]:
        """The whole document."""
        self._add(self._text(self._document.title, styles.TITLE))
        if self._document.subtitle:
            self._add(self._text(self._document.subtitle, styles.SUBTITLE))
        self._add(Spacer(1, styles.LINE_PITCH))
        for block in self._document.blocks:
            self._block(block)
        self._flush(0)
        return self._flow

    def _block(self, block: Block) -> None:
        match block:
            case Heading():
                self._bookmark(block)
                self._waiting.append(self._text(block.text, styles.heading_style(block)))
            case Paragraph():
                text = self._text(block.text, styles.paragraph_style(block))
                self._waiting.append(text) if block.keep else self._add(text)
            case Table():
                self._table(block)
            case Form():
                self._caption(block.caption, block.unit)
                kind = self._cells(len(block.widths))
                self._add(FormFlow(FormGrid(block, self._page, kind)))
                self._note(block.note)
            case ChartBlock():
                self._add(ChartFlow(block.chart, self._page.text_width, self._book))
                if block.caption:
                    self._add(self._text(block.caption, styles.CHART_CAPTION))
            case PageBreakBlock():
                self._flush(0)
                self._add(PageBreak())
            case Section():
                self._section(block)
            case AnnexTitle():
                self._bookmark(block)
                self._waiting.append(self._text(block.number, styles.ANNEX_NUMBER))
                self._waiting.append(self._text(block.title, styles.ANNEX_TITLE))
            case Signature():
                height = len(block.lines) * styles.LINE_PITCH
                self._flush(height + styles.LINE_PITCH)
                self._flow += [Spacer(1, styles.LINE_PITCH), CondPageBreak(height)]
                for line in block.lines:
                    self._add(self._text(line, styles.SIGNATURE))

    @property
    def _page(self) -> Page:
        return LANDSCAPE if self._landscape else PORTRAIT

    def _cells(self, columns: int) -> CellType:
        size = styles.table_size(columns, self._landscape)
        return CellType(self._book, size, size * _CELL_LEADING)

    def _table(self, table: Table) -> None:
        self._caption(table.caption, table.unit)
        self._add(TableFlow(table, self._page, self._cells(len(table.columns))))
        self._note(table.note)

    def _caption(self, caption: str, unit: str) -> None:
        if caption:
            self._waiting.append(self._text(caption, styles.CAPTION))
        if unit:
            self._waiting.append(self._text(unit, styles.UNIT))

    def _note(self, note: str) -> None:
        self._add(self._text(note, styles.NOTE) if note else Spacer(1, 10))

    def _section(self, section: Section) -> None:
        self._flush(0)
        self._landscape = section.landscape
        self._flow += [NextPageTemplate("landscape" if section.landscape else "portrait"), PageBreak()]

    def _text(self, text: str, style: styles.TextStyle) -> TextFlow:
        return TextFlow(printable(text), style, self._book)

    def _bookmark(self, block: Heading | AnnexTitle) -> None:
        """Levels may go down by one step at a time only."""
        self._level = min(styles.bookmark_level(block), self._level + 1)
        self._bookmarks += 1
        title = block.text if isinstance(block, Heading) else f"{block.number} {block.title}"
        self._waiting.append(Bookmark(title.replace("\n", ""), self._level, self._bookmarks))

    def _add(self, flowable: Flowable) -> None:
        least = flowable.least_height() if hasattr(flowable, "least_height") else 0.0
        self._flush(least)
        self._flow.append(flowable)

    def _flush(self, least: float) -> None:
        """Headings that wait go out together, to the next page where their content would not follow on this one."""
        if not self._waiting:
            return
        width = self._page.text_width
        height = sum(
            item.getSpaceBefore() + item.wrap(width, 10_000)[1] + item.getSpaceAfter() for item in self._waiting
        )
        self._flow.append(CondPageBreak(min(height + least, self._page.text_height - 1)))
        self._flow += self._waiting
        self._waiting = []
