"""Pages of the bought side: figures that open into entries, an entry typed in, corrected and taken back, exports."""

from __future__ import annotations

import io
import secrets
from typing import Any

import pytest
from bs4 import BeautifulSoup

from licensetrack.core.db import reading
from licensetrack.exchange import loading
from licensetrack.exchange.loading import NamedBytes
from licensetrack.procurement.budgets import standing_entries
from licensetrack.procurement.contracts import ContractEntry, TermEntry, add_term, register_contract
from licensetrack.procurement.projects import ProjectEntry, project_of, register_project
from tests.site import House, person

PDF = b"%PDF-1.4\n%%EOF\n"
DAY = "as_of=2024-12-31"
ADJUSTED = {
    "kind": "adjustment", "on": "2024-08-20", "amount": "-100.5万元", "voucher": "PZ-2024-100",
    "source": "carried_over", "approval": "深财预〔2024〕88号", "summary": "调减", "project_id": "0", "contract_id": "",
}  # fmt: skip


def figures_of(page: str) -> dict[str, str]:
    return {
        str(one["data-figure"]): one.get_text(strip=True)
        for one in BeautifulSoup(page, "html.parser").select("[data-figure]")
    }


def send(house: House, path: str, role: str = "operator", **fields: Any) -> Any:
    return house.client(role).post(path, data={"once": secrets.token_hex(16), **fields})


def test_the_year_is_told_as_of_a_day_and_every_figure_opens_into_its_entries(house: House) -> None:
    page = house.get(f"/budget?{DAY}", "auditor")
    assert figures_of(page) == {
        "budget.initial": "7,515.00", "budget.adjusted": "0.00", "budget.appropriated": "7,515.00",
        "budget.received": "7,515.00", "budget.spent": "7,515.00", "budget.execution_rate": "100%",
    }  # fmt: skip
    assert figures_of(house.get("/budget?as_of=2024-08-31"))["budget.spent"] == "2,254.50"
    rows = BeautifulSoup(house.get(f"/figures/budget.spent?{DAY}"), "html.parser").select(
        "tbody a[href^='/budget/entries/']"
    )
    assert [one.get_text() for one in rows] == ["PZ-2024-003", "PZ-2024-004", "PZ-2024-005"]
    entry = BeautifulSoup(house.get(str(rows[0]["href"])), "html.parser")
    assert "2,254.50" in entry.get_text()
    assert "22,545,000.00" in entry.get_text()
    assert entry.select_one("a.paper[href^='/documents/']") is not None


def test_nobody_whose_sight_ends_at_a_part_of_the_city_sees_its_budget(house: House) -> None:
    for path in ("/budget", "/projects", "/budget/entries/1", "/budget/export.csv"):
        for role in ("district_manager", "unit_user", "vendor_engineer"):
            house.get(path, role, status=403)


def test_an_entry_is_typed_in_once_with_its_scan_then_corrected_and_taken_back(own_house: House) -> None:
    once = secrets.token_hex(16)
    for _ in range(2):
        scan = (io.BytesIO(PDF), "调整通知.pdf")
        answer = send(own_house, "/budget/entries/new", **ADJUSTED, paper=scan, once=once)
        assert answer.status_code == 303, answer.text
    page = own_house.get(answer.location)
    assert "-100.50" in page
    assert "深财预〔2024〕88号" in page
    assert own_house.client().get(f"/documents/{_document('PZ-2024-100')}").data == PDF
    shown = figures_of(own_house.get(f"/budget?{DAY}"))
    assert (shown["budget.adjusted"], shown["budget.appropriated"]) == ("-100.50", "7,414.50")
    right = {**ADJUSTED, "amount": "-2,000,000", "reason": "金额录错"}
    answer = send(own_house, answer.location + "/correct", **right)
    assert answer.status_code == 303, answer.text
    assert figures_of(own_house.get(f"/budget?{DAY}"))["budget.adjusted"] == "-200.00"
    assert own_house.get(answer.location).count("金额录错") == 1
    answer = send(own_house, answer.location + "/reverse", reason="文件撤销")
    assert answer.status_code == 303
    assert "该记录已冲销" in own_house.get(answer.location)
    assert figures_of(own_house.get(f"/budget?{DAY}"))["budget.adjusted"] == "0.00"


