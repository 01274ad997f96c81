"""PDF, Word and Excel of the same evaluation say the same numbers: all of them, of every document."""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import ZipFile

import docx
import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from licensetrack.performance.sheet import EvaluationSheet
from licensetrack.reports.charts import draw
from licensetrack.reports.document import ChartBlock
from licensetrack.reports.outputs import EVALUATION, FORMS, KINDS, document_of, write_evaluation
from licensetrack.reports.pdf_blocks import CHART_SCALE
from licensetrack.reports.scene import Text
from licensetrack.reports.styles import PORTRAIT

_NUMBER = re.compile(r"(?<![A-Za-z0-9_.,-])\d[\d,]*(?:\.\d+)?(?![A-Za-z0-9_])")
_PAGE = re.compile(r"^— \d+ —$", re.MULTILINE)


def numbers(text: str) -> set[str]:
    """Every number of a text, without separators and needless decimals."""
    found = (number.replace(",", "") for number in _NUMBER.findall(text))
    return {(one.rstrip("0").rstrip(".") if "." in one else one).lstrip("0") or "0" for one in found}


def of_pdf(content: bytes) -> set[str]:
    return numbers("\n".join(_PAGE.sub("", page.extract_text()) for page in PdfReader(BytesIO(content)).pages))


def of_word(content: bytes) -> set[str]:
    word = docx.Document(BytesIO(content))
    cells = (cell.text for table in word.tables for row in table.rows for cell in row.cells)
    return numbers("\n".join([*(paragraph.text for paragraph in word.paragraphs), *cells]))


def of_charts(content: bytes) -> set[str]:
    """The values that the charts of an Office file hold."""
    with ZipFile(BytesIO(content)) as archive:
        charts = [
            archive.read(name).decode() for name in archive.namelist() if re.search(r"charts?/chart\d+\.xml$", name)
        ]
    return numbers("\n".join(value for chart in charts for value in re.findall(r"<c:v>([^<]*)</c:v>", chart)))


def of_workbook(content: bytes) -> set[str]:
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    cells = (cell for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row)
    return numbers("\n".join(f"{cell:.10f}" if isinstance(cell, float) else str(cell) for cell in cells))


def drawn(sheet: EvaluationSheet, kind: str) -> set[str]:
    """What charts write beside their bars in the PDF: values, and the ticks of their scales."""
    scenes = [
        draw(block.chart, PORTRAIT.text_width / CHART_SCALE)
        for block in document_of(sheet, kind).blocks
        if isinstance(block, ChartBlock)
    ]
    return numbers("\n".join(shape.text for scene in scenes for shape in scene.shapes if isinstance(shape, Text)))


@pytest.fixture(scope="module")
def printed(sheet: EvaluationSheet, files: dict[str, bytes]) -> dict[str, dict[str, bytes]]:
    others = [kind for kind in KINDS if kind != EVALUATION]
    return {kind: {form: write_evaluation(sheet, form, kind) for form in FORMS} for kind in others} | {
        EVALUATION: files
    }


@pytest.mark.parametrize("kind", KINDS)
def test_the_three_forms_say_the_same_numbers(
    sheet: EvaluationSheet, printed: dict[str, dict[str, bytes]], kind: str
) -> None:
    pdf, word, book = of_pdf(printed[kind]["pdf"]), of_word(printed[kind]["docx"]), of_workbook(printed[kind]["xlsx"])
    assert len(word) > 10
    assert word - pdf == set()
    assert pdf - word <= drawn(sheet, kind)
    assert word - book == set()
    assert of_charts(printed[kind]["docx"]) <= of_charts(printed[kind]["xlsx"]) | book


def test_a_number_that_one_form_says_otherwise_is_noticed(printed: dict[str, dict[str, bytes]]) -> None:
    assert numbers("共1,234个，5.50%，A11，2024-12-31，SHA256") == {"1234", "5.5", "2024"}
    assert "20083" in of_pdf(printed["brief"]["pdf"]) & of_word(printed["brief"]["docx"])
