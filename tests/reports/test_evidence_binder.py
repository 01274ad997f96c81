"""The binder of evidence: every paper in it, an index in three forms, and what is missing said."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

import docx
import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from licensetrack.core.errors import NotFound
from licensetrack.performance import queries
from licensetrack.performance.evidence_wanted import WantedLine, wanted_lines
from licensetrack.performance.framework import framework
from licensetrack.performance.sheet import EvaluationSheet, EvidencePaper
from licensetrack.reports.document import Table
from licensetrack.reports.evaluation import evaluation_document, evaluation_workbook
from licensetrack.reports.evidence_binder import MISSING, TITLE, write_binder
from licensetrack.reports.pack_writing import evidence_entries
from tests.reports.conftest import SignedYear
from tests.reports.test_sealed_pack import opened


@pytest.fixture(scope="module")
def proved(sheet: EvaluationSheet) -> EvaluationSheet:
    """The year with two of its stored files as papers that prove indicators."""
    first, second = sheet.evidence[:2]
    papers = (
        EvidencePaper("ZL-2024-0001", "验收单汇编", "formal", first.name, "xlsx", first.digest, first.size,
                      "深数〔2024〕7号",
                      dt.date(2024, 12, 31), (("C21", "授权验收单"), ("C11", ""))),
        EvidencePaper("ZL-2024-0002", "", "original", second.name, "xlsx", second.digest, second.size, "", None,
                      (("B12", ""),)),
    )  # fmt: skip
    return replace(sheet, papers=papers)


def lines_of(sheet: EvaluationSheet, year: SignedYear) -> list[WantedLine]:
    """What is there, and one kind of evidence that is not."""
    with opened(year) as session:
        signed = queries.latest_signed(session, 2024)
        wanting = framework(signed.framework, signed.framework_code)
    lacking = next(indicator for indicator in wanting.leaves() if indicator.code == "C41")
    return [*wanted_lines(wanting, sheet.papers), WantedLine(lacking, "合同", ())]


@pytest.fixture(scope="module")
def binder(proved: EvaluationSheet, signed_year: SignedYear) -> bytes:
    target = BytesIO()
    lines = lines_of(proved, signed_year)
    with opened(signed_year):
        write_binder(proved, lines, target)
    return target.getvalue()


def test_every_paper_lies_in_it_under_its_number(binder: bytes, proved: EvaluationSheet) -> None:
    with ZipFile(BytesIO(binder)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
    assert names[:3] == [f"{TITLE}.pdf", f"{TITLE}.docx", f"{TITLE}.xlsx"]
    assert names[3:5] == [f"佐证材料/{paper.number}-{paper.name}" for paper in proved.papers]
    assert len(names) == 3 + len(proved.papers) + len(proved.evidence)


def test_the_index_says_in_three_forms_what_proves_what_and_what_is_missing(binder: bytes) -> None:
    with ZipFile(BytesIO(binder)) as archive:
        pdf = "".join(page.extract_text() for page in PdfReader(BytesIO(archive.read(f"{TITLE}.pdf"))).pages)
        word = docx.Document(BytesIO(archive.read(f"{TITLE}.docx")))
        book = CalamineWorkbook.from_filelike(BytesIO(archive.read(f"{TITLE}.xlsx")))
    cells = "".join(cell.text for table in word.tables for row in table.rows for cell in row.cells)
    sheets = "".join(
        str(cell) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row
    )
    for text in (pdf, cells, sheets):
        squeezed = text.replace("\n", "").replace(" ", "")
        for words in ("ZL-2024-0001", "验收单汇编", "C21", "深数〔2024〕7号", "正式资料", MISSING):
            assert words in squeezed, words


def test_the_same_evidence_gives_the_same_binder(
    binder: bytes, proved: EvaluationSheet, signed_year: SignedYear
) -> None:
    again = BytesIO()
    lines = lines_of(proved, signed_year)
    with opened(signed_year):
        write_binder(proved, lines, again)
    assert again.getvalue() == binder


def test_a_paper_that_is_not_there_stops_the_binder(proved: EvaluationSheet, signed_year: SignedYear) -> None:
    lost = replace(proved.papers[0], digest="00" * 32)
    with opened(signed_year), pytest.raises(NotFound, match="missing or damaged"):
        write_binder(replace(proved, papers=(lost,)), [], BytesIO())


def test_a_pack_holds_the_papers_before_the_ledgers_files(proved: EvaluationSheet) -> None:
    names = [entry.path for entry in evidence_entries(proved)]
    assert names[0].startswith("佐证材料/ZL-2024-0001-")
    assert len(names) == len(proved.papers) + len(proved.evidence)


def test_the_report_lists_the_papers_with_their_digests(proved: EvaluationSheet, sheet: EvaluationSheet) -> None:
    captions = [block.caption for block in evaluation_document(proved).blocks if isinstance(block, Table)]
    assert captions[-2:] == ["二、佐证材料文件", "三、数据来源文件"]
    older = [
        block.caption for block in evaluation_document(replace(sheet, papers=())).blocks if isinstance(block, Table)
    ]
    assert older[-1] == "二、数据来源文件"
    assert "佐证文件" in [one.name for one in evaluation_workbook(proved).sheets]


def test_a_binder_without_papers_says_so_in_its_index(sheet: EvaluationSheet, signed_year: SignedYear) -> None:
    lines = [line for line in lines_of(sheet, signed_year) if line.missing]
    target = BytesIO()
    with opened(signed_year):
        write_binder(replace(sheet, papers=()), lines, target)
    with ZipFile(target) as archive:
        text = "".join(page.extract_text() for page in PdfReader(BytesIO(archive.read(f"{TITLE}.pdf"))).pages)
    assert MISSING in text