def _document(voucher: str) -> int | None:
    with reading() as db:
        return standing_entries(db, voucher)[0].document_id


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"approval": ""}, "预算调整须填写调整文号"),
        ({"amount": "很多"}, "金额"),
        ({"amount": "0"}, "不能为零"),
        ({"on": "2999-01-01"}, "2999-01-01"),
        ({"voucher": "PZ-2024-001"}, "PZ-2024-001"),
        ({"project_id": "99"}, "选"),
        ({"paper": (b"MZ", "a.exe")}, "PDF"),
    ],
)
def test_what_can_not_be_right_is_told_at_its_field_and_what_was_typed_stays(
    house: House, change: dict[str, Any], told: str
) -> None:
    if "paper" in change:
        change = {"paper": (io.BytesIO(change["paper"][0]), change["paper"][1])}
    answer = send(house, "/budget/entries/new", **{**ADJUSTED, **change})
    assert answer.status_code == 422
    soup = BeautifulSoup(answer.text, "html.parser")
    [error] = soup.select(".invalid-feedback")
    assert told in error.get_text()
    assert error["id"] == f"{next(iter(change))}-error"
    assert "调减" in answer.text
    assert figures_of(house.get(f"/budget?{DAY}"))["budget.adjusted"] == "0.00"


def test_a_payment_for_a_contract_shows_contract_and_project_wherever_the_entry_stands(own_house: House) -> None:
    alice = person("operator")
    project = register_project(ProjectEntry(2024, "XM-2024-001", "场地授权项目", leader="张三"), actor=alice)
    contract = register_contract(ContractEntry("HT-9", supplier="甲公司", project_id=project.id), actor=alice)
    term = add_term(contract.id, TermEntry("质保金", "期满后"), actor=alice)
    fields = {"kind": "payment", "on": "2024-12-20", "amount": "1", "voucher": "PZ-9", "source": "", "project_id": "0"}
    answer = send(own_house, "/budget/entries/new", **fields, contract_id=f"term:{term.id}")
    assert answer.status_code == 303, answer.text
    for path in (answer.location, f"/budget?{DAY}"):
        page = own_house.get(path)
        assert all(word in page for word in ("HT-9", "质保金", "期满后", "XM-2024-001"))
    assert "张三" in own_house.get(f"/projects/{project.id}?{DAY}")


def test_a_project_is_registered_and_changed_and_an_old_page_is_a_conflict(own_house: House) -> None:
    typed = {
        "year": "2024",
        "code": "XM-7",
        "name": "场地授权项目",
        "nature": "continuing",
        "authority": "数据局",
        "implementer": "中心",
    }
    answer = send(own_house, "/projects/new", "performance_officer", **typed)
    assert answer.status_code == 303, answer.text
    edit = answer.location + "/edit"
    assert send(own_house, edit, version="1", **{**typed, "leader": "张三"}).status_code == 303
    assert send(own_house, edit, version="1", **{**typed, "leader": "李四"}).status_code == 409
    refused = send(own_house, "/projects/new", **typed)
    assert refused.status_code == 422
    assert "XM-7" in refused.text
    with reading() as db:
        project = project_of(db, 2024, "XM-7")
    assert project is not None
    assert (project.leader, project.authority, project.implementer) == ("张三", "数据局", "中心")


def test_the_export_loads_again_and_changes_nothing(own_house: House) -> None:
    with own_house.client().get(f"/budget/export.xlsx?{DAY}") as answer:
        file = NamedBytes("预算执行台账.xlsx", answer.data)
    outcome = loading.load([file], actor=person("operator"))
    assert not outcome.refused
    assert outcome.counts["budget"] == {"new": 0, "changed": 0, "same": 5, "waits": 0}
