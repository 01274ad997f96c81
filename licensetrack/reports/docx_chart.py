"""Puts editable charts into a Word document: a chart part, and the workbook with its numbers embedded beside it."""

from __future__ import annotations

import re
from datetime import datetime
from io import BytesIO
from zipfile import ZipFile

import xlsxwriter
from docx.document import Document as WordDocument
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.shared import Mm
from docx.text.paragraph import Paragraph
from lxml import etree

from licensetrack.reports.archive import repacked
from licensetrack.reports.native_charts import NativeChart, add_native, spelled_out

_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DATA_SHEET = "数据"


def add_chart(
    word: WordDocument,
    paragraph: Paragraph,
    native: NativeChart,
    number: int,
    width: float,
    created: datetime,
    text: str,
) -> None:
    """Adds the chart inline to the paragraph; `width` in millimeters, `text` describes it to those who cannot see
    it.
    """
    workbook = _workbook(native, created)
    with ZipFile(BytesIO(workbook)) as archive:
        xml = archive.read("xl/charts/chart1.xml").decode()
    xml = re.sub(r"<c:printSettings>.*?</c:printSettings>", "", xml, flags=re.DOTALL)
    link = '<c:externalData r:id="rId1"><c:autoUpdate val="0"/></c:externalData></c:chartSpace>'
    xml = xml.replace("</c:chartSpace>", link)
    package = word.part.package
    chart = Part(PackURI(f"/word/charts/chart{number}.xml"), _CHART_TYPE, xml.encode(), package)
    book = Part(PackURI(f"/word/embeddings/chart{number}.xlsx"), _WORKBOOK_TYPE, workbook, package)
    chart.relate_to(book, f"{_RELATIONS}/package")
    relation = word.part.relate_to(chart, f"{_RELATIONS}/chart")
    paragraph.add_run()._r.append(_inline(relation, number, Mm(width), Mm(native.height), native.heading, text))


def _workbook(native: NativeChart, created: datetime) -> bytes:
    output = BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True})
    book.set_properties({"created": created.replace(tzinfo=None)})
    sheet = book.add_worksheet(_DATA_SHEET)
    sheet.insert_chart(1, len(native.series) + 2, add_native(book, sheet, native, 0))
    book.close()
    return repacked(output.getvalue(), spelled_out)


def _inline(relation: str, number: int, width: int, height: int, name: str, text: str) -> etree._Element:
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    root = etree.Element(f"{{{word}}}drawing", nsmap={"w": word, "wp": f"{_DRAWING}/wordprocessingDrawing"})
    inline = etree.SubElement(
        root, f"{{{_DRAWING}/wordprocessingDrawing}}inline", distT="0", distB="0", distL="0", distR="0"
    )
    etree.SubElement(inline, f"{{{_DRAWING}/wordprocessingDrawing}}extent", cx=str(width), cy=str(height))
    properties = {"id": str(100 + number), "name": name, "descr": text}
    etree.SubElement(inline, f"{{{_DRAWING}/wordprocessingDrawing}}docPr", properties)
    etree.SubElement(inline, f"{{{_DRAWING}/wordprocessingDrawing}}cNvGraphicFramePr")
    graphic = etree.SubElement(inline, f"{{{_DRAWING}/main}}graphic", nsmap={"a": f"{_DRAWING}/main"})
    data = etree.SubElement(graphic, f"{{{_DRAWING}/main}}graphicData", uri=f"{_DRAWING}/chart")
    chart = etree.SubElement(data, f"{{{_DRAWING}/chart}}chart", nsmap={"c": f"{_DRAWING}/chart", "r": _RELATIONS})
    chart.set(f"{{{_RELATIONS}}}id", relation)
    return root
