"""Pages of contracts: promised and paid, bought line by line, shared between city and districts to the fen."""

from __future__ import annotations

import secrets
from decimal import Decimal
from typing import Any

from bs4 import BeautifulSoup

from licensetrack.core.db import reading
from licensetrack.exchange.reading import read
from licensetrack.procurement.contracts import contract_numbered, terms
from licensetrack.procurement.queries import entitlements
from tests.site import House

DAY = "as_of=2024-12-31"


def send(house: House, path: str, role: str = "operator", **fields: Any) -> str:
    """Sends a form that is right; where it leads."""
    answer = house.client(role).post(path, data={"once": secrets.token_hex(16), **fields})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def refused(house: House, path: str, **fields: Any) -> dict[str, str]:
    """Sends a form that is wrong; field → what is told there."""
    answer = house.client().post(path, data={"once": secrets.token_hex(16), **fields})
    assert answer.status_code == 422, answer.text
    told = BeautifulSoup(answer.text, "html.parser").select(".invalid-feedback")
    return {str(one["id"]).removesuffix("-error"): one.get_text() for one in told}


def test_a_contract_is_registered_with_payments_and_lines_and_shared_to_the_fen(own_house: House) -> None:
    at = send(own_house, "/contracts/new", number="HT-1", supplier="甲公司", amount="7515万元", project_id="0")
    send(own_house, f"{at}/terms/new", label="首付款", condition="签订后", amount="22,545,000.00")
    assert "amount" in refused(own_house, f"{at}/terms/new", label="尾款", amount="6000万元")
    assert "label" in refused(own_house, f"{at}/terms/new", label="首付款")
    with reading() as db:
        bought = {one.product: one.id for one in entitlements(db)}
        contract = contract_numbered(db, "HT-1")
        assert contract is not None
        [term] = terms(db, contract.id)
    amounts = {"virtualization": "40000000.01", "cloud_management": "33000000", "bms": "2149999.99"}
    for product, amount in amounts.items():
        send(own_house, f"{at}/lines/{bought[product]}", amount=amount)
    assert "amount" in refused(own_house, f"{at}/lines/new", product="bms", amount="0.01")
    send(own_house, "/budget/entries/new", kind="payment", on="2024-12-20", amount="1000000", voucher="PZ-9",
         source="", project_id="0", contract_id=f"term:{term.id}")  # fmt: skip
    page = own_house.get(at, "auditor")
    assert all(word in page for word in ("7,515.00", "2,254.50", "100.00", "签订后", "PZ-9"))
    shares = BeautifulSoup(own_house.get(f"{at}/shares?{DAY}", "auditor"), "html.parser")
    table = shares.select_one("main table")
    assert table is not None
    parts = [Decimal(row.select("td")[-1].get_text().replace(",", "")) for row in table.select("tbody tr")]
    assert len(parts) == 12
    assert sum(parts) == Decimal("75150000.00")
    assert [one.get_text() for one in table.select("tfoot a")] == ["4,375", "20,083", "6"]
    link = table.select_one("tbody a")
    assert link is not None
    figure = BeautifulSoup(own_house.get(str(link["href"]), "auditor"), "html.parser").select_one("[data-value]")
    assert figure is not None
    assert figure.get_text() == link.get_text(), "a share's quantity opens into its sets"
    with own_house.client().get(f"{at}/shares/export.csv?{DAY}") as answer:
        last = answer.text.strip().splitlines()[-1]
    assert "75150000" in last
    assert read(("x.csv", answer.data)).tables == [], "shares are no ledger"


def test_an_old_page_of_a_contract_or_a_product_is_a_conflict(own_house: House) -> None:
    at = send(own_house, "/contracts/new", number="HT-1", project_id="0")
    for path, form in (
        (f"{at}/edit", {"number": "HT-1", "project_id": "0", "note": ""}),
        ("/products/bms", {"name": ""}),
    ):
        changing = next(iter(set(form) & {"note", "name"}))
        send(own_house, path, version="1", **{**form, changing: "甲"})
        answer = own_house.client().post(
            path, data={"once": secrets.token_hex(16), "version": "1", **form, changing: "乙"}
        )
        assert answer.status_code == 409


def test_a_payment_or_line_of_another_contract_is_not_found(own_house: House) -> None:
    first = send(own_house, "/contracts/new", number="HT-1", project_id="0")
    second = send(own_house, "/contracts/new", number="HT-2", project_id="0")
    send(own_house, f"{first}/terms/new", label="首付款")
    own_house.get(f"{first}/terms/1")
    own_house.get(f"{second}/terms/1", status=404)
    send(own_house, f"{first}/lines/1")
    own_house.get(f"{second}/lines/1", status=404)
    assert "尚未填写金额" in own_house.get(f"{first}/shares")
    with own_house.client().get("/contracts/export.xlsx") as answer:
        assert answer.status_code == 200
