"""The page of an evaluation's documents, and the sealed pack as visitors get it."""

from __future__ import annotations

import io
from zipfile import ZipFile

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from licensetrack.core import db, signing
from licensetrack.core.audit import AuditEntry
from licensetrack.reports.outputs import FORMS, KINDS
from licensetrack.reports.verify_pack import verify
from tests.site import House


def test_the_page_offers_every_document_and_says_how_to_verify(house: House) -> None:
    page = house.client("auditor").get("/evaluations/1/outputs").text
    for kind in KINDS:
        for form in FORMS:
            assert f"/evaluations/1/outputs/{kind}.{form}" in page
    assert "/evaluations/1/pack.zip" in page
    assert signing.fingerprint() in page
    assert "python3 -I verify_pack.py evaluation-2024-pack.zip" in page


def test_who_may_not_have_the_pack_is_told_who_may(house: House) -> None:
    page = house.client("operator").get("/evaluations/1/outputs").text
    assert "/evaluations/1/pack.zip" not in page


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_comes_under_its_own_name(house: House, kind: str) -> None:
    with house.client("auditor").get(f"/evaluations/1/outputs/{kind}.pdf") as answer:
        assert f"{kind}-2024.pdf" in answer.headers["Content-Disposition"]
        assert len(PdfReader(io.BytesIO(answer.data)).pages) >= 1
    house.get("/evaluations/1/outputs/nothing.pdf", status=404)


def test_an_auditor_downloads_a_pack_that_is_whole_and_the_trail_says_so(house: House) -> None:
    with house.client("auditor").get("/evaluations/1/pack.zip") as answer:
        assert "evaluation-2024-pack.zip" in answer.headers["Content-Disposition"]
        content = answer.data
    assert [one.title for one in verify(content, signing.fingerprint()) if not one.ok] == []
    with ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
    with db.reading() as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert last is not None
    assert (last.tag, last.subject) == ("performance:pack:download", "evaluation:1")


def test_the_binder_comes_with_its_index(house: House) -> None:
    with house.client("auditor").get("/evaluations/1/evidence.zip") as answer:
        assert "evidence-2024.zip" in answer.headers["Content-Disposition"]
        with ZipFile(io.BytesIO(answer.data)) as archive:
            assert archive.testzip() is None
            assert archive.namelist()[0] == "佐证材料目录.pdf"
