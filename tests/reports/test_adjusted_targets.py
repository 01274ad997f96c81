"""A target that was adjusted in mid-year stands in the printed forms with the one before it, in every format."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import docx
import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from licensetrack.performance.framework import load
from licensetrack.performance.scorecard import target_text
from licensetrack.performance.sheet import EvaluationSheet, TargetVersion
from licensetrack.reports.outputs import write_evaluation
from tests.reports.test_evaluation_wording import with_leaf

FIRST = TargetVersion(Decimal(3800), date(2024, 1, 1), "中心", "年初批复", "")
SECOND = TargetVersion(Decimal(4000), date(2024, 8, 20), "市财政局", "深财绩〔2024〕8号", "年中监控后调整")
BOTH = "≥4000个CPU（8月20日前：≥3800个CPU）"


def words(content: bytes, form: str) -> str:
    """All text of a file, without blanks and line ends."""
    if form == "pdf":
        text = "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    elif form == "docx":
        tables = docx.Document(BytesIO(content)).tables
        text = "".join(cell.text for table in tables for row in table.rows for cell in row.cells)
    else:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        rows = [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]
        text = "".join(str(cell) for row in rows for cell in row)
    return "".join(text.split())


def test_the_words_come_from_the_targets_and_the_day() -> None:
    leaf = next(leaf for leaf in load("department-2024").leaves() if leaf.code == "C11")
    adjusted = replace(leaf, targets=(FIRST, SECOND))
    assert target_text(adjusted, Decimal(4000), date(2024, 12, 31)) == BOTH
    assert target_text(adjusted, Decimal(3800), date(2024, 8, 19)) == "≥3800个CPU"
    assert target_text(adjusted, Decimal(4000)) == "≥4000个CPU"


@pytest.mark.parametrize("form", ["pdf", "docx", "xlsx"])
def test_the_self_assessment_form_shows_both(sheet: EvaluationSheet, form: str) -> None:
    adjusted = with_leaf(sheet, "C11", targets=(FIRST, SECOND), target_text=BOTH)
    assert BOTH in words(write_evaluation(adjusted, form, "self-assessment"), form)
