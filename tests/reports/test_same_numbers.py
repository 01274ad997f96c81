"""PDF, Word and Excel cannot disagree: each of them shows every bound number of the document."""

import re
from io import BytesIO

import docx
import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from licensetrack.reports.docx import render_docx
from licensetrack.reports.numbers import Style
from licensetrack.reports.pdf import render_pdf
from licensetrack.reports.xlsx import render_xlsx
from tests.reports.sample import annual_report


@pytest.fixture(scope="module")
def printed() -> dict[str, str]:
    document = annual_report()
    word = docx.Document(BytesIO(render_docx(document)))
    cells = [cell.text for table in word.tables[:2] for row in table.rows for cell in row.cells]
    return {
        "pdf": "".join(page.extract_text() for page in PdfReader(BytesIO(render_pdf(document))).pages),
        "docx": "".join([*(paragraph.text for paragraph in word.paragraphs), *cells]),
    }


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_every_bound_number_is_printed(printed: dict[str, str], kind: str) -> None:
    text = re.sub(r"\s", "", printed[kind])
    for figure in annual_report().figures_used():
        assert {figure.text(Style.PROSE), figure.text(Style.TABLE)} & set(re.findall(r"[\d,.]+%?", text)), figure.name


def test_the_workbook_lists_the_same_numbers() -> None:
    document = annual_report()
    book = CalamineWorkbook.from_filelike(BytesIO(render_xlsx(document)))
    listed = {row[1]: row[2] for row in book.get_sheet_by_name("数据清单").to_python()[2:]}
    for figure in document.figures_used():
        assert figure.value is not None
        assert listed[figure.name] == float(figure.value)
