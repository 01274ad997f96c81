"""Stored papers and printed reports come as files to keep, whole and unchanged."""

import hashlib
import io

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from licensetrack.core import db
from licensetrack.core.audit import AuditEntry
from licensetrack.core.blobs import Blob
from tests.site import House


def test_a_paper_comes_back_as_it_came_in(own_house: House) -> None:
    with db.reading() as session:
        papers = session.scalars(select(Blob)).all()
    assert papers
    for paper in papers:
        with own_house.client("auditor").get(f"/documents/{paper.id}") as answer:
            assert hashlib.sha256(answer.data).hexdigest() == paper.digest
            assert answer.headers["Content-Disposition"].startswith("attachment;")
            assert answer.headers["Content-Type"] == "application/octet-stream"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "sandbox" in answer.headers["Content-Security-Policy"]
    with db.reading() as session:
        tags = session.scalars(select(AuditEntry.tag).where(AuditEntry.actor == "auditor")).all()
    assert tags.count("exchange:document:download") == len(papers)


def test_a_paper_with_money_in_it_is_closed_to_an_engineer(house: House) -> None:
    with db.reading() as session:
        names = {paper.name: paper.id for paper in session.scalars(select(Blob))}
    house.get(f"/documents/{names['预算执行台账.xlsx']}", "vendor_engineer", status=404)
    with house.client("vendor_engineer").get(f"/documents/{names['授权发放台账.xlsx']}") as answer:
        assert answer.status_code == 200


def test_a_paper_that_does_not_exist_is_not_found(house: House) -> None:
    house.get("/documents/4711", status=404)


def test_the_evaluation_page_shows_the_score_and_its_assumption(house: House) -> None:
    page = house.get("/evaluations/1")
    assert 'data-total="99"' in page
    assert "示例假设" in page
    assert "扣1分" in page
    assert "签署" in page
    assert "/figures/virtualization.accepted_cpus?as_of=2024-12-31" in page.replace("&amp;", "&")


def test_a_correction_after_the_signature_shows_as_a_difference(house: House) -> None:
    page = house.get("/evaluations/1")
    assert "数据已变动" in page
    assert "此后补录" in page


@pytest.mark.parametrize("form", ["pdf", "docx", "xlsx"])
def test_the_report_comes_in_three_forms_always_with_the_same_bytes(house: House, form: str) -> None:
    with house.client("manager").get(f"/evaluations/1/outputs/evaluation.{form}") as first:
        with house.client("auditor").get(f"/evaluations/1/outputs/evaluation.{form}") as second:
            assert first.data == second.data
        assert f"evaluation-2024.{form}" in first.headers["Content-Disposition"]
        if form == "pdf":
            text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(first.data)).pages)
            assert "4375个CPU" in text.replace("\n", "").replace(" ", "")
        elif form == "xlsx":
            assert len(load_workbook(io.BytesIO(first.data)).sheetnames) > 3


def test_an_evaluation_or_form_that_does_not_exist_is_not_found(house: House) -> None:
    house.get("/evaluations/99", status=404)
    house.get("/evaluations/1/report.exe", status=404)
