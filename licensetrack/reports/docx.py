"""Writes a document as Word: real headings, native charts, landscape sections, nothing that has to be refreshed
first.
"""

from __future__ import annotations

from datetime import UTC
from io import BytesIO
from typing import Any

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm
from docx.text.paragraph import Paragraph as WordParagraph

from licensetrack.reports import docx_styles, styles
from licensetrack.reports.archive import repacked
from licensetrack.reports.chart_data import described
from licensetrack.reports.document import (
    AnnexTitle,
    Block,
    ChartBlock,
    Document,
    Form,
    Heading,
    PageBreak,
    Paragraph,
    Properties,
    Section,
    Signature,
    Table,
    Tone,
)
from licensetrack.reports.docx_chart import add_chart
from licensetrack.reports.docx_table import TableWriter
from licensetrack.reports.native_charts import native_charts
from licensetrack.reports.numbers import printable
from licensetrack.reports.styles import LANDSCAPE, MM, PORTRAIT, Page

_TONES = {
    Tone.BODY: "Normal",
    Tone.CENTERED: docx_styles.CENTERED,
    Tone.RIGHT: docx_styles.RIGHT,
    Tone.NOTE: docx_styles.NOTE,
}
_PAGE_NUMBER_BELOW = 12
"""The page number stands in the 12 mm below the type area."""


def render_docx(document: Document) -> bytes:
    """The .docx file; the same document gives the same bytes."""
    word = docx.Document()
    docx_styles.dress(word)
    _describe(word, document.title, document.properties)
    _Writer(word, document).write()
    output = BytesIO()
    word.save(output)
    return repacked(output.getvalue())


def _describe(word: Any, title: str, properties: Properties) -> None:
    core = word.core_properties
    core.title, core.author, core.last_modified_by = title.replace("\n", ""), properties.author, properties.author
    core.subject, core.keywords, core.comments = properties.subject, properties.keywords, ""
    core.created = core.modified = properties.created.astimezone(UTC).replace(tzinfo=None)
    core.revision, core.language = 1, "zh-CN"
    package = word.part.package
    thumbnails = [key for key, relation in package.rels.items() if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL]
    for key in thumbnails:  # a picture of the library's empty template
        package.rels.pop(key)


class _Writer:
    """Appends one block after the other."""

    def __init__(self, word: Any, document: Document) -> None:
        self._word, self._document = word, document
        self._page = LANDSCAPE if document.landscape else PORTRAIT
        self._charts = 0

    def write(self) -> None:
        """The whole document."""
        self._word.settings.odd_and_even_pages_header_footer = True
        self._set_page(self._word.sections[0])
        self._number_pages(self._word.sections[0])
        self._paragraph(self._document.title, docx_styles.TITLE)
        if self._document.subtitle:
            self._paragraph(self._document.subtitle, docx_styles.SUBTITLE)
        self._paragraph("", docx_styles.CENTERED)
        for block in self._document.blocks:
            self._block(block)

    def _block(self, block: Block) -> None:
        match block:
            case Heading():
                self._paragraph(block.text, docx_styles.HEADINGS[block.level - 1])
            case Paragraph():
                paragraph = self._word.add_paragraph(style=_TONES[block.tone])
                if block.keep:
                    paragraph.paragraph_format.keep_with_next = True
                for span in block.spans:
                    paragraph.add_run(printable(str(span)))
            case Table() | Form():
                self._table(block)
            case ChartBlock():
                self._chart(block)
            case PageBreak():
                self._word.add_page_break()
            case Section():
                self._page = LANDSCAPE if block.landscape else PORTRAIT
                self._set_page(self._word.add_section(WD_SECTION.NEW_PAGE))
            case AnnexTitle():
                self._paragraph(block.number, docx_styles.ANNEX_NUMBER)
                self._paragraph(block.title, docx_styles.ANNEX_TITLE)
            case Signature():
                self._paragraph("", docx_styles.SIGNATURE)
                for line in block.lines:
                    self._paragraph(line, docx_styles.SIGNATURE)

    def _paragraph(self, text: str, style: str) -> WordParagraph:
        paragraph: WordParagraph = self._word.add_paragraph(style=style)
        for number, line in enumerate(text.split("\n")):
            run = paragraph.add_run()
            if number:
                run.add_break()
            run.add_text(printable(line))
        return paragraph

    def _table(self, block: Table | Form) -> None:
        columns = len(block.columns) if isinstance(block, Table) else len(block.widths)
        if block.caption:
            self._paragraph(block.caption, docx_styles.CAPTION)
        if block.unit:
            self._paragraph(block.unit, docx_styles.UNIT)
        writer = TableWriter(self._word.styles, styles.table_size(columns, self._page is LANDSCAPE))
        width = self._page.text_width
        element = writer.table(block, width) if isinstance(block, Table) else writer.form(block, width)
        self._word.element.body.insert_element_before(element, "w:sectPr")
        self._paragraph(block.note, docx_styles.NOTE)

    def _chart(self, block: ChartBlock) -> None:
        natives = native_charts(block.chart)
        width = self._page.text_width / MM
        text = described(block.chart)
        paragraph = None
        for number, native in enumerate(natives):
            if paragraph is None or number % native.columns == 0:
                paragraph = self._word.add_paragraph(style=docx_styles.CHART)
            self._charts += 1
            share = width / native.columns - 0.5
            add_chart(self._word, paragraph, native, self._charts, share, self._document.properties.created, text)
        if block.caption:
            caption = self._paragraph(block.caption, docx_styles.CAPTION)
            caption.paragraph_format.keep_with_next = False

    def _set_page(self, section: Any) -> None:
        page: Page = self._page
        section.orientation = WD_ORIENT.LANDSCAPE if page is LANDSCAPE else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Mm(page.width), Mm(page.height)
        section.top_margin, section.bottom_margin = Mm(page.top), Mm(page.bottom)
        section.left_margin, section.right_margin = Mm(page.left), Mm(page.right)
        section.header_distance, section.footer_distance = Mm(15), Mm(page.bottom - _PAGE_NUMBER_BELOW)
        properties = section._sectPr
        for old in properties.findall(qn("w:docGrid")):
            properties.remove(old)
        pitch = round(styles.LINE_PITCH * 20)
        properties.append(parse_xml(f'<w:docGrid {nsdecls("w")} w:type="lines" w:linePitch="{pitch}"/>'))

    def _number_pages(self, section: Any) -> None:
        """— 1 — at the outer edge, one character in: right on odd pages, left on even ones."""
        indent = round(styles.SIZE_4 * 20)
        for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
            paragraph = footer.paragraphs[0]
            paragraph.style = self._word.styles[docx_styles.FOOTER]
            properties = paragraph._p.get_or_add_pPr()
            properties.append(parse_xml(f'<w:ind {nsdecls("w")} w:{side}="{indent}"/>'))
            properties.append(parse_xml(f'<w:jc {nsdecls("w")} w:val="{side}"/>'))
            paragraph.add_run("— ")
            field = f'<w:fldSimple {nsdecls("w")} w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
            paragraph._p.append(parse_xml(field))
            paragraph.add_run(" —")
