"""Pages of surveys: the rows beside the file, sums and prices, the export, and a survey withdrawn."""

from __future__ import annotations

import io
import secrets
from decimal import Decimal

from sqlalchemy import select

from licensetrack.core import blobs
from licensetrack.core.db import reading, transaction
from licensetrack.exchange.reading import read
from licensetrack.procurement.surveys import Demand, Price, record_survey
from licensetrack.units.models import Unit
from tests.site import House, person


def test_a_survey_shows_its_rows_beside_its_file_until_it_is_withdrawn(own_house: House) -> None:
    alice = person("performance_officer")
    with transaction() as db:
        papers = [blobs.store(db, name.encode(), name).id for name in ("需求调研表.xlsx", "询价.xlsx")]
    with reading() as db:
        unit = db.scalars(select(Unit).order_by(Unit.id)).first()
        assert unit is not None
    demand = record_survey(
        2025, "需求调研表", papers[0], "表1", [Demand(2, unit.id, "政务云", first_year=1234)], actor=alice
    )
    offers = [Price(2, "bms", "甲公司", Decimal(9000)), Price(3, "bms", "乙公司", Decimal(7000))]
    prices = record_survey(2025, "询价", papers[1], "表1", offers, actor=alice)
    page = own_house.get("/surveys", "auditor")
    assert "1,234" in page
    assert own_house.get(f"/surveys/{demand.id}").count("1,234") == 2, "in the row and in the sum"
    page = own_house.get(f"/surveys/{prices.id}", "manager")
    assert all(text in page for text in ("8,000.00", "7,000.00", "9,000.00", "乙公司"))
    for survey, count in ((demand, 1), (prices, 2)):
        with own_house.client().get(f"/surveys/{survey.id}/export.xlsx") as answer:
            [table] = read(("x.xlsx", io.BytesIO(answer.data).read())).tables
        assert (table.kind, len(table.rows)) == (survey.kind, count)
        own_house.get(f"/documents/{survey.document_id}", "auditor")
        own_house.get(f"/documents/{survey.document_id}", "district_manager", status=404)
    path = f"/surveys/{demand.id}/withdraw"
    assert own_house.client().post(path, data={"once": secrets.token_hex(16), "reason": ""}).status_code == 422
    answer = own_house.client().post(path, data={"once": secrets.token_hex(16), "reason": "填报有误"})
    assert answer.status_code == 303
    assert "填报有误" in own_house.get(f"/surveys/{demand.id}")
    assert "1,234" not in own_house.get("/surveys")
