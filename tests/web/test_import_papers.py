"""A unit's papers on the page: its own for the unit, everybody's for the centre; each number leads to a set."""

from __future__ import annotations

import io

import pytest
from bs4 import BeautifulSoup
from openpyxl import load_workbook
from sqlalchemy import select

from licensetrack.allocation.models import LicenseSet
from licensetrack.core.audit import AuditEntry
from licensetrack.core.db import reading
from tests.site import CORRECTED, House

PDF = b"%PDF-"


def own_unit() -> int:
    with reading() as db:
        return db.scalars(select(LicenseSet.unit_id).where(LicenseSet.number == CORRECTED)).one()


@pytest.mark.parametrize("role", ["unit_user", "operator"])
def test_every_number_of_the_page_leads_to_a_set(own_house: House, role: str) -> None:
    page = BeautifulSoup(own_house.get(f"/units/{own_unit()}/papers?as_of=2024-12-31", role), "html.parser")
    links = [str(link["href"]) for link in page.select("section tbody th a")]
    assert f"/sets/{CORRECTED}" in links
    for link in set(links):
        own_house.get(link, role)


def test_each_download_is_recorded_with_its_day(own_house: House) -> None:
    address = f"/units/{own_unit()}/papers"
    browser = own_house.client("unit_user")
    for name in ("proof", "summary", "maintenance"):
        assert browser.get(f"{address}/{name}.pdf?as_of=2024-12-31").data.startswith(PDF)
        assert load_workbook(io.BytesIO(browser.get(f"{address}/{name}.xlsx?as_of=2024-12-31").data)).sheetnames
    with reading() as db:
        entries = db.scalars(select(AuditEntry).where(AuditEntry.tag == "handover:paper:print")).all()
    assert len(entries) == 6
    assert {entry.actor for entry in entries} == {"unit_user"}
    assert all('"as_of":"2024-12-31"' in entry.details for entry in entries)
    assert browser.get(f"{address}/proof.docx").status_code == 404


def test_the_unit_s_page_leads_to_its_papers(own_house: House) -> None:
    assert f"/units/{own_unit()}/papers" in own_house.get(f"/units/{own_unit()}", "unit_user")
    assert f"/units/{own_unit()}/papers" not in own_house.get(f"/units/{own_unit()}", "auditor")
