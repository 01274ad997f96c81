"""Reports on disk: the signed one as it was signed, another day as a draft, and nothing half written."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from docx import Document
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from licensetrack.accounts.permissions import SYSTEM, Actor
from licensetrack.core import blobs, db
from licensetrack.core.errors import NotFound, Refused
from licensetrack.exchange import loading
from licensetrack.jobs.reporting import write_report
from licensetrack.performance import evaluations, queries, working_paper
from tests.performance.papers import lay_wanted
from tests.trade import day

SAMPLE = Path(__file__).parents[2] / "data" / "2024"


def text_of(path: Path) -> str:
    pages = PdfReader(io.BytesIO(path.read_bytes())).pages
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in pages))


@pytest.fixture
def year(sqlite_url: str, tmp_path: Path) -> Path:
    """The sample year, loaded and signed by three people."""
    db.connect(sqlite_url)
    blobs.use_folder(tmp_path / "blobs")
    assert not loading.load(loading.files_of([SAMPLE]), actor=SYSTEM).refused
    people = [Actor(None, role, role, role) for role in ("performance_officer", "reviewer", "manager")]
    draft = evaluations.evaluate(working_paper.read(SAMPLE / "evaluation.toml"), actor=people[0])
    lay_wanted(queries.framework_of(draft), actor=people[0])
    completed = evaluations.complete_evaluation(draft, actor=people[0])
    evaluations.sign_evaluation(evaluations.review_evaluation(completed, actor=people[1]), actor=people[2])
    return tmp_path


def test_the_signed_report_comes_out_the_same_twice_and_another_day_as_a_draft(year: Path) -> None:
    for name in ("once.pdf", "twice.pdf"):
        write_report(2024, "pdf", year / name)
    assert (year / "once.pdf").read_bytes() == (year / "twice.pdf").read_bytes()
    write_report(2024, "pdf", year / "august.pdf", as_of=day("08-31"))
    assert "完成4375个CPU" in text_of(year / "once.pdf")
    assert "完成2681个CPU，云管理软件授权数量完成14634个CPU" in text_of(year / "august.pdf")


def test_a_report_of_a_day_to_come_or_of_an_unsigned_year_is_refused_and_leaves_no_file(year: Path) -> None:
    with pytest.raises(Refused, match="future"):
        write_report(2024, "pdf", year / "later.pdf", as_of=day("2999-01-01"))
    with pytest.raises(NotFound):
        write_report(2023, "pdf", year / "earlier.pdf")
    assert [*year.glob("later*"), *year.glob("earlier*")] == []


def test_the_self_assessment_form_comes_alone_in_all_three_forms(year: Path) -> None:
    for form in ("pdf", "docx", "xlsx"):
        write_report(2024, form, year / f"form.{form}", kind="self-assessment")
    text = text_of(year / "form.pdf")
    assert "项目支出绩效自评表" in text
    assert "7,515.00" in text
    assert "附件4" not in text
    sheet = CalamineWorkbook.from_path(year / "form.xlsx").get_sheet_by_name("自评表").to_python()
    assert any("总分" in row and 99 in row for row in sheet)
    assert any("总分" in cell.text for table in Document(year / "form.docx").tables for cell in table.rows[-2].cells)
